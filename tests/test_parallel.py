from pneumoscope.parallel import WINDOW, BatchedMap


def test_results_come_in_the_order_of_the_items():
    squares = BatchedMap(lambda item: item**2, list(range(100)), batch_size=3, title="squaring")
    assert len(squares) == 100
    assert list(squares) == [item**2 for item in range(100)]


def test_it_can_be_iterated_again():
    mapped = BatchedMap(str, [1, 2, 3], batch_size=2, title="naming")
    assert list(mapped) == list(mapped) == ["1", "2", "3"]


def test_nothing_is_mapped_before_the_first_result_is_asked_for():
    seen = []
    iter(BatchedMap(seen.append, [1, 2, 3], batch_size=2, title="looking"))
    assert seen == []


def test_no_more_than_a_window_is_mapped_ahead():
    seen: list[int] = []
    window = 2 * WINDOW
    results = iter(BatchedMap(seen.append, list(range(5 * window)), batch_size=2, title="looking"))
    next(results)
    assert sorted(seen) == list(range(window))
    for _ in range(window):
        next(results)
    assert sorted(seen) == list(range(2 * window))


def test_no_items_give_no_results():
    assert list(BatchedMap(str, [], batch_size=2, title="naming")) == []


def test_a_path_with_its_reader_is_passed_on_unread():
    # A bag's graph takes some tuples with a function for tasks of its own.
    items = [("a", len), ("b", str)]
    assert list(BatchedMap(lambda item: item, items, batch_size=2, title="passing")) == items

from threading import Barrier, Event, active_count

import pytest
from engines import Posted

from pneumoscope.engine import engine_in_use, over
from pneumoscope.parallel import AHEAD, WINDOW, BatchedMap, in_shards


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


def test_no_more_than_a_few_windows_are_mapped_ahead():
    seen: list[int] = []
    window = 2 * WINDOW
    mapped = BatchedMap(seen.append, list(range(9 * window)), batch_size=2, title="looking")
    results = iter(mapped)
    for taken in range(1, 9 * window + 1):
        next(results)
        assert taken <= len(seen) <= ((taken - 1) // window + 1 + AHEAD) * window
    assert sorted(seen) == list(range(9 * window))


def test_results_are_mapped_while_earlier_ones_are_taken():
    second_window = Event()

    def note(item):
        if item >= WINDOW:
            second_window.set()

    results = iter(BatchedMap(note, list(range(2 * WINDOW)), batch_size=1, title="looking"))
    next(results)
    assert second_window.wait(timeout=10)


def test_as_many_items_are_at_work_as_threads_are_asked_for():
    together = Barrier(24)
    mapped = BatchedMap(lambda _: together.wait(timeout=10), list(range(48)), 1, "waiting", 24)
    assert len(list(mapped)) == 48


def test_an_error_ends_the_mapping_and_leaves_no_thread():
    before = active_count()
    with pytest.raises(ZeroDivisionError):
        list(BatchedMap(lambda item: 1 / item, [1, 0, 2], batch_size=1, title="dividing"))
    assert active_count() == before


def test_a_mapping_that_is_given_up_leaves_no_thread():
    before = active_count()
    results = BatchedMap(str, list(range(9 * WINDOW)), batch_size=1, title="naming")._results()
    next(results)
    results.close()
    assert active_count() == before


def test_no_items_give_no_results():
    assert list(BatchedMap(str, [], batch_size=2, title="naming")) == []


def test_a_path_with_its_reader_is_passed_on_unread():
    # A bag's graph takes some tuples with a function for tasks of its own.
    items = [("a", len), ("b", str)]
    assert list(BatchedMap(lambda item: item, items, batch_size=2, title="passing")) == items


def square(item):
    return item**2


def total(number, results):
    return number, sum(results)


SHARDS = [(0, 0 + 1 + 4 + 9), (1, 16 + 25 + 36 + 49), (2, 64 + 81)]


@pytest.mark.parametrize("here", [True, False])
def test_shards_are_written_in_order_by_threads_and_by_a_cluster(here):
    mapped = BatchedMap(square, range(10), batch_size=3, title="squaring", here=here)
    assert list(in_shards(mapped, 4, total)) == SHARDS
    with over(engine := Posted()):
        assert engine_in_use() is engine
        assert list(in_shards(mapped, 4, total)) == SHARDS
    assert len(engine.sent) == (0 if here else 3)
    assert engine_in_use() is None


def test_results_without_a_mapping_are_written_here():
    with over(engine := Posted()):
        assert list(in_shards((n**2 for n in range(10)), 4, total)) == SHARDS
        assert list(in_shards([], 4, total)) == []
    assert engine.sent == []


def test_a_cluster_gives_the_results_that_threads_give():
    mapped = BatchedMap(square, list(range(100)), batch_size=7, title="squaring")
    with over(engine := Posted()):
        assert list(mapped) == [item**2 for item in range(100)]
    assert len(engine.sent) == 15


def test_where_many_wait_a_worker_has_many_at_work_as_well():
    mapped = BatchedMap(wait_for_others, [None] * 24, 1, "waiting", threads=24)
    with over(Posted()):
        assert list(in_shards(mapped, 24, number_of)) == [24]


def wait_for_others(_):
    TOGETHER.wait(timeout=10)


TOGETHER = Barrier(24)


def number_of(_number, results):
    return len(list(results))

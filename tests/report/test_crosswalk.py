import pytest

from pneumoscope.report.crosswalk import Item, Status, read_guidelines


def test_every_item_of_each_guideline_is_there_once():
    numbers = {guideline.name: [item.item for item in guideline.items]
               for guideline in read_guidelines()}  # fmt: skip
    assert numbers["CLAIM 2024"] == [str(number) for number in range(1, 45)]
    assert len(numbers["STARD-AI 2025"]) == len(set(numbers["STARD-AI 2025"])) == 48
    assert len(numbers["TRIPOD+AI 2024"]) == len(set(numbers["TRIPOD+AI 2024"])) == 52
    for name, last in (("STARD-AI 2025", 40), ("TRIPOD+AI 2024", 27)):
        plain = [int(number.rstrip("abcdefg")) for number in numbers[name]]
        assert plain == sorted(plain)
        assert set(plain) == set(range(1, last + 1))


def test_items_are_counted_by_status():
    for guideline in read_guidelines():
        assert sum(guideline.count(status) for status in Status) == len(guideline.items)


@pytest.mark.parametrize(
    ("status", "where"),
    [(Status.ANSWERED, ()), (Status.IN_PART, ()), (Status.NOT_AVAILABLE, ("#somewhere",))],
)
def test_an_answer_needs_a_place_and_nothing_else_may_have_one(status, where):
    with pytest.raises(ValueError, match="expected `where` and `answer` for an answered item"):
        Item("1", "topic", status, where, "text")


def test_an_answer_that_leaves_something_open_counts_as_one_in_part():
    open_words = ("is yours", "are yours", "only you know", "is not told", "are not recorded")
    for guideline in read_guidelines():
        for item in guideline.items:
            if item.status is Status.ANSWERED:
                assert not any(words in item.answer for words in open_words), item

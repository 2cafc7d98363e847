from pneumoscope.report.blocks import Paragraph, Part, Section, flattened
from pneumoscope.report.folding import folded


def section(*names: str) -> Section:
    parts = [Part(name, [Paragraph(f"of {name}")]) for name in names]
    return Section("What", [Paragraph("first"), *parts, Paragraph("last")])


def test_of_many_parts_the_one_that_is_ranked_first_stays_open():
    found = folded(section("a", "b", "c", "d"), ["elsewhere", "c", "a"])
    parts = [block for block in found.blocks if isinstance(block, Part)]
    assert {part.name: part.folded for part in parts} == {
        "a": True, "b": True, "c": False, "d": True,
    }  # fmt: skip
    assert found.blocks[1].text.startswith("Below, c stands open, which validation ranks first")


def test_few_parts_stay_as_they_are():
    few = section("a", "b", "c")
    assert folded(few, ["b"]) is few


def test_without_a_ranking_the_first_stays_open():
    found = folded(section("a", "b", "c", "d"), [])
    assert [
        block.name for block in found.blocks if isinstance(block, Part) and not block.folded
    ] == ["a"]


def test_parts_are_read_in_place():
    texts = [block.text for block in flattened(section("a", "b").blocks)]
    assert texts == ["first", "of a", "of b", "last"]

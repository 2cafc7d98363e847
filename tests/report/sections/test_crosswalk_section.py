from pneumoscope.report.cells import Links
from pneumoscope.report.crosswalk import Guideline, Item, Status
from pneumoscope.report.sections.crosswalk import crosswalk_section

GUIDELINE = Guideline(
    "A guideline", "films", "A source",
    [
        Item("1", "data", Status.ANSWERED, ["#splits-and-rebalancing", "docs/a.md"], "Here."),
        Item("2", "funding", Status.USER, (), "Only the authors know."),
        Item("3", "dates", Status.IN_PART, ["docs/a.md"], "The year alone."),
    ],
)  # fmt: skip


def test_items_are_counted_and_listed_with_links_to_their_answers():
    _, counts, items = crosswalk_section([GUIDELINE]).blocks
    assert counts.rows == [["A guideline", "films", 3, 1, 1, 1, 0, 0]]
    assert counts.caption.startswith("1 of 3 items are answered, 1 in part; 1 wait")
    assert items.folded
    assert items.rows[0] == [
        "1", "data", "answered", Links(["#splits-and-rebalancing", "docs/a.md"]), "Here.",
    ]  # fmt: skip
    assert items.shown[0][3].links == [
        ("Splits and rebalancing", "#splits-and-rebalancing"),
        ("docs/a.md", ""),
    ]

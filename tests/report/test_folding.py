"""What of a section stays open, what opens on a click, and that nothing is lost."""

from io import BytesIO

import pytest
from PIL import Image

from pneumoscope.report.blocks import (
    Bullets,
    Figure,
    Gallery,
    Note,
    Paragraph,
    Part,
    Section,
    Table,
    flattened,
)
from pneumoscope.report.folding import FURTHER, HOW, folded


def figure(height: int = 20) -> Figure:
    buffer = BytesIO()
    Image.new("RGB", (40, height), "white").save(buffer, "PNG")
    return Figure(buffer.getvalue(), "What to conclude.", "What is seen.")


def table(rows: int = 2, **more) -> Table:
    return Table(["a"], [[n] for n in range(rows)], **more)


TEXT, WORDS = Paragraph("first"), Bullets(["last"])


def test_the_first_low_figure_or_table_stays_open_and_the_rest_opens_on_a_click():
    found = folded(Section("What", [TEXT, table(), WORDS, figure(), table()]))
    assert found.blocks[:2] == [TEXT, table()]
    more = found.blocks[2]
    assert isinstance(more, Part)
    assert (more.name, more.summary, more.folded) == (FURTHER, "1 figure, 1 table", True)
    assert more.blocks == [WORDS, figure(), table()]


@pytest.mark.parametrize("first", [figure(40), table(9), Gallery([figure(), figure()])])
def test_what_is_high_does_not_stay_open(first):
    found = folded(Section("What", [TEXT, first, WORDS]))
    assert found.blocks[0] == TEXT
    assert found.blocks[1].folded
    assert found.blocks[1].blocks == [first, WORDS]


def test_what_is_shown_of_each_model_opens_below_the_conclusion_on_it():
    parts = [Part(name, [table()], f"of {name}") for name in ("mlp", "cnn")]
    found = folded(Section("What", [TEXT, *parts]))
    assert [(part.name, part.summary, part.folded) for part in found.blocks[1:]] == [
        ("mlp", "of mlp", True), ("cnn", "of cnn", True),
    ]  # fmt: skip


def test_how_it_is_measured_opens_on_a_click_and_what_came_of_it_stays():
    method = Paragraph("how", method=True)
    found = folded(Section("What", [method, TEXT, table(), figure()]))
    assert list(found.blocks[:2]) == [TEXT, table()]
    assert list(found.blocks[2].blocks) == [method, figure()]


def test_how_it_is_measured_is_folded_by_itself_where_nothing_else_is():
    method = Paragraph("how", method=True)
    found = folded(Section("What", [method, TEXT, table()]))
    assert list(found.blocks[:2]) == [TEXT, table()]
    assert (found.blocks[2].name, list(found.blocks[2].blocks)) == (HOW, [method])


def test_text_alone_is_left_as_it_is():
    blocks = [TEXT, Part("cnn", [WORDS]), table(folded=True), WORDS]
    assert folded(Section("What", blocks)).blocks == blocks
    shown = [TEXT, figure(), WORDS]
    assert folded(Section("What", shown)).blocks == shown


def test_a_warning_is_never_folded():
    warning = Note("Look", warns=True)
    found = folded(Section("What", [table(), Note("aside"), warning, figure()]))
    assert found.blocks[1] == warning
    assert warning not in found.blocks[2].blocks


def test_nothing_is_lost():
    blocks = [TEXT, figure(), Part("cnn", [table(), figure(50)]), Gallery([figure()]), WORDS]
    before = list(flattened(blocks))
    after = list(flattened(folded(Section("What", blocks)).blocks))
    assert after == before

import pytest

import pneumoscope
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.blocks import (
    Bullets,
    Code,
    Figure,
    Heading,
    Note,
    Paragraph,
    Part,
    Section,
    Table,
)
from pneumoscope.report.page import Page, render_markdown
from pneumoscope.report.provenance import DRAWN


def markdown(*blocks, **options):
    page = Page("A card", [Section("Part", blocks)], **{"synthetic": "", **options})
    return render_markdown(page).splitlines()


def test_the_notice_follows_the_title_and_phantoms_and_flaws_are_named():
    lines = markdown(synthetic=DRAWN, flaws=["Validation is test."])
    assert lines[0] == "# A card"
    assert lines[2] == f"> **{pneumoscope.NOTICE}**"
    assert any(f"**Synthetic radiographs:** {DRAWN}; the" in line for line in lines)
    assert "- Validation is test." in lines
    assert not any("phantoms" in line for line in markdown())


def test_text_headings_lists_and_code_are_written():
    blocks = [Paragraph("plain"), Heading("head"), Bullets(["point"]), Code("x = 1")]
    blocks += [Part("cnn", [Paragraph("inner")])]
    lines = markdown(*blocks, Note("aside", ["item"], warns=True))
    expected = [
        "## Part",
        "plain",
        "### head",
        "### cnn",
        "inner",
        "- point",
        "```python",
        "x = 1",
        "**aside**",
    ]
    assert [line for line in [*expected, "- item"] if line not in lines] == []


def test_a_table_keeps_intervals_and_says_why_a_value_is_missing():
    rows = [["a|b", Estimate(0.9, 0.8, 1.0)], ["c", Estimate(None, reason="one class only")]]
    lines = markdown(Table(["name", "auroc"], rows, "What to conclude."))
    assert lines[lines.index("| name | auroc |") :] == [
        "| name | auroc |",
        "| --- | ---: |",
        "| a/b | 0.900 (0.800 to 1.000) |",
        "| c | n/a |",
        "",
        "What to conclude.",
        "",
        "n/a: one class only.",
    ]


def test_a_figure_is_refused():
    with pytest.raises(ValueError, match="expected blocks without figures, received Figure"):
        markdown(Figure(b"png", "caption", "alt"))

import re
from io import BytesIO

import pytest
from PIL import Image

import pneumoscope
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report import page as report_page
from pneumoscope.report import pictures
from pneumoscope.report.blocks import (
    Bullets,
    Code,
    Figure,
    Gallery,
    Heading,
    Note,
    Paragraph,
    Part,
    Section,
    Table,
)
from pneumoscope.report.cells import Links
from pneumoscope.report.page import Page, breakable, render_page
from pneumoscope.report.provenance import DRAWN


def _png() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (30, 20), "white").save(buffer, "PNG")
    return buffer.getvalue()


FIGURE = Figure(_png(), "What to conclude.", "What is seen.")


def page(*blocks: object, **options: object) -> str:
    return render_page(Page("A report", [Section("Part", blocks)], **{"synthetic": "", **options}))


def test_a_figure_that_is_shown_twice_is_compressed_once(monkeypatch):
    seen = []
    monkeypatch.setattr(
        report_page, "embedded", lambda png: seen.append(png) or pictures.embedded(png)
    )
    assert page(FIGURE, FIGURE).count("data:image/webp") == 2
    assert len(seen) == 1


def test_the_notice_stands_on_every_page():
    assert f"<strong>{pneumoscope.NOTICE}</strong>" in page()


def test_phantoms_are_named_on_top_and_in_the_title_only_when_they_are_phantoms():
    assert "phantoms" not in page()
    synthetic = page(synthetic=DRAWN)
    assert f"{DRAWN}; the figures say nothing about patients" in synthetic
    assert "<title>A report (synthetic)</title>" in synthetic


def test_flaws_and_conclusions_are_listed():
    html = page(flaws=["Validation is test."], summary=["cnn is best."])
    assert "optimistically biased" in html
    assert "<li>Validation is test.</li>" in html
    assert "<li>cnn is best.</li>" in html
    assert "optimistically biased" not in page()


def test_the_page_needs_no_other_file():
    html = page(FIGURE)
    assert 'src="data:image/webp;base64,' in html
    assert 'width="30" height="20"' in html
    assert not re.search(r"<script|<link|@import|url\(|src=\"(?!data:)|https?://", html)


def test_every_kind_of_block_is_shown():
    blocks = [Paragraph("plain"), Heading("head"), Bullets(["point"])]
    blocks += [Note("aside", ["item"], warns=True), FIGURE, Gallery([FIGURE, FIGURE])]
    blocks += [Table(["x"], [[1]], "told"), Table(["x"], [[1]], "folded", {}, True)]
    blocks += [Part("cnn", [Paragraph("open")]), Part("mlp", [FIGURE], "why", folded=True)]
    blocks += [Code("x < 1"), Table(["where"], [[Links(["#part", "docs/a.md"])]])]
    html = page(*blocks)
    expected = ["<p>plain</p>", "<h3>head</h3>", "<li>point</li>", "<strong>aside</strong>"]
    expected += [
        "<li>item</li>",
        'alt="What is seen."',
        "<figcaption>What to conclude.</figcaption>",
    ]
    expected += ['<p class="caption">told</p>', "<summary>folded</summary>"]
    expected += ["<h3>cnn</h3>", "<p>open</p>", "<summary><strong>mlp</strong> why</summary>"]
    expected += ["<code>x &lt; 1</code>", '<td><a href="#part">Part</a>, docs/a.md</td>']
    assert [text for text in expected if text not in html] == []
    assert html.count("<figure>") == 4


def test_an_undefined_value_is_shown_with_its_reason_in_title_and_text():
    html = page(Table(["auroc"], [[Estimate(None, reason="one class only")]]))
    assert '<abbr title="one class only">n/a</abbr>' in html
    assert "n/a: one class only." in html


def test_text_is_escaped():
    html = page(Paragraph("<script>1</script>"), Table(["<b>"], [["<i>"]]), summary=["a & b"])
    assert "<script>" not in html
    assert "&lt;b&gt;" in html
    assert "&lt;i&gt;" in html
    assert "a &amp; b" in html


def test_the_name_of_a_film_breaks_at_slashes_and_underscores_and_stays_text():
    assert breakable("a/b_1 <x>") == "a/<wbr>b_<wbr>1 &lt;x&gt;"


def test_sections_are_linked_from_the_contents():
    html = page()
    assert '<a href="#part">Part</a>' in html
    assert '<section id="part">' in html


def test_two_sections_of_one_title_are_refused():
    with pytest.raises(ValueError, match="received twice: \\['part'\\]"):
        Page("A report", [Section("Part", []), Section("part", [])], synthetic="")

"""The page as a browser shows it: sorted on a click, dark where asked for, printed with numbers."""

import re
import shutil
import subprocess

import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.blocks import Paragraph, Part, Section, Table
from pneumoscope.report.page import Page, render_page

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ROWS = [
    ["mlp", Estimate(0.9, 0.8, 0.95), 1200],
    ["cnn", Estimate(None, reason="one class"), 30],
    ["vgg", Estimate(-0.1, -0.2, 0.3), 200],
    ["net", Estimate(0.25, 0.2, 0.3), 7],
]
TABLE = Table(["model", "AUROC", "films"], ROWS, "Models")


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Open a page of one table; it fails on any request and on any error of its script."""

    def opened(**how):
        place = tmp_path / "page.html"
        sections = [
            Section(f"Part {n}", [Paragraph("text"), TABLE, Part("cnn", [TABLE], "told", True)])
            for n in range(30)
        ]
        html = render_page(Page("A report", sections, "", sortable=True))
        place.write_text(html, encoding="utf-8")
        page = browser.new_page(viewport={"width": 1200, "height": 800}, **how)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(place.as_uri())
        return page

    wrong: list[str] = []
    asked: list[str] = []
    yield opened
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def order(page) -> list[str]:
    return page.locator("table").first.locator("tbody tr td:first-child").all_inner_texts()


def test_a_click_on_a_name_sorts_by_it_and_the_next_the_other_way(opened):
    page = opened()
    assert order(page) == ["mlp", "cnn", "vgg", "net"]
    head = page.locator("table").first.locator("th")
    head.nth(1).locator("button").click()
    assert order(page) == ["vgg", "net", "mlp", "cnn"]
    assert head.nth(1).get_attribute("aria-sort") == "ascending"
    head.nth(1).locator("button").click()
    # What is unknown stays last.
    assert order(page) == ["mlp", "net", "vgg", "cnn"]
    head.nth(2).locator("button").click()
    assert order(page) == ["net", "cnn", "vgg", "mlp"]
    assert head.nth(1).get_attribute("aria-sort") is None
    head.nth(0).locator("button").press("Enter")
    assert order(page) == ["cnn", "mlp", "net", "vgg"]


def test_it_is_dark_where_the_reader_asks_for_it_and_light_in_print(opened):
    ground = "getComputedStyle(document.body).backgroundColor"
    assert opened(color_scheme="light").evaluate(ground) == "rgb(255, 255, 255)"
    page = opened(color_scheme="dark")
    assert page.evaluate(ground) != "rgb(255, 255, 255)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_on_a_phone_nothing_is_wider_than_the_screen_however_long_a_name(opened):
    page = opened()
    page.set_viewport_size({"width": 320, "height": 640})
    page.locator("section p").first.evaluate(
        "e => e.textContent = 'test/PNEUMONIA/person1_'.repeat(9)"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_contents_stay_in_view_and_no_table_is_cut_off(opened):
    page = opened()
    page.evaluate("window.scrollTo(0, 3000)")
    place = page.locator("nav").bounding_box()
    assert 0 <= place["y"] < 100
    cut = (
        "[...document.querySelectorAll('.table .scroll')].some(e => e.scrollWidth > e.clientWidth)"
    )
    assert not page.evaluate(cut)


def test_print_has_page_numbers_and_what_is_folded(opened, tmp_path):
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("no pdftotext on this machine")
    pdf = tmp_path / "page.pdf"
    pdf.write_bytes(opened().pdf(prefer_css_page_size=True))
    read = subprocess.run(
        [reader, "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
    )
    text = read.stdout
    numbers = re.findall(r"\b(\d+) / (\d+)\b", text)
    assert [int(number) for number, _ in numbers] == list(range(1, len(numbers) + 1))
    assert len(numbers) == int(numbers[0][1]) > 1
    assert text.count("vgg") == 60


def test_in_print_a_long_table_breaks_between_rows_and_a_short_one_stays_whole(browser, tmp_path):
    """Kept whole, a table that does not fit leaves the rest of the page before it empty."""
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("no pdftotext on this machine")
    rows = [[f"row{number}", 0.5] for number in range(36)]
    blocks = [Table(["name", "share"], chosen, "Rows") for chosen in (rows[:30], rows[30:])]
    place, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    filled = Paragraph("many words " * 300)
    sections = [Section(name, [filled, *blocks]) for name in ("One", "Two", "Three", "Four")]
    place.write_text(render_page(Page("A report", sections, "")), encoding="utf-8")
    page = browser.new_page()
    page.goto(place.as_uri())
    pdf.write_bytes(page.pdf(prefer_css_page_size=True))
    read = subprocess.run(
        [reader, "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
    )
    on_page = [re.findall(r"row(\d+)\b", text) for text in read.stdout.split("\f")]
    assert any(set(map(str, range(30))) & set(found) and "29" not in found for found in on_page)
    assert all(("30" in found) == ("35" in found) for found in on_page)

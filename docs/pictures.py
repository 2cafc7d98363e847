"""Make the pictures of the README from a finished run: report, page, attribution maps and graph.

`RADIOGRAPHS=<its radiographs> RESULTS=<folder of a finished run> make pictures`; needs Chromium,
and the extras `services` and `viz`.
"""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pandas as pd
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from pneumoscope.naming import Split

PROJECT = Path(__file__).parents[1]
IMAGES = PROJECT / "docs" / "images"
# Tours and hints of kedro viz, which cover the graph.
NO_HINTS = "[class*=hint], [class*=Hint] {display: none !important}"
LAYOUT_S = 15
FILMS = 12
# Pipelines and models without the datasets between them, which leave their names too small to read.
BOXES = "/?types=nodes"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def hosted(folder: Path) -> Iterator[str]:
    """Hand out a folder on this machine; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def taken(
    browser: Browser, address: str, size: tuple[int, int], ready: Callable[[Page], None]
) -> Image.Image:
    """Return a page as it looks in a window of (width, height) pixels once it is ready."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(address)
    ready(page)
    return Image.open(BytesIO(page.screenshot()))


def _graph_is_laid_out(page: Page) -> None:
    page.wait_for_timeout(LAYOUT_S * 1000)
    page.add_style_tag(content=NO_HINTS)
    page.get_by_label("Hide menu").click()
    page.wait_for_timeout(2000)


def _films_are_read(films: list[Path]) -> Callable[[Page], None]:
    """Drop these on the page, and wait until it has read them all."""

    def ready(page: Page) -> None:
        page.locator("html[data-ready]").wait_for()
        page.set_input_files("#chosen", films)
        page.locator("#done-count:not(:empty)").wait_for()
        page.locator("#progress").wait_for(state="hidden")
        page.wait_for_timeout(500)

    return ready


def store_page(browser: Browser, results: Path) -> None:
    """Take the page of `kedro export --format web`, where there is one, with films of its test."""
    radiographs = Path(os.environ.get("RADIOGRAPHS", results / "01_raw"))
    of_class = [sorted(radiographs.rglob(f"test/{name}/*.jp*")) for name in ("NORMAL", "PNEUMONIA")]
    films = [film for pair in zip(*of_class, strict=False) for film in pair][:FILMS]
    if not films:
        print("No page: RADIOGRAPHS names no folder with a part test")
        return
    for folder in sorted(results.glob("06_models/*/exchange/web"))[-1:]:
        with hosted(folder) as address:
            store(taken(browser, address, (1360, 820), _films_are_read(films)), "page", 1200)


def _of_the_best(report: Path) -> Path:
    """Return the maps of the model that ranks validation best, of those that have some."""
    comparison = pd.read_csv(report / "comparison.csv")
    validation = comparison[comparison["split"] == Split.VALIDATION]
    ranked = validation.sort_values("auroc", ascending=False)["architecture"]
    maps = [report / f"figures/attribution_{name}.png" for name in ranked]
    return next(path for path in maps if path.is_file())


def store(image: Image.Image, name: str, width: int) -> None:
    """Write a picture, no wider than so many pixels."""
    image = image.convert("RGB")
    image.thumbnail((width, 10_000), Image.Resampling.LANCZOS)
    image.save(IMAGES / f"{name}.webp", quality=82, method=6)
    print(f"Wrote {IMAGES / name}.webp")


def main(results: Path) -> None:
    """Make all pictures of a run's results."""
    report = results / "08_reporting"
    maps = sorted((report / "figures").glob("attribution_*.png"))
    if not maps or not (report / "report.html").is_file():
        sys.exit(f"Expected: a finished run with attribution maps as RESULTS. Received: {results}.")
    IMAGES.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as driver:
        subprocess.run(["kedro", "viz", "build"], cwd=PROJECT, check=True, capture_output=True)
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with hosted(PROJECT / "build") as address:
            graph = taken(browser, f"{address}{BOXES}", (1400, 840), _graph_is_laid_out)
            store(graph, "graph", 1200)
        first = taken(browser, (report / "report.html").as_uri(), (1200, 1100), lambda _: None)
        store(first, "report", 1200)
        store_page(browser, results)
        browser.close()
    store(Image.open(_of_the_best(report)), "attribution", 1000)


if __name__ == "__main__":
    main(Path(os.environ.get("RESULTS", "data")).resolve())

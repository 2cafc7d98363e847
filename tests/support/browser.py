"""A real browser, servers of static files, and what a page is checked with: fixtures to import."""

import base64
import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SimpleHTTPRequestHandler.extensions_map |= {
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".wasm": "application/wasm",
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Start a headless Chromium; of one module, for two drivers cannot run side by side."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the extra `services`")
    if CHROMIUM is None:
        pytest.skip("needs Chromium on this machine")
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The accessibility checker, as a script."""
    place = tmp_path_factory.mktemp("axe")
    with tarfile.open(packed("axe-core", place)) as package:
        script = package.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


def packed(package: str, place: Path) -> Path:
    """Return a package of npm: from the folder NPM_PACKAGES, or fetched into a place; or skip."""
    name = package.partition("@")[0]
    kept = sorted(Path(os.environ.get("NPM_PACKAGES", place)).glob(f"{name}-*.tgz"))
    if kept:
        return kept[-1]
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"needs npm to fetch {package}, or a folder NPM_PACKAGES that holds it")
    command = [npm, "pack", package, "--pack-destination", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        pytest.skip(f"no registry to fetch {package} from: {done.stderr[-200:]}")
    return next(place.glob(f"{name}-*.tgz"))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def hosted(folder: Path) -> Iterator[str]:
    """Hand out a folder as any static host does; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def opened(browser: Any, address: str, **context: Any) -> Any:
    """Open a page and wait until it knows its model; what it complains of is in `complaints`."""
    page = browser.new_context(**context).new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: page.complaints.append(said.text) if said.type == "error" else None,
    )
    page.goto(address)
    page.locator("html[data-ready]").wait_for(timeout=60_000)
    return page


_TRANSFER = """(files) => {
  const given = new DataTransfer();
  for (const [name, content] of Object.entries(files)) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    given.items.add(new File([bytes], name));
  }
  return given;
}"""


def transfer(page: Any, files: Mapping[str, bytes]) -> Any:
    """Make what a browser gives of files that are dropped or pasted."""
    texts = {name: base64.b64encode(content).decode() for name, content in files.items()}
    return page.evaluate_handle(_TRANSFER, texts)


def drop(page: Any, files: Mapping[str, bytes]) -> None:
    """Drop files on a page."""
    page.dispatch_event("#stage", "drop", {"dataTransfer": transfer(page, files)})


def finished(page: Any, timeout: float = 60_000) -> None:
    """Wait until every film was worked off."""
    page.locator("#done-count:not(:empty)").wait_for()
    page.locator("#progress").wait_for(state="hidden", timeout=timeout)

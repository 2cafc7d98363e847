"""A file of known size brought from the web, with nothing received twice."""

import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from pneumoscope.progress import track

logger = logging.getLogger(__name__)

MEBIBYTE = 1 << 20

TIMEOUT = 30
"""Seconds without a byte after which a connection counts as broken."""

PAUSE = 1.0
"""Seconds before a broken download is gone on with."""


class DownloadError(Exception):
    """A server gave nothing, or something else than was asked for; says what."""


def download(url: str, file: Path, size: int) -> None:
    """Add to a file what is missing, until it has its size.

    A download that breaks off is gone on with as long as each answer brings something. No byte
    more than `size` is taken, and no redirect followed from https to http.

    Raises:
        DownloadError: The server gave nothing, or offers another size.
    """
    missing = _missing(file, size)
    while missing:
        problem = _fetch_rest(url, file, size)
        still = _missing(file, size)
        if still == missing:
            raise DownloadError(problem)
        if still:
            logger.warning("Broken off with %s bytes to go, going on: %s", f"{still:,}", problem)
            time.sleep(PAUSE)
        missing = still


def _missing(file: Path, size: int) -> int:
    return max(0, size - (file.stat().st_size if file.exists() else 0))


def _fetch_rest(url: str, file: Path, size: int) -> str:
    """Add what one answer brings; return what kept it from being all."""
    done = size - _missing(file, size)
    try:
        with _NoDowngrade() as session, _ask(session, url, done) as answer:
            answer.raise_for_status()
            _receive(answer, file, done, size)
    except (requests.RequestException, HTTPError) as error:
        return str(error)
    return "the answer ended early"


def _ask(session: requests.Session, url: str, start: int) -> requests.Response:
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
    answer = session.get(url, headers=headers, stream=True, timeout=TIMEOUT)
    if start and answer.status_code == requests.codes.requested_range_not_satisfiable:
        answer.close()
        # What is here does not fit what is there: all of it, then.
        return _ask(session, url, 0)
    return answer


def _receive(answer: requests.Response, file: Path, done: int, size: int) -> None:
    # A server that does not know ranges sends everything again.
    start = done if answer.status_code == requests.codes.partial_content else 0
    offered = _offered(answer, start)
    if offered not in (None, (start, size)):
        raise DownloadError(f"an offer of {offered[1]:,} bytes, from {offered[0]:,} on")
    # Written over, not cut: such an answer may break off before the end of what is here.
    with file.open("r+b" if file.exists() else "wb") as stream:
        stream.seek(start)
        pieces = _copied(answer.raw, stream, size - start)
        pieces_left = -(-(size - start) // MEBIBYTE)
        for _ in track(pieces, pieces_left, f"downloading {file.stem} (MiB)"):
            pass


def _offered(answer: requests.Response, start: int) -> tuple[int, int] | None:
    """Return from which byte on and of how many the answer is, or None if it does not say."""
    if answer.status_code == requests.codes.partial_content:
        given = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", answer.headers.get("Content-Range", ""))
        return (int(given[1]), int(given[2])) if given else None
    length = answer.headers.get("Content-Length", "")
    return (start, int(length)) if length.isdigit() else None


def _copied(source: BaseHTTPResponse, target: BinaryIO, most: int) -> Iterator[None]:
    """Copy what comes as it comes, at most so many bytes; yield after each MiB."""
    copied = 0
    while copied < most and (piece := source.read1(min(MEBIBYTE, most - copied))):
        target.write(piece)
        before, copied = copied, copied + len(piece)
        yield from [None] * (copied // MEBIBYTE - before // MEBIBYTE)


class _NoDowngrade(requests.Session):
    """A session that leaves https for nothing less."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return where a redirect leads.

        Raises:
            InvalidSchema: It leads from https elsewhere.
        """
        target = super().get_redirect_target(resp)
        url = urljoin(resp.url, target) if target else ""
        if url and resp.url.startswith("https:") and not url.startswith("https:"):
            raise requests.exceptions.InvalidSchema(f"a redirect from https to {url}")
        return target

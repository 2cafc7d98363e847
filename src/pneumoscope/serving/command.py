"""`pneumoscope serve`: a locked model as a service, without starting TensorFlow or Kedro."""

from __future__ import annotations

import argparse
import logging.config
import os
import re
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from pneumoscope.errors import InputError, three_lines
from pneumoscope.extras import needs_extra
from pneumoscope.serving.log import CONFIGURATION

if TYPE_CHECKING:
    import uvicorn

TOKEN = "PNEUMOSCOPE_TOKEN"
"""Environment variable: what clients must know. A command line can be read by all of a machine."""

SHORTEST_TOKEN = 16
"""Characters; a shorter one can be guessed."""

_NAME = re.compile(r"(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def main(
    arguments: Sequence[str],
    program: str = "pneumoscope serve",
    run: Mapping[str, str] | None = None,
) -> int:
    """Serve until the process is told to stop.

    Args:
        arguments: Of the command line, behind `serve`.
        program: How the command was called.
        run: `results`, `model` and `site` of the run, where Kedro knows them.

    Returns:
        Exit status: 0 after it was stopped, 2 where it could not begin.
    """
    given = _parser(program, run or {}).parse_args(arguments)
    try:
        with needs_extra("serve"):
            config, name, notice = _ready(given)
            listening = _listening(config.host, config.port)
    except Exception as error:
        lines = three_lines(error)
        if lines is None:
            raise
        print("\n".join(lines), file=sys.stderr)
        return 2
    host, port, *_ = listening.getsockname()
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    print(f"Serving {name} at http://{place}. Ctrl-C ends it.", flush=True)
    print(notice, flush=True)
    _serve(config, listening)
    return 0


def _serve(config: uvicorn.Config, listening: socket.socket) -> None:
    import uvicorn

    logging.config.dictConfig(dict(CONFIGURATION))
    signal.signal(signal.SIGTERM, _stopped)
    # To be stopped is how a service ends.
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run([listening])


def _stopped(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _parser(program: str, run: Mapping[str, str]) -> argparse.ArgumentParser:
    from pneumoscope.serving.limits import Limits

    own = Limits()
    parser = argparse.ArgumentParser(
        prog=program,
        description="Serve a locked model: a page, and an API. "
        "For research and teaching. Not for diagnosis.",
    )
    results = run.get("results") or os.environ.get("RESULTS") or "data"
    add = parser.add_argument
    add("--results", type=Path, default=Path(results), help="folder of a run; else RESULTS")
    add("--model", default=run.get("model"), help="a model of it; else the one that it predicts by")
    add("--site", default=run.get("site"), help="whose update is applied, or site@version")
    add("--host", default="127.0.0.1", help="address to listen on; beyond loopback with a token")
    add("--port", type=_port, default=8000, help="0: any that is free")
    add("--token", help=f"that clients must know; better by {TOKEN}")
    add(
        "--allowed-host",
        type=_host,
        action="append",
        default=[],
        metavar="NAME",
        help="a name that this machine is called by, such as that of a proxy; may be repeated",
    )
    add("--audit", type=Path, help="file that each film gets a line in")
    add("--keep", type=Path, help="folder to keep films in; else none is kept")
    add("--max-megabytes", type=_positive, default=own.megabytes, help="of one request")
    add("--max-films", type=_count, default=own.films, help="of one request")
    add("--max-requests", type=_count, default=own.requests, help="that are inside at a time")
    add("--seconds", type=_positive, default=own.seconds, help="for the films of one request")
    add("--upload-seconds", type=_positive, default=own.upload_seconds, help="for a body to come")
    add("--threads", type=_count, default=own.threads, help="films decoded at a time")
    return parser  # fmt: skip


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**16:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 65535, received {text}")
    return number


def _host(text: str) -> str:
    """Take a name, or `*.` and one, or an address: nothing else would ever be a request's host."""
    with suppress(ValueError):
        return str(ip_address(text.strip("[]")))
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"expected a name or address without scheme and port, received {text}"
        )
    return text


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < 1e6:
        raise argparse.ArgumentTypeError(f"expected a number above 0, received {text}")
    return number


def _count(text: str) -> int:
    number = int(text)
    if not 0 < number < 1e6:
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, received {text}")
    return number


def _ready(given: argparse.Namespace) -> tuple[uvicorn.Config, str, str]:
    """Load all that is served; give how, the name of the model, and its notice."""
    from pneumoscope.inference.finished_run import FinishedRun
    from pneumoscope.serving.audit import Audit
    from pneumoscope.serving.facts import model_facts
    from pneumoscope.serving.limits import Limits
    from pneumoscope.serving.server import Access, configured
    from pneumoscope.serving.service import Service

    token = checked_token(given.host, given.token or os.environ.get(TOKEN))
    limits = Limits(
        megabytes=given.max_megabytes,
        held_megabytes=2 * given.max_megabytes,
        films=given.max_films,
        requests=given.max_requests,
        seconds=given.seconds,
        upload_seconds=given.upload_seconds,
        threads=given.threads,
    )
    run = FinishedRun(given.results)
    predictor = run.predictor(given.model)
    if given.site:
        predictor = run.updated(predictor, given.site)
    facts = model_facts(predictor, given.results)
    audit = given.audit or given.results / "07_model_output" / facts["name"] / "served.jsonl"
    if given.keep is not None:
        given.keep.mkdir(mode=0o700, parents=True, exist_ok=True)
    service = Service(predictor, limits, Audit(audit, predictor.locked.update), given.keep)
    access = Access(given.host, given.port, token, given.allowed_host)
    return configured(service, facts, access), facts["name"], facts["notice"]


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise InputError(
            f"to listen at {host}, port {port}",
            error.strerror or str(error),
            "Name another: --port <number>; 0 takes any that is free.",
        ) from error


def checked_token(host: str, token: str | None) -> str | None:
    """Refuse to listen beyond this machine without a token.

    Args:
        host: Address to listen on.
        token: What clients must know; None: none.

    Raises:
        InputError: There is none and others could ask, or it is short.
    """
    if token is not None and len(token) < SHORTEST_TOKEN:
        raise InputError(
            f"a token of at least {SHORTEST_TOKEN} characters",
            f"one of {len(token)}",
            "Make one: python -c 'import secrets; print(secrets.token_urlsafe())'",
        )
    if token is not None and (not token.isascii() or token != token.strip()):
        raise InputError(
            "a token of ASCII characters without spaces around it",
            "another",
            "No header could hold it as it is: name another.",
        )
    if token is None and not _is_loopback(host):
        raise InputError(
            f"a token where others can reach the service, at {host}",
            "none",
            f"Set {TOKEN}, or listen on 127.0.0.1.",
        )
    return token


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

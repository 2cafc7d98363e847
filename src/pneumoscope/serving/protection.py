"""Who may ask, from where, and what a browser may do with the answers."""

import logging
import secrets
import time
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pneumoscope.serving.failures import response_of
from pneumoscope.serving.limits import Refused
from pneumoscope.serving.log import FIELDS

logger = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY = "; ".join([
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:",
    "connect-src 'self'", "manifest-src 'self'", "base-uri 'none'", "form-action 'none'",
    "frame-ancestors 'none'",
])  # fmt: skip
"""What the page may load: its own files, and pictures that it has been given."""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}

_OWN_SITE = ("same-origin", "none")


def check_origin(request: Request) -> None:
    """Refuse what a page of another site has its reader's browser send.

    Raises:
        Refused: The browser says that another site asks.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    other = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if other or (site is not None and site not in _OWN_SITE):
        raise Refused(
            403,
            "a request of the service's own page, or of a program",
            "one that a page of another site has sent",
            "Open the page of the service itself.",
        )


def check_token(request: Request, token: str | None) -> None:
    """Refuse who does not know the token; compared in a time that tells nothing of it.

    Args:
        request: What was asked.
        token: The service's; None asks for none.

    Raises:
        Refused: The token is missing or another.
    """
    if token is None:
        return
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    same = secrets.compare_digest(given.strip().encode(), token.encode())
    if not same or scheme.lower() != "bearer":
        raise Refused(
            401,
            "the token of the service",
            "another" if given else "none",
            "Send the header `Authorization: Bearer <token>`.",
            {"WWW-Authenticate": "Bearer"},
        )


class Observed:
    """Gives every answer its headers and a line in the log, and lets no exception out.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 0
        number = scope.setdefault("state", {})["request"] = secrets.token_hex(8)

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers.update({**HEADERS, "X-Request-ID": number})
            await send(message)

        answers = _ambiguous if _has_two_lengths(scope) else self._app
        try:
            await answers(scope, receive, with_headers)
        except Exception as error:  # answered already, and raised for a log that shows all of it
            logger.error("failed", exc_info=error, extra={FIELDS: {"request": number}})
        _log(scope, number, status, time.monotonic() - began)


def _has_two_lengths(scope: Scope) -> bool:
    """Tell a request whose end a proxy may see elsewhere: what follows it would be another's."""
    names = [name for name, _ in scope["headers"]]
    return b"transfer-encoding" in names and b"content-length" in names


async def _ambiguous(scope: Scope, receive: Receive, send: Send) -> None:
    refused = Refused(
        400, "one length of the body", "two kinds of it", "Send Content-Length alone.",
        {"Connection": "close"},
    )  # fmt: skip
    await response_of(refused)(scope, receive, send)


def _log(scope: Scope, number: str, status: int, seconds: float) -> None:
    # Not the path that was asked for, which may hold anything.
    route = getattr(scope.get("route"), "path", "")
    told = {
        "request": number,
        "method": scope["method"] if scope["method"] in ("GET", "HEAD", "POST") else "other",
        "route": route,
        "status": status,
        "milliseconds": round(1000 * seconds),
        **scope["state"].get("told", {}),
    }
    logger.info("answered", extra={FIELDS: told})

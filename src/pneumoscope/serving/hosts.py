"""By which names a request may call this machine."""

from collections.abc import Sequence

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pneumoscope.serving.failures import response_of
from pneumoscope.serving.limits import Refused


def allowed_hosts(host: str, others: Sequence[str]) -> list[str]:
    """Name what a request may call this machine: a page elsewhere may not point a name at it.

    Args:
        host: That the service listens on.
        others: Names that it is reached by.
    """
    names = ["127.0.0.1", "localhost", "::1", host, *others]
    return [*dict.fromkeys(f"[{name}]" if ":" in name else name for name in names)]


class KnownHosts:
    """Refuses a request that calls this machine by a name that it does not know.

    Args:
        app: What answers.
        hosts: The names.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answers: ASGIApp = _stranger

        async def known(*_: object) -> None:
            nonlocal answers
            answers = self._app

        # Its own refusal is plain text, and all others are JSON.
        check = TrustedHostMiddleware(known, self._hosts, www_redirect=False)
        await check(scope, receive, _unsaid)
        await answers(scope, receive, send)


async def _unsaid(_: Message) -> None:
    """Send nothing."""


async def _stranger(scope: Scope, receive: Receive, send: Send) -> None:
    refused = Refused(
        400,
        "a Host that the service is known by",
        "another, or none",
        "Ask by such a name, or start the service with --allowed-host <name>.",
    )
    await response_of(refused)(scope, receive, send)

"""uvicorn set up for one service: where it listens, and what a connection may take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import uvicorn

from pneumoscope.serving.app import build_app
from pneumoscope.serving.connections import bounded
from pneumoscope.serving.hosts import allowed_hosts
from pneumoscope.serving.service import Service

LONGEST_HEAD = 2**14
"""Bytes of the head of a request."""


@dataclass(frozen=True)
class Access:
    """Where a service is reached, and by whom.

    Attributes:
        host: Address to listen on.
        port: 0 is any that is free.
        token: That clients must know; None: none.
        names: That the machine is called by, beside loopback and `host`.
    """

    host: str = "127.0.0.1"
    port: int = 0
    token: str | None = None
    names: Sequence[str] = ()


def configured(service: Service, facts: Mapping[str, Any], access: Access) -> uvicorn.Config:
    """Give the configuration of a server; logging is left as it is.

    Args:
        service: The model.
        facts: What is known of it, as `facts.model_facts` gives it.
        access: Where it listens.
    """
    limits = service.limits
    hosts = allowed_hosts(access.host, access.names)
    return uvicorn.Config(
        build_app(service, facts, access.token, hosts),
        host=access.host,
        port=access.port,
        loop="asyncio",
        http=bounded(limits),
        ws="none",
        log_config=None,
        access_log=False,
        # What a client says of another client is not believed.
        proxy_headers=False,
        server_header=False,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        timeout_graceful_shutdown=int(limits.seconds + limits.upload_seconds),
    )

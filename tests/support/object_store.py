"""A real S3 server on this machine, and a road to it that takes its time.

The server is moto's, of the extra `services`, started by its own command:
`moto_server -H 127.0.0.1 -p 5000`.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any

MISSING = [name for name in ("moto", "s3fs", "flask") if find_spec(name) is None]
BUCKET = "films"


class ObjectStore:
    """A server with one bucket.

    Attributes:
        port: Where it listens on 127.0.0.1.
        process: The server.
    """

    def __init__(self, port: int, process: subprocess.Popen) -> None:
        self.port, self.process = port, process

    def credentials(self, port: int | None = None, **given: Any) -> dict[str, Any]:
        """Return what conf/local/credentials.yml would hold."""
        endpoint = f"http://127.0.0.1:{port or self.port}"
        return {
            "key": "test",
            "secret": "test",
            "client_kwargs": {"endpoint_url": endpoint},
            **given,
        }

    @property
    def environment(self) -> dict[str, str]:
        """The same as variables, which every program that speaks to S3 knows."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}", "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1",
        }  # fmt: skip

    def client(self, service: str) -> Any:
        """Return boto3's client."""
        import boto3

        return boto3.client(
            service, endpoint_url=f"http://127.0.0.1:{self.port}", region_name="us-east-1",
            aws_access_key_id="test", aws_secret_access_key="test",
        )  # fmt: skip

    def put(self, files: Mapping[str, bytes]) -> None:
        """Store objects."""
        s3 = self.client("s3")
        for key, data in files.items():
            s3.put_object(Bucket=BUCKET, Key=key, Body=data)

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        self.process.wait(timeout=30)


@contextmanager
def object_store(**environment: str) -> Iterator[ObjectStore]:
    """Start a server, and end it."""
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environment},
    )  # fmt: skip
    store = ObjectStore(port, process)
    try:
        _wait_for(port)
        store.client("s3").create_bucket(Bucket=BUCKET)
        yield store
    finally:
        store.stop()


class SlowRoad:
    """Passes bytes on to a port, each answer after a while, as from a store far away."""

    def __init__(self, to: int, seconds: float) -> None:
        self._to, self._seconds = to, seconds
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more."""
        self._socket.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._socket.accept()
                there = socket.create_connection(("127.0.0.1", self._to))
                for ends in ((here, there, self._seconds), (there, here, 0.0)):
                    threading.Thread(target=self._pass, args=ends, daemon=True).start()

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket, seconds: float) -> None:
        with suppress(OSError), source, target:
            while data := source.recv(2**16):
                time.sleep(seconds)
                target.sendall(data)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise TimeoutError("the server did not start")

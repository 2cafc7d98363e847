"""The service as it runs: uvicorn on a free port of this machine, in a thread of the tests."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import uvicorn

from pneumoscope.serving.audit import Audit
from pneumoscope.serving.limits import Limits
from pneumoscope.serving.server import Access, configured
from pneumoscope.serving.service import Service

SHUTDOWN_S = 10
PATIENCE_S = 300
"""For what is bounded by the service itself, on a machine that does much else."""

ATTEMPTS = 200
_SERVE = ("-m", "pneumoscope", "serve", "--port", "0")


@dataclass(frozen=True)
class Running:
    """A service that answers.

    Attributes:
        port: Where.
        service: The model.
        server: What listens.
    """

    port: int
    service: Service
    server: uvicorn.Server

    def clients(self) -> list[tuple[str, int]]:
        """Name the addresses whose connections the service keeps."""
        return [one.client for one in list(self.server.server_state.connections)]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def audit(self) -> list[dict[str, Any]]:
        lines = self.service.audit.file.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def get(self, path: str, **options: Any) -> requests.Response:
        return requests.get(self.url + path, timeout=PATIENCE_S, **options)

    def predict(self, *films: tuple[str, bytes], **options: Any) -> requests.Response:
        """Send films by their names, as a form."""
        files = [("films", (name, data)) for name, data in films]
        return requests.post(f"{self.url}/v1/predict", files=files, timeout=PATIENCE_S, **options)

    def send(self, data: bytes, kind: str = "image/png", **options: Any) -> requests.Response:
        """Send one file as it is."""
        headers = {"Content-Type": kind, **options.pop("headers", {})}
        url = f"{self.url}/v1/predict"
        return requests.post(url, data=data, headers=headers, timeout=PATIENCE_S, **options)

    def talk(self, *said: bytes, pause: float = 0, seconds: float = 30) -> bytes:
        """Say bytes on a connection; return all that is answered until it is closed, or so long."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            heard: list[bytes] = []
            listener = threading.Thread(target=_listen, args=(connection, heard))
            listener.start()
            with suppress(OSError):  # closed while we are speaking
                for part in said:
                    connection.sendall(part)
                    time.sleep(pause)
            listener.join()
            return b"".join(heard)


@dataclass
class Process:
    """A service in a process of its own.

    Attributes:
        process: It.
        port: Where it answers.
        said: Lines that it wrote, to either end; those of its log are JSON.
        reader: Reads them.
    """

    process: subprocess.Popen
    port: int
    said: list[str]
    reader: threading.Thread

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def memory(self) -> float:
        """Memory that it holds, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Tell it to stop; return how it ended, once it did and all that it wrote was read."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        self.reader.join()
        return code


@contextmanager
def started(
    *arguments: str, command: Sequence[str] = (sys.executable, *_SERVE)
) -> Iterator[Process]:
    """Start `pneumoscope serve` on a free port, and end it after this at the latest."""
    with subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline()]
        reader = threading.Thread(target=said.extend, args=(process.stdout,))
        reader.start()
        try:
            found = re.search(r"http://\S+:(\d+)\. ", said[0])
            assert found, said
            yield Process(process, int(found[1]), said, reader)
        finally:
            process.kill()
            reader.join()


def _listen(connection: socket.socket, heard: list[bytes]) -> None:
    with suppress(OSError):
        while part := connection.recv(2**16):
            heard.append(part)


@contextmanager
def running(
    predictor: Any,
    folder: Path,
    facts: Mapping[str, Any],
    access: Access | None = None,
    keep: Path | None = None,
    **limits: Any,
) -> Iterator[Running]:
    """Serve a predictor while this lasts."""
    service = Service(predictor, Limits(**limits), Audit(folder / "served.jsonl"), keep)
    server = uvicorn.Server(configured(service, facts, access or Access()))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        for _ in range(ATTEMPTS):
            if server.started:
                break
            time.sleep(0.05)
        yield Running(server.servers[0].sockets[0].getsockname()[1], service, server)
    finally:
        server.should_exit = True
        thread.join(timeout=SHUTDOWN_S)
        # What a test left open is not waited for as long as a client's request would be.
        server.force_exit = True
        thread.join()

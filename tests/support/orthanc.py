"""A real DICOM archive on this machine: Debian's Orthanc with its DICOMweb plugin."""

import json
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests

ORTHANC = shutil.which("Orthanc") or "/usr/sbin/Orthanc"
PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
MISSING = "" if Path(ORTHANC).is_file() and PLUGIN.is_file() else "Orthanc is not installed"
USER, PASSWORD = "reader", "a-password-of-tests"


class Orthanc:
    """An archive that keeps what it holds while it is stopped and started.

    Attributes:
        port: Where it listens on 127.0.0.1.
    """

    def __init__(self, folder: Path, lua: str = "") -> None:
        self.port = free_port()
        self._folder = folder
        script = folder / "rules.lua"
        script.write_text(lua)
        self._settings = folder / "orthanc.json"
        settings: dict[str, Any] = {
            "Name": "tests", "StorageDirectory": str(folder / "db"),
            "IndexDirectory": str(folder / "db"), "HttpPort": self.port,
            "DicomServerEnabled": False, "RemoteAccessAllowed": False,
            "AuthenticationEnabled": True,
            "RegisteredUsers": {USER: PASSWORD}, "Plugins": [str(PLUGIN)],
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/"}, "LuaScripts": [str(script)],
        }  # fmt: skip
        self._settings.write_text(json.dumps(settings))
        self.start()

    def place(self, query: str = "", port: int | None = None, secure: bool = False) -> str:
        """Return the address of films as a user writes it."""
        scheme = "https" if secure else "http"
        root = f"dicomweb+{scheme}://127.0.0.1:{port or self.port}/dicom-web"
        return f"{root}?{query}" if query else root

    @property
    def credentials(self) -> dict[str, str]:
        """Return what conf/local/credentials.yml would hold."""
        return {"username": USER, "password": PASSWORD}

    def start(self) -> None:
        """Start it, with what it holds."""
        with (self._folder / "orthanc.log").open("ab") as log:
            self.process = subprocess.Popen(
                [ORTHANC, str(self._settings)], stdout=log, stderr=log, cwd=self._folder
            )
        for _ in range(300):
            with suppress(requests.RequestException):
                if self.ask("/system"):
                    return
            time.sleep(0.1)
        raise TimeoutError("Orthanc did not start")

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait(timeout=30)

    def ask(self, path: str) -> Any:
        """Return an answer of its own interface."""
        return self._asked("GET", path).json()

    def put(self, data: bytes) -> None:
        """Store an instance by its own interface."""
        self._asked("POST", "/instances", data=data)

    def instances(self) -> list[dict[str, str]]:
        """Return of each instance what it says of itself, its study and its series."""
        found = []
        for study in self.ask("/studies?expand"):
            for series in self.ask(f"/studies/{study['ID']}/series"):
                for one in self.ask(f"/series/{series['ID']}/instances"):
                    tags = one["MainDicomTags"], series["MainDicomTags"], study["MainDicomTags"]
                    found.append({**tags[2], **tags[1], **tags[0], "ID": one["ID"]})
        return found

    def read(self, number: str) -> bytes:
        """Return an instance by Orthanc's own number."""
        return self._asked("GET", f"/instances/{number}/file").content

    def _asked(self, how: str, path: str, data: bytes | None = None) -> requests.Response:
        answer = requests.request(
            how, f"http://127.0.0.1:{self.port}{path}", data=data,
            auth=(USER, PASSWORD), timeout=30,
        )  # fmt: skip
        answer.raise_for_status()
        return answer


@contextmanager
def orthanc(lua: str = "") -> Iterator[Orthanc]:
    """Start an archive in a folder of its own, and end it."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Orthanc(Path(folder), lua)
        try:
            yield archive
        finally:
            archive.kill()


class Road:
    """Passes bytes on to a port of this machine.

    Attributes:
        port: Where it begins.
    """

    def __init__(self, to: int) -> None:
        self._to = to
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more."""
        self._socket.close()

    def goes_on(self, data: bytes) -> bool:
        """Whether the road is still there for some bytes, in either direction."""
        del data
        return True

    def _begin(self, here: socket.socket) -> socket.socket:
        return here

    def _accept(self) -> None:
        while True:
            try:
                accepted, _ = self._socket.accept()
            except OSError:
                return
            with suppress(OSError):
                here = self._begin(accepted)
                there = socket.create_connection(("127.0.0.1", self._to))
                for ends in ((here, there), (there, here)):
                    threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError), source, target:
            while (data := source.recv(2**16)) and self.goes_on(data):
                target.sendall(data)
            for end in (source, target):
                end.shutdown(socket.SHUT_RDWR)


class BrokenRoad(Road):
    """A road that breaks when bytes that begin so have come a number of times."""

    def __init__(self, to: int, begin: bytes, times: int) -> None:
        self._begins, self._left = begin, times
        super().__init__(to)

    def goes_on(self, data: bytes) -> bool:
        """Count."""
        self._left -= data.startswith(self._begins)
        return self._left >= 0

    def mend(self) -> None:
        """Let everything pass from now on."""
        self._left = 10**9


class SecureRoad(Road):
    """A road that is entered by TLS, as a server before an archive does it."""

    def __init__(self, to: int, certificate: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        super().__init__(to)

    def _begin(self, here: socket.socket) -> socket.socket:
        return self._context.wrap_socket(here, server_side=True)


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])

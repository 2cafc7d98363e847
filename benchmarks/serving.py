"""Films by HTTP against the same predictor called directly; waiting, start and memory.

python benchmarks/serving.py [--radiographs FOLDER] [--films 2000] [--clients 32]
"""

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from queue import Empty, SimpleQueue

from exported import export
from originals import gather
from parameters import load_parameters
from timing import Row, Section, arguments, progress, publish, timed

AIM = 0.9
"""Of the throughput of the bare predictor, what the service was to give."""

FLAT = 1.1
"""Memory after all films over that after the first tenth of them."""

CORES = os.cpu_count() or 1

DIFFERENT = 64
"""Films that are sent round and round."""

TEXT = """\
{architecture} with random weights on originals at {height}×{width}, {clients} clients that send one
film a request and wait for its answer. *This project*: `python -m pneumoscope serve` in a process
of its own, asked from this one, whose clients take of the same {cores} cores. *Against*:
`predictor.read` and `predictor.predict` film by film, in this process with nothing between, by as
many threads as there are cores. Each repeat times {repeat} films by either route, in turns; then
{films:,} more are sent, for the memory."""

_HEADERS = {"Content-Type": "application/octet-stream"}


@dataclass
class Load:
    """What clients have found.

    Attributes:
        seconds: That each request took.
        failed: Requests that were not answered with a read film.
    """

    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    def at(self, share: float) -> float:
        """Give the time that a share of the requests stayed below, in ms."""
        return (
            1000 * sorted(self.seconds)[min(int(share * len(self.seconds)), len(self.seconds) - 1)]
        )

    @property
    def both(self) -> str:
        """The median, and what 99 % stayed below."""
        return f"{self.at(0.5):.0f} ms, {self.at(0.99):.0f} ms"


@dataclass(frozen=True)
class Server:
    """A service in a process of its own.

    Attributes:
        process: Its number.
        port: Where it answers.
        ready: Seconds from its start until it listened, and of these of a processor.
    """

    process: int
    port: int
    ready: tuple[float, float]

    @property
    def memory(self) -> float:
        """Memory that it holds, in MiB."""
        status = Path(f"/proc/{self.process}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


def main() -> None:
    """Measure and print."""
    parser = arguments(__doc__)
    parser.add_argument("--architecture", default="mobilenetv2")
    parser.add_argument("--films", type=int, default=2000)
    parser.add_argument("--clients", type=int, default=32)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        section = measure(given, Path(scratch))
    publish(section, given.into)


def measure(given: argparse.Namespace, scratch: Path) -> Section:
    """Export a model, serve it, and let both routes take turns."""
    from pneumoscope.inference.finished_run import FinishedRun

    folder = gather(given.radiographs, DIFFERENT, scratch / "films")
    films = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    parameters = load_parameters("kermany")
    height, width = parameters["preprocessing"]["size"]
    place = scratch / "results/06_models" / given.architecture / "exchange"
    place.mkdir(parents=True)
    export(given.architecture, parameters, place)
    predictor = FinishedRun(scratch / "results").predictor()

    def one(data: bytes) -> None:
        (found,) = predictor.predict([predictor.read("film", lambda: data)])
        assert found.score is not None

    def bare(count: int) -> None:
        with ThreadPoolExecutor(CORES) as threads:
            list(threads.map(one, islice(cycle(films), count)))

    count, load = 4 * len(films), Load()
    ours, theirs = [], []
    with served(scratch / "results") as server:
        bare(len(films))
        send(server, films, len(films), given.clients)
        for repeat in range(1, given.repeats + 1):
            theirs.append(timed(lambda: bare(count)))
            ours.append(timed(lambda: merge(load, send(server, films, count, given.clients))))
            progress(
                f"{repeat} of {given.repeats}: bare {theirs[-1]:.2f} s, served {ours[-1]:.2f} s"
            )
        alone = send(server, films, len(films), 1)
        growth = memory(server, films, given)
    ratios = [other / own for own, other in zip(ours, theirs, strict=True)]
    name = given.architecture
    rows = [
        Row(f"{name}: films a second, {given.clients} clients", "bare predictor",
            count / statistics.median(ours), count / statistics.median(theirs), "", ratios, AIM),
        Row(f"memory after {given.films:,} films", f"after {given.films // 10:,}",
            growth[-1], growth[0], "MiB", [growth[-1] / growth[0]], FLAT, at_most=True),
    ]  # fmt: skip
    profile = [
        (f"one request, {given.clients} clients: median, 99 %", load.both),
        ("one request, one client: median, 99 %", alone.both),
        ("requests that failed", str(load.failed + alone.failed)),
        ("from its start until it listens",
         f"{server.ready[0]:.1f} s, of these {server.ready[1]:.1f} s of a processor"),
        ("memory, by tenths of the films", ", ".join(f"{mib:.0f}" for mib in growth) + " MiB"),
    ]  # fmt: skip
    text = TEXT.format(
        architecture=name, height=height, width=width, clients=given.clients, films=given.films,
        cores=CORES, repeat=count,
    )  # fmt: skip
    return Section("Films by HTTP", "python benchmarks/serving.py", text, rows, profile)


def memory(server: Server, films: Sequence[bytes], given: argparse.Namespace) -> list[float]:
    """Send many films; give what the service holds after each tenth of them, in MiB."""
    held = []
    for tenth in range(1, 11):
        found = send(server, films, given.films // 10, given.clients)
        assert not found.failed
        held.append(server.memory)
        progress(f"{tenth} tenths of {given.films:,} films: {held[-1]:.0f} MiB")
    return held


def merge(load: Load, found: Load) -> None:
    """Add what further clients have found."""
    load.seconds += found.seconds
    load.failed += found.failed


def send(server: Server, films: Sequence[bytes], count: int, clients: int) -> Load:
    """Have clients send films, one a request, each on a connection of its own."""
    waiting: SimpleQueue[bytes] = SimpleQueue()
    for data in islice(cycle(films), count):
        waiting.put(data)
    load = Load()

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        while True:
            try:
                data = waiting.get_nowait()
            except Empty:
                connection.close()
                return
            began = time.perf_counter()
            connection.request("POST", "/v1/predict", data, _HEADERS)
            answer = connection.getresponse()
            body = answer.read()
            load.seconds.append(time.perf_counter() - began)
            load.failed += answer.status != 200 or json.loads(body)["counts"]["read"] != 1

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return load


@contextmanager
def served(results: Path) -> Iterator[Server]:
    """Serve the model of these results in a process of its own."""
    command = [sys.executable, "-m", "pneumoscope", "serve", "--results", str(results)]
    began = time.perf_counter()
    with subprocess.Popen(
        [*command, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[3]
            wall = time.perf_counter() - began
            used = Path(f"/proc/{process.pid}/stat").read_text().split()
            processor = (int(used[13]) + int(used[14])) / os.sysconf("SC_CLK_TCK")
            port = int(address.rstrip(".").rpartition(":")[2])
            yield Server(process.pid, port, (wall, processor))
        finally:
            process.terminate()


if __name__ == "__main__":
    main()

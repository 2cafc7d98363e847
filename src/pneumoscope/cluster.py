"""A cluster of dask.distributed that runs mappings: reached by an address, or made on this machine.

Nothing here is imported, and no `distributed`, by a run that names no cluster.
"""

import logging
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib import metadata
from itertools import islice
from platform import python_version_tuple
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from pneumoscope.errors import InputError
from pneumoscope.extras import needs_extra

if TYPE_CHECKING:
    from distributed import Client, Future

EXTRA = "cluster"
"""Extra of the project that brings dask.distributed."""

WAIT = 10
"""Seconds within which a scheduler has to answer."""

AHEAD = 3
"""Tasks a thread that are handed out together: enough to have the next at hand, and no more."""

RESOURCE = "namespace"
"""Resource of workers (`--resources namespace=1`) that a whole namespace takes."""

DECIDING = ("numpy", "opencv-python-headless", "pandas", "pillow", "pneumoscope", "simplejpeg")
"""Packages whose versions decide what bytes a film becomes."""

_LOCAL = re.compile(r"local:([1-9]\d{0,3})")
_ADDRESS = re.compile(r"(?:[a-z]+://)?[^\s/:]+:[1-9]\d*|[a-z]+://\S+")

Result = TypeVar("Result")


@dataclass(frozen=True)
class Cluster:
    """A scheduler that is reached, and its workers.

    Attributes:
        client: What it is reached by.
        name: As it was asked for.
    """

    client: "Client"
    name: str

    def in_order(self, calls: Iterable[Callable[[], Result]], title: str) -> Iterator[Result]:
        """Yield what the calls return, in their order; a call runs again if its worker is lost.

        Args:
            calls: Picklable; a few are handed out at a time, however many there are.
            title: What the dashboard calls them.

        Raises:
            InputError: The scheduler is gone, workers were lost again and again, or a worker has
                other packages or cannot reach what this process can.
        """
        coming = iter(calls)
        pending: deque[Future] = deque()
        try:
            while True:
                for call in islice(coming, max(0, self._window - len(pending))):
                    pending.append(self.submit(call, title))
                if not pending:
                    return
                yield self.result(pending.popleft())
        finally:
            self.cancel(list(pending))

    def submit(self, call: Callable[[], Any], title: str, whole: bool = False) -> "Future":
        """Hand out a call.

        Args:
            call: Picklable.
            title: What the dashboard calls it.
            whole: Whether it takes the resource `namespace` of a worker, where workers have it.
        """
        resources = {RESOURCE: 1} if whole and self._has_resource else None
        key, run = f"{title}-{uuid4().hex}", partial(_run, versions())
        return self.client.submit(run, call, key=key, pure=False, resources=resources)

    def first_done(self, futures: Sequence["Future"]) -> Sequence["Future"]:
        """Wait until a call has ended, well or not; return all that have."""
        from distributed import wait

        with self.client.as_current():
            wait(futures, return_when="FIRST_COMPLETED")
        return [future for future in futures if future.done()]

    def cancel(self, futures: Sequence["Future"]) -> None:
        """Give up calls whose results nobody waits for any more."""
        with suppress(Exception):  # a scheduler that is gone has let them go
            self.client.cancel(list(futures))

    def describe(self) -> str:
        """Say how many workers there are, and where to look at them."""
        threads, scheduler = self.client.nthreads(), self.client.scheduler
        address = scheduler.address if scheduler is not None else self.name
        workers = f"{len(threads):,} worker{'' if len(threads) == 1 else 's'}"
        cores = sum(threads.values())
        return (
            f"On the cluster {address}: {workers}, "
            f"{cores:,} thread{'' if cores == 1 else 's'}"
            f"; dashboard: {self.client.dashboard_link}"
        )

    def close(self) -> None:
        """Leave the cluster; one that was made here ends."""
        made = self.client.cluster
        self.client.close()
        if made is not None:
            made.close()

    @property
    def _window(self) -> int:
        return max(4, AHEAD * sum(self.client.nthreads().values()))

    @property
    def _has_resource(self) -> bool:
        workers = self.client.scheduler_info(n_workers=-1)["workers"].values()
        return any(RESOURCE in worker.get("resources", {}) for worker in workers)

    def result(self, future: "Future") -> Any:
        """Return what a call returned, or raise what it raised; errors are those of `in_order`."""
        from distributed import CancelledError, KilledWorker
        from distributed.comm import CommClosedError

        try:
            return future.result()
        except KilledWorker as error:
            raise InputError(
                "workers that stay until a task is done",
                f"a task whose workers were lost each time: {error}",
                "Look at the log of the last worker: most often its memory was too small.",
            ) from error
        except (CancelledError, CommClosedError) as error:
            raise InputError(
                f"the cluster '{self.name}' to stay until the run ends",
                f"nothing from its scheduler any more ({error})",
                "Run again when it is back.",
            ) from error
        except ModuleNotFoundError as error:
            raise InputError(
                "workers with the packages of this process",
                f"a worker without {error.name}",
                "Install the project there in the same version, with its extra `cluster`.",
            ) from error


def open_cluster(name: str) -> Cluster:
    """Reach a scheduler, or start workers on this machine.

    Args:
        name: `<host>:<port>`, an address such as `tls://<host>:<port>`, or `local:<workers>`.

    Raises:
        InputError: It is no such name, or nothing answers there, or the extra is missing.
    """
    made = _LOCAL.fullmatch(name)
    if not made and not _ADDRESS.fullmatch(name):
        raise InputError(
            "a cluster as <host>:<port>, tcp://<host>:<port> or local:<number of workers>",
            f"'{name}'",
            "Name it in --params cluster= or DASK_SCHEDULER; docs/scale.md shows both.",
        )
    with needs_extra(EXTRA):
        import distributed
    # It tells of each process that comes and goes, beside what a user asks for.
    logging.getLogger("distributed").setLevel(logging.WARNING)
    if made:
        # A thread a worker: what TensorFlow and NumPy run in has threads of its own.
        workers = distributed.LocalCluster(
            n_workers=int(made[1]), threads_per_worker=1, dashboard_address="127.0.0.1:0"
        )
        return Cluster(distributed.Client(workers, set_as_default=False), name)
    try:
        return Cluster(distributed.Client(name, timeout=WAIT, set_as_default=False), name)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(
            "the scheduler of a cluster that answers",
            f"none at '{name}' within {WAIT} s",
            "Start one (dask scheduler), correct its name, or leave it out: threads then do it.",
        ) from error


def named_cluster(parameters: Mapping[str, Any], environment: Mapping[str, str]) -> str | None:
    """Return the cluster that a run shall use; None for threads of this process.

    Args:
        parameters: Of the environment; `cluster` goes before the variables, null among its values.
        environment: Variables: DASK_SCHEDULER, or else dask's own DASK_SCHEDULER_ADDRESS.
    """
    if "cluster" in parameters:
        return parameters["cluster"]
    named = environment.get("DASK_SCHEDULER") or environment.get("DASK_SCHEDULER_ADDRESS")
    # Words that dask itself takes for schedulers within a process.
    return None if named in ("threads", "threading", "sync", "synchronous") else named or None


@cache
def versions() -> Mapping[str, str]:
    """Return the versions that decide what bytes a film becomes, by package."""
    found = {name: _version(name) for name in DECIDING}
    return {**found, "Python": ".".join(python_version_tuple()[:2])}


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "none"


def _run(expected: Mapping[str, str], call: Callable[[], Result]) -> Result:
    """Run a call on a worker that is like the process which sends it."""
    # Of a worker it tells how long decoding keeps the interpreter's lock: nothing to mend.
    logging.getLogger("distributed.core").setLevel(logging.WARNING)
    found = versions()
    unlike = [name for name in expected if found[name] != expected[name]]
    if unlike:
        raise InputError(
            f"workers with {', '.join(f'{name} {expected[name]}' for name in unlike)}",
            f"{', '.join(f'{name} {found[name]}' for name in unlike)} on {_worker()}",
            "Install the same there: films would become other bytes.",
        )
    try:
        return call()
    except InputError as error:
        received = f"{error.received.rstrip('.')} (on the worker {_worker()})"
        raise InputError(error.expected, received, error.remedy) from error
    except OSError as error:
        raise InputError(
            "every worker to reach the folders of this run at the same paths",
            f"{error.strerror or error}: '{error.filename}' on the worker {_worker()}",
            "Name places that all machines share: RESULTS=<folder>, RADIOGRAPHS=<folder>.",
        ) from error


def _worker() -> str:
    from distributed import get_worker

    return str(get_worker().address)

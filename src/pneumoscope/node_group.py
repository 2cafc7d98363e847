"""Nodes of one namespace in a process of their own, started by a worker of a cluster.

A process, since Keras has one generator of random numbers and one number of threads a process: what
trains in it comes out as it does alone.
"""

import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from pneumoscope.errors import InputError, three_lines

THREADS = "PNEUMOSCOPE_THREADS"
"""Environment variable: threads that models compute in, where they may not take all cores."""

_OF_NUMPY = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""Likewise of NumPy; dask's worker sets them to 1, which is no wish of the user's."""

SHOWN = 60
"""Lines of what a process printed that are told where it failed."""

_SENT = re.compile(
    r"RESULTS|RADIOGRAPHS|FILMS|[A-Z0-9_]+_WEIGHTS|KERAS_BACKEND|KEDRO_LOGGING_CONFIG"
)
_SECONDS = 0.2


@dataclass(frozen=True)
class NodeGroup:
    """What it takes to run some nodes elsewhere: names and places, and no data.

    Attributes:
        name: Of the namespace.
        nodes: Names of the nodes.
        project: Folder of the project.
        conf_source: Folder of its configuration.
        env: Environment of it.
        runtime_params: What --params said.
        load_versions: Versions that are loaded, by entry.
        save_version: Version under which entries are saved.
        handed_over: Entries that the catalog keeps in memory, and the file that each crosses by.
        variables: Environment variables that say where things lie, and in how many threads.
    """

    name: str
    nodes: Sequence[str]
    project: str
    conf_source: str
    env: str | None
    runtime_params: Mapping[str, Any]
    load_versions: Mapping[str, str]
    save_version: str
    handed_over: Mapping[str, str]
    variables: Mapping[str, str]


def sent_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that say where things lie, and how many threads compute.

    Sums of floats differ in their last digits by how many threads share them, so a worker takes the
    number that this process would take. No variable that holds a secret is sent.
    """
    many = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ()
    cores = {THREADS: str(len(many) or os.cpu_count() or 1)}
    sent = (*_OF_NUMPY, THREADS)
    return cores | {
        name: value
        for name, value in environment.items()
        if value and (name in sent or _SENT.fullmatch(name))
    }


def run_on_worker(group: NodeGroup) -> None:
    """Run a group in a process of its own, and end it where the run is given up.

    Raises:
        InputError: The process told what is to be mended, in three lines.
        RuntimeError: It failed otherwise; the message is the end of what it printed.
    """
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()
    with _started(group) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(asdict(group)))
        process.stdin.close()
        printed: deque[str] = deque(maxlen=SHOWN)
        relay = threading.Thread(target=_relay, args=(process, group.name, printed))
        relay.start()
        while process.poll() is None:
            task = worker.state.tasks.get(key)
            if task is None or task.state == "cancelled":
                process.kill()
            time.sleep(_SECONDS)
        relay.join()
    if process.returncode:
        raise _failure(group, list(printed))


def _started(group: NodeGroup) -> subprocess.Popen[str]:
    own = {k: v for k, v in os.environ.items() if k not in _OF_NUMPY and not k.startswith("DASK_")}
    environment = own | dict(group.variables)
    return subprocess.Popen(
        [sys.executable, "-m", "pneumoscope.node_group"], cwd=group.project, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def _relay(process: subprocess.Popen[str], name: str, printed: deque[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        printed.append(line)
        print(f"{name} | {line}", end="", flush=True)


def _failure(group: NodeGroup, printed: Sequence[str]) -> Exception:
    lines = [line.strip() for line in printed]
    starts = [place for place, line in enumerate(lines) if line.startswith("Expected: ")]
    if starts and len(parts := lines[starts[-1] : starts[-1] + 3]) == 3:
        expected, received, remedy = (line.partition(": ")[2] for line in parts)
        return InputError(expected, f"{received} (in the steps of {group.name})", remedy)
    return RuntimeError(f"the steps of {group.name} failed:\n{''.join(printed)}")


def main() -> None:
    """Run the group that standard input names."""
    group = NodeGroup(**json.load(sys.stdin))
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    try:
        _run(group)
    except Exception as error:
        lines = three_lines(error)
        if lines is None:
            raise
        print("\n".join(lines), flush=True)
        sys.exit(1)
    sys.stdout.flush()
    sys.stderr.flush()
    # All is saved: TensorFlow takes seconds to take itself apart.
    os._exit(0)


def _run(group: NodeGroup) -> None:
    from kedro.framework.project import configure_project, pipelines
    from kedro.framework.session import KedroSession
    from kedro.pipeline import Pipeline
    from kedro.runner import SequentialRunner

    import pneumoscope.cli  # noqa: F401 - log lines as of the command line

    configure_project("pneumoscope")
    with KedroSession.create(
        group.project, env=group.env, runtime_params=dict(group.runtime_params),
        conf_source=group.conf_source,
    ) as session:  # fmt: skip
        context = cast(KedroSession, session).load_context()
        known = {node.name: node for whole in pipelines.values() for node in whole.nodes}
        catalog = context._get_catalog(
            save_version=group.save_version, load_versions=dict(group.load_versions)
        )
        hand_over(catalog, group.handed_over)
        nodes = Pipeline([known[name] for name in group.nodes])
        SequentialRunner().run(nodes, catalog, run_id=group.save_version)


def hand_over(catalog: Any, files: Mapping[str, str]) -> None:
    """Let entries that are kept in memory cross from process to process by files.

    The files are pickles, which carry code, as all does that dask sends from process to process:
    they live in the results of the run, while it lasts.
    """
    from kedro_datasets.pickle import PickleDataset

    # It warns of entries that are replaced, which is what is wanted.
    catalogs = logging.getLogger("kedro.io.data_catalog")
    level = catalogs.level
    catalogs.setLevel(logging.ERROR)
    for name, file in files.items():
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        catalog[name] = PickleDataset(filepath=file)
    catalogs.setLevel(level)


def _end_with(parent: int) -> None:
    """End at once when the worker is gone: its task runs again elsewhere."""
    while os.getppid() == parent:
        time.sleep(_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()

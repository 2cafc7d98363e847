"""Peak memory of ingestion, preprocessing and training against the number of radiographs.

python benchmarks/memory.py [--radiographs FOLDER] [--counts 500 4000]

Sizes are those of the environment `kermany`.
"""

import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from environment import KEDRO, call
from originals import draw_phantoms, multiply
from timing import Row, Section, arguments, progress, publish

ENVIRONMENT = ["--env", "kermany"]
STEPS = {
    "ingestion to preprocessing": [
        "--pipelines=ingestion,rebalancing,preprocessing", "--params=split.policy=pooled",
    ],
    "training of mlp, one epoch": [
        "--pipelines=training", "--namespaces=mlp", "--params=mlp.fitting.epochs=1",
    ],
}  # fmt: skip
AIM = 1.1

TEXT = """\
The most that a process of `kedro run --env kermany` ever held (maximum resident set), with {many:,}
films against {few:,}. The films are copied round and round from a few, each with bytes of its own;
every count and repeat starts from an empty results folder. What reads film by film, and stores as
it goes, needs no more for more films. Stored arrays that training maps into memory count as held,
although the system takes those pages back whenever another process needs them."""

MEASURE = """\
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)
"""
"""A small process between this one and the measured one: a peak is inherited when forking."""

UNIT = 2**20 if sys.platform == "darwin" else 2**10
"""Units of `ru_maxrss` in a MiB."""

Peaks = dict[str, list[float]]
"""MiB of each step's repeats."""


def main() -> None:
    """Measure and print."""
    parser = arguments(__doc__)
    parser.add_argument("--counts", type=int, nargs=2, default=[500, 4000], metavar="FILMS")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        section = measure(given.radiographs, given.counts, given.repeats, Path(scratch))
    publish(section, given.into)


def measure(
    radiographs: Path | None, counts: Sequence[int], repeats: int, scratch: Path
) -> Section:
    """Measure few and many alternately; give a row a step."""
    few, many = counts
    originals = radiographs or draw_phantoms(scratch / "drawn")
    films = {count: multiply(originals, count, scratch / f"films-{count}") for count in counts}
    peaks: dict[int, Peaks] = {count: {step: [] for step in STEPS} for count in counts}
    for repeat in range(repeats):
        for count in counts:
            for step, peak in peaks_of_a_run(films[count], scratch / f"{count}-{repeat}").items():
                peaks[count][step].append(peak)
                progress(f"{step}, {count:,} films, {repeat + 1} of {repeats}: {peak:,.0f} MiB")
    rows = [compare(step, few, peaks[few][step], many, peaks[many][step]) for step in STEPS]
    text = TEXT.format(few=few, many=many)
    command = "python benchmarks/memory.py"
    return Section("Peak memory", command, text, rows, _profile(rows, many - few))


def compare(
    step: str, few: int, with_few: Sequence[float], many: int, with_many: Sequence[float]
) -> Row:
    """Give the row of a step: how many times as much memory the many need as the few."""
    return Row(
        f"{step}, {many:,} films", f"the same, {few:,} films",
        statistics.median(with_many), statistics.median(with_few), "MiB",
        [most / least for most, least in zip(with_many, with_few, strict=True)],
        AIM, at_most=True,
    )  # fmt: skip


def peaks_of_a_run(films: Path, results: Path) -> dict[str, float]:
    """Run every step in a process of its own; return the peak of each in MiB."""
    surroundings = {"RADIOGRAPHS": str(films), "RESULTS": str(results)}
    return {
        step: peak_memory([KEDRO, "run", *ENVIRONMENT, *asked], surroundings)
        for step, asked in STEPS.items()
    }


def peak_memory(command: Sequence[str], surroundings: Mapping[str, str] | None = None) -> float:
    """Run a command to its end and return its peak in MiB."""
    printed = call([sys.executable, "-c", MEASURE, *command], surroundings)
    return float(printed.split()[-1]) / UNIT


def _profile(rows: Sequence[Row], more: int) -> list[tuple[str, str]]:
    idle = peak_memory([KEDRO, "registry", "list"])
    grown = [
        (f"{row.what}: a further film", f"{(row.ours - row.theirs) * 1024 / more:,.1f} KiB")
        for row in rows
    ]
    return [("`kedro registry list`: the graph built, nothing run", f"{idle:,.0f} MiB"), *grown]


if __name__ == "__main__":
    main()

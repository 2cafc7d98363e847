"""CPU seconds a film, and peak memory, of ingestion to preprocessing against the number of films.

python benchmarks/growth.py [--radiographs FOLDER] [--counts 500 5000 20000] [--plot FILE]
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from environment import KEDRO, call
from originals import PHANTOMS, blend, draw_phantoms
from timing import progress

ENVIRONMENT = ["--env", "kermany", "--params=split.policy=pooled"]
ALL = "--pipelines=ingestion,rebalancing,preprocessing"
COMPARISON = "--nodes=ingestion.compare_radiographs"
"""The one step whose work grows with the square of the films: each is compared with every other."""

MEASURE = """\
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss]))
sys.exit(done.returncode)
"""
"""A small process between this one and the measured one: a peak is inherited when forking."""

SMALL = PHANTOMS.model_copy(update={"patients": 600, "shorter_side": (224, 256)})
"""Where no radiographs are given: enough of them to blend 20,000 different ones."""

UNIT = 2**20 if sys.platform == "darwin" else 2**10
"""Units of `ru_maxrss` in a MiB."""


@dataclass(frozen=True)
class Measured:
    """What one number of films took.

    Attributes:
        films: How many there were.
        seconds: CPU seconds of everything from ingestion to preprocessing, start-up included.
        comparison: CPU seconds of comparing every film with every other, start-up included.
        mebibytes: Most that the process ever held.
    """

    films: int
    seconds: float
    comparison: float
    mebibytes: float


def main() -> None:
    """Measure each number of films in turn, print a table and draw it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--radiographs", type=Path, default=os.environ.get("RADIOGRAPHS"))
    parser.add_argument("--counts", type=int, nargs="+", default=[500, 5_000, 20_000])
    parser.add_argument("--plot", type=Path, help="where to draw it, by its ending")
    parser.add_argument("--keep", type=Path, help="JSON lines to add to, and to draw all of")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        originals = given.radiographs or draw_phantoms(Path(scratch) / "drawn", SMALL)
        found = [measure(Path(originals), count, Path(scratch)) for count in given.counts]
    if given.keep:
        with given.keep.open("a", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(asdict(one))}\n" for one in found)
        lines = given.keep.read_text(encoding="utf-8").splitlines()
        found = sorted((Measured(**json.loads(line)) for line in lines), key=lambda one: one.films)
    print(table(found))
    if given.plot:
        draw(found, given.plot)


def measure(originals: Path, count: int, scratch: Path) -> Measured:
    """Run ingestion to preprocessing on so many films, and the comparison of all pairs again."""
    films = blend(originals, count, scratch / f"films-{count}")
    surroundings = {"RADIOGRAPHS": str(films), "RESULTS": str(scratch / f"results-{count}")}
    (seconds, most), (comparison, _) = (
        json.loads(
            call(
                [sys.executable, "-c", MEASURE, KEDRO, "run", *ENVIRONMENT, asked], surroundings
            ).splitlines()[-1]
        )
        for asked in (ALL, COMPARISON)
    )
    progress(f"{count:,} films: {seconds:,.0f} CPU s, {most / UNIT:,.0f} MiB")
    return Measured(count, seconds, comparison, most / UNIT)


def table(found: Sequence[Measured]) -> str:
    """Give the table; what a further film costs is told by two numbers of films."""
    rows = [
        "| films | CPU s | comparing all pairs, CPU s | a further film, without that | peak MiB |",
        "| --- | --- | --- | --- | --- |",
    ]
    before: Measured | None = None
    for one in found:
        further = "" if before is None else f"{marginal(before, one):.2f} ms"
        rows.append(
            f"| {one.films:,} | {one.seconds:,.0f} | {one.comparison:,.0f} | {further} | "
            f"{one.mebibytes:,.0f} |"
        )
        before = one
    return "\n".join(rows)


def marginal(few: Measured, many: Measured) -> float:
    """Return the CPU milliseconds of a further film, without the comparison of all pairs."""
    more = (many.seconds - many.comparison) - (few.seconds - few.comparison)
    return 1000 * more / (many.films - few.films)


def draw(found: Sequence[Measured], into: Path) -> None:
    """Draw CPU seconds and peak memory over the number of films."""
    from matplotlib.figure import Figure

    films = [one.films for one in found]
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    time, memory = figure.subplots(1, 2)
    time.plot(films, [one.seconds for one in found], "o-", label="ingestion to preprocessing")
    time.plot(films, [one.comparison for one in found], "s--", label="comparing all pairs alone")
    time.set(xlabel="films", ylabel="CPU seconds, with start-up")
    time.legend(frameon=False)
    peaks = [one.mebibytes for one in found]
    memory.plot(films, peaks, "o-")
    memory.set(xlabel="films", ylabel="peak memory in MiB", ylim=(0, 1.1 * max(peaks)))
    for axes in (time, memory):
        axes.locator_params(axis="x", nbins=5)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(into)


if __name__ == "__main__":
    main()

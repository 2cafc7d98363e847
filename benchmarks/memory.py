"""Peak memory of ingestion and preprocessing against the number of radiographs.

    python benchmarks/memory.py [--radiographs FOLDER] [--counts 1000 8000]

Each count is a run of its own process on that many files, hard-linked from a few originals
(phantoms of a flat-panel detector's size unless a folder is given). A flat memory gives a ratio
near 1 between the largest and the smallest count.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

from pneumoscope.options import PhantomOptions
from pneumoscope.phantoms.collection import make_phantoms

PROJECT = Path(__file__).parents[1]
KEDRO = Path(sys.executable).with_name("kedro")
PHANTOMS = PhantomOptions(patients=24, shorter_side=(900, 1500))


def main() -> None:
    """Measure each count and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--radiographs", type=Path)
    parser.add_argument("--counts", type=int, nargs="+", default=[1000, 8000])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        originals = given.radiographs or draw_phantoms(Path(scratch, "phantoms"))
        peaks = {}
        for count in given.counts:
            folder = multiply(originals, count, Path(scratch, f"films-{count}"))
            peaks[count] = peak_memory(folder, Path(scratch, f"results-{count}"))
            print(f"{count:>6,} radiographs: peak {peaks[count]:,.0f} MiB", flush=True)
    first, last = given.counts[0], given.counts[-1]
    print(f"ratio {last:,} to {first:,}: {peaks[last] / peaks[first]:.2f}")


def draw_phantoms(folder: Path) -> Path:
    """Draw large phantoms into a folder."""
    for path, read in make_phantoms(PHANTOMS, seed=1).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(read())
    return folder


def multiply(originals: Path, count: int, folder: Path) -> Path:
    """Copy radiographs round and round under new patients' names until there are `count`."""
    films = sorted(path for path in originals.rglob("*.jp*g") if path.parent.name.isupper())
    for number, film in enumerate(islice(cycle(films), count)):
        label = film.parent.name
        name = f"IM-{number:05d}-0001" if label == "NORMAL" else f"person{number}_bacteria_{number}"
        target = folder / "train" / label / f"{name}.jpeg"
        target.parent.mkdir(parents=True, exist_ok=True)
        # A comment after the end of the image makes each file's bytes its own.
        target.write_bytes(film.read_bytes() + str(number).encode())
    return folder


def peak_memory(folder: Path, results: Path) -> float:
    """Run ingestion to preprocessing in a process of its own; return its peak in MiB."""
    command = [
        str(KEDRO), "run", "--env", "kermany",
        "--pipelines=ingestion,rebalancing,preprocessing", "--params", "split.policy=pooled",
    ]  # fmt: skip
    environment = {**os.environ, "RADIOGRAPHS": str(folder), "RESULTS": str(results)}
    measured = subprocess.run(
        [sys.executable, "-c", _MEASURE, *command],
        cwd=PROJECT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(re.findall(r"peak (\d+)", measured.stdout)[-1]) / 1024


_MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""

if __name__ == "__main__":
    main()

"""One training epoch of each architecture, against a tutorial's and against a bare fit.

python benchmarks/epochs.py [--radiographs FOLDER] [--architectures cnn] [--share 1.0]

`epoch_routes.py` holds the three routes.
"""

import logging
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from input_profile import InputProfile
from originals import gather
from parameters import load_parameters
from timing import Row, Section, arguments, progress, publish, speed
from turns import Route, take_turns

from pneumoscope.datasets.sharded_images import ShardedImagesDataset
from pneumoscope.options import IngestionOptions, PreprocessingOptions
from pneumoscope.parallel import BatchedMap
from pneumoscope.radiographs.decoding import decode
from pneumoscope.radiographs.transforms import preprocess

FILMS = {"mlp": 4096, "cnn": 768, "mobilenetv2": 384, "resnet50v2": 384, "vgg16": 256}
"""Films of an epoch: fewer where a step is dear, and in all of them enough for four seconds.

`tf.data` may pause for a second or two at the end of an epoch; in a shorter one the pause would
decide the ratio.
"""

HELD_OUT_SHARE = 0.25

TEXT = """\
One epoch, validation included, at {height}×{width} in batches of 32 without augmentation; every
model starts from random weights and is the same in the three routes, which run in processes of
their own and take turns, epoch by epoch. *This project*: `pneumoscope.models.training.fit.fit` on
stored shards, float32 or bfloat16 by its own probe. *Tutorial*: the files through
`image_dataset_from_directory` and `rescale`, decoded in every epoch, default `compile`, float32.
*Bare fit*: `model.fit` on an array in memory, with this project's optimizer, metrics, precision
and `jit_compile`. These two call `fit` as it is, an epoch at a time, and pay for what `tf.data`
makes them wait at its end (docs/benchmarks.md). Rows are later epochs; the first one also traces
and compiles and has rows of its own. The checkpoint that this project writes after an epoch, whose
cost does not depend on the number of films, is left out and stands in the profile; so does the
share of a step that waits for films augmented as `kermany` augments them, against steps on one
batch that lies ready."""


def main() -> None:
    """Measure and print."""
    parser = arguments(__doc__)
    parser.add_argument("--architectures", nargs="+", default=list(FILMS))
    parser.add_argument("--share", type=float, default=1.0, help="of the films of an epoch")
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    options = PreprocessingOptions.model_validate(load_parameters("kermany")["preprocessing"])
    rows: list[Row] = []
    profile: list[tuple[str, str]] = []
    for architecture in given.architectures:
        progress(architecture)
        count = max(32, round(FILMS.get(architecture, 96) * given.share))
        with tempfile.TemporaryDirectory() as scratch:
            prepare(given.radiographs, count, Path(scratch), options)
            found = measure(architecture, count, Path(scratch), given.repeats)
        rows += found[0]
        profile += found[1]
    text = TEXT.format(height=options.size[0], width=options.size[1])
    publish(
        Section("A training epoch", "python benchmarks/epochs.py", text, rows, profile), given.into
    )


def measure(
    architecture: str, count: int, folder: Path, repeats: int
) -> tuple[list[Row], list[tuple[str, str]]]:
    """Let the three routes take turns; return the rows and the profile of one architecture."""
    starters = {route: partial(_start, route, architecture, folder, repeats + 1) for route in
                ("ours", "bare", "tutorial")}  # fmt: skip
    seconds, facts = take_turns(starters, repeats + 1)
    later = {route: taken[1:] for route, taken in seconds.items()}
    what = f"{architecture}, {count:,} films, {facts['ours']['precision']}"
    rows = [
        speed(what, "tutorial", later["ours"], later["tutorial"], aim=5.0),
        speed(what, "bare fit", later["ours"], later["bare"], aim=0.95),
        speed(f"{what}, first epoch", "tutorial", seconds["ours"][:1], seconds["tutorial"][:1]),
    ]
    return rows, _profile(architecture, rows, facts)


def _start(
    route: str, architecture: str, folder: Path, epochs: int, first: dict[str, Any]
) -> Route:
    command = [
        sys.executable, str(Path(__file__).with_name("epoch_routes.py")),
        route, architecture, str(folder), str(epochs),
        "--precision", first.get("precision", "auto"),
    ]  # fmt: skip
    return Route(command, folder / f"{route}.log")


def _profile(
    architecture: str, rows: list[Row], facts: dict[str, dict[str, Any]]
) -> list[tuple[str, str]]:
    tutorial, bare = rows[:2]
    return [
        (f"{architecture}: precision", facts["ours"]["reason"]),
        (f"{architecture}: input of our epoch alone", _share(facts["ours"]["input"], bare.ours)),
        (
            f"{architecture}: input of the tutorial's epoch alone",
            _share(facts["tutorial"]["input"], tutorial.theirs),
        ),
        (f"{architecture}: our checkpoint", f"{facts['ours']['checkpoint']:.2f} s an epoch"),
        (f"{architecture}: waiting for augmented input", _waiting(facts["ours"]["augmented"])),
    ]


def _waiting(found: dict[str, float]) -> str:
    profile = InputProfile(**found)
    return (
        f"{profile.waiting:.0%} of a step of {profile.step * 1000:.0f} ms, whose batch takes "
        f"{profile.batch * 1000:.0f} ms alone"
    )


def _share(seconds: float, whole: float) -> str:
    return f"{seconds:.2f} s of {whole:.2f} s"


def prepare(
    radiographs: Path | None, count: int, folder: Path, options: PreprocessingOptions
) -> None:
    """Lay out the files of the tutorial and the stored arrays of the other routes."""
    films = gather(radiographs, count, folder / "films")
    held_out = gather(radiographs, round(count * HELD_OUT_SHARE), folder / "held_out")
    files = {
        "train": sorted(films.rglob("*.jpeg")),
        # Every second film: validation and its stressed copy are as many as the tutorial's.
        "validation": sorted(held_out.rglob("*.jpeg"))[::2],
        "stressed": sorted(held_out.rglob("*.jpeg"))[1::2],
    }
    decoding = IngestionOptions.model_validate(
        {**load_parameters("kermany")["ingestion"], "working_side": 2 * max(options.size)}
    )
    load = partial(_load, decoding=decoding, options=options)
    for part, paths in files.items():
        images = BatchedMap(load, paths, 16, "storing")
        ShardedImagesDataset(str(folder / f"{part}_images")).save(images)
        labels = np.array([path.parent.name == "PNEUMONIA" for path in paths]).astype(int)
        np.save(folder / f"{part}_labels.npy", labels)


def _load(path: Path, decoding: IngestionOptions, options: PreprocessingOptions) -> np.ndarray:
    return preprocess(decode(path.read_bytes(), decoding).pixels, options)


if __name__ == "__main__":
    main()

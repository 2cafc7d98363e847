"""Prediction: films a second, and milliseconds for one film, cold and warm.

    python benchmarks/prediction.py [--radiographs FOLDER] [--architecture mobilenetv2]

`prediction_routes.py` holds the two routes.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from originals import gather
from parameters import architecture_options, load_parameters
from timing import Section, alternate, arguments, publish, speed
from turns import Route, take_turns

TASKS = ("one", "many")

TEXT = """\
{architecture} with random weights on originals, at {height}×{width}. *This project*: decoding,
preprocessing and scoring as the inference pipeline calls them. *Tutorial*: `load_img` or
`image_dataset_from_directory`, and `model.predict` as it is. Both run in processes of their own
and take turns. Cold is a new process, from its start: imports, loading the model, the first
prediction. Warm is a further film in a process that has predicted before."""


def main() -> None:
    """Measure and print."""
    parser = arguments(__doc__, repeats=5)
    parser.add_argument("--architecture", default="mobilenetv2")
    parser.add_argument("--count", type=int, default=128)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        section = measure(given, Path(scratch))
    publish(section, given.into)


def measure(given: argparse.Namespace, scratch: Path) -> Section:
    """Let both routes take turns, then start them anew for the cold prediction."""
    films = gather(given.radiographs, given.count, scratch / "films") / "train"
    size = load_parameters("kermany")["preprocessing"]["size"]
    model = save_model(given.architecture, size, scratch)
    start = partial(_start, model, films, scratch)
    rounds = given.repeats + 1
    seconds, _ = take_turns(
        {route: partial(start, route, rounds, TASKS) for route in ("ours", "tutorial")},
        rounds * len(TASKS),
    )
    one, many = ({route: taken[i::2][1:] for route, taken in seconds.items()} for i in range(2))
    cold = alternate(
        {
            route: partial(_predict_once, partial(start, route, 1, ("one",)))
            for route in ("ours", "tutorial")
        },
        max(3, given.repeats - 2), warm_up=False,
    )  # fmt: skip
    name = given.architecture
    rows = [
        speed(f"{name}: {given.count} films", "tutorial", many["ours"], many["tutorial"],
              1000 / given.count, "ms a film"),
        speed(f"{name}: one film, warm", "tutorial", one["ours"], one["tutorial"], 1000, "ms"),
        speed(f"{name}: one film, cold", "tutorial", cold["ours"], cold["tutorial"], 1000, "ms"),
    ]  # fmt: skip
    profile = [
        (f"{name}: films a second, ours", f"{1000 / rows[0].ours:.0f}"),
        (f"{name}: films a second, tutorial", f"{1000 / rows[0].theirs:.0f}"),
    ]
    text = TEXT.format(architecture=name, height=size[0], width=size[1])
    return Section("Prediction", "python benchmarks/prediction.py", text, rows, profile)


def save_model(architecture: str, size: list[int], scratch: Path) -> Path:
    """Save a model with random weights."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from pneumoscope.datasets.keras_model import KerasModelDataset
    from pneumoscope.models.architectures.registry import build

    path = scratch / "model.keras"
    model = build(architecture_options(architecture), (size[0], size[1], 1), seed=7)
    KerasModelDataset(filepath=str(path)).save(model)
    return path


def _start(
    model: Path,
    films: Path,
    scratch: Path,
    route: str,
    rounds: int,
    tasks: tuple[str, ...],
    _: object,
) -> Route:
    command = [
        sys.executable, str(Path(__file__).with_name("prediction_routes.py")),
        route, str(model), str(films), str(rounds), "--tasks", *tasks,
    ]  # fmt: skip
    return Route(command, scratch / f"{route}.log")


def _predict_once(start: Callable[[object], Route]) -> None:
    with start(None) as route:
        route.turn()


if __name__ == "__main__":
    main()

"""The whole run of five architectures, against the sum of five tutorials.

    python benchmarks/whole_run.py [--radiographs FOLDER] [--count 120] [--side 64] [--epochs 3]

Every route is a new process, from its start to its end.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from environment import ENV, KEDRO, call, execute, write_configuration
from originals import lay_out
from parameters import architecture_options
from run_profile import seconds_by_pipeline
from timing import PROJECT, Section, alternate, arguments, publish, speed

ARCHITECTURES = ("mlp", "cnn", "vgg16", "resnet50v2", "mobilenetv2")
TEST_SHARE = 0.2

TEXT = """\
{train} training films and {test} of test, {side}×{side}, {epochs} epochs, every model from random
weights. *This project*: one `kedro run`, which also audits the films, splits them by patient,
validates under stress, measures with intervals, tests pairs, draws the figures and writes the
report. *Tutorials*: five scripts (`benchmarks/tutorial.py`), which train, evaluate accuracy and
save. So few films and epochs favour the tutorials: what this project does beside training does not
grow with the epochs; the profile is that of the last run, whose precisions the first has measured.
The second row predicts one new film with the model trained last, in a new
process."""


def main() -> None:
    """Measure and print."""
    parser = arguments(__doc__)
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--architectures", nargs="+", default=list(ARCHITECTURES))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        section = measure(given, Path(scratch))
    publish(section, given.into)


def measure(given: argparse.Namespace, scratch: Path) -> Section:
    """Time the project and the tutorials alternately."""
    test = round(given.count * TEST_SHARE)
    films = lay_out(given.radiographs, given.count - test, test, scratch)
    conf = write_configuration(parameters(given), scratch / "conf")
    run = [KEDRO, "run", "--conf-source", str(conf), "--env", ENV]
    surroundings = {"RADIOGRAPHS": str(films), "RESULTS": str(scratch / "results")}
    new_film = _one_film(films, scratch / "new")
    last = given.architectures[-1]
    script = [sys.executable, str(PROJECT / "benchmarks/tutorial.py")]

    def tutorials() -> None:
        for name in given.architectures:
            call([*script, "train", name, str(films), str(given.epochs), str(given.side)])

    logs: list[str] = []
    whole = alternate(
        {
            "ours": lambda: logs.append(execute(run, surroundings).stderr),
            "tutorials": tutorials,
        },
        given.repeats, warm_up=False,
    )  # fmt: skip
    saved = films / f"tutorial_{last}.keras"
    by_script = [*script, "predict", str(saved), str(new_film), str(given.side)]
    predicting = [*run, "--pipelines=inference", "--params", f"films={new_film.parent}"]
    cold = alternate(
        {
            "ours": lambda: call(predicting, surroundings),
            "tutorial": lambda: call(by_script),
        },
        given.repeats, warm_up=False,
    )  # fmt: skip
    rows = [
        speed(
            f"kedro run, {len(given.architectures)} architectures", "sum of the tutorials",
            whole["ours"], whole["tutorials"],
        ),
        speed(
            f"one new film, cold, {last}: `kedro run --pipelines=inference`", "tutorial's script",
            cold["ours"], cold["tutorial"],
        ),
    ]  # fmt: skip
    text = TEXT.format(train=given.count - test, test=test, side=given.side, epochs=given.epochs)
    profile = [
        (f"`kedro run`: {name}", f"{seconds} s")
        for name, seconds in seconds_by_pipeline(logs[-1], given.architectures).items()
    ]
    return Section("The whole run", "python benchmarks/whole_run.py", text, rows, profile)


def parameters(given: argparse.Namespace) -> dict[str, Any]:
    """Give the environment's parameters: the same models and epochs as the tutorials."""
    fitting = {
        "epochs": given.epochs, "patience": given.epochs, "batch_size": 32,
        "learning_rate": 1e-4, "precision": "auto",
    }  # fmt: skip
    blocks = {
        name: {
            "model": architecture_options(name).model_dump(mode="json"),
            "augmentation": {},
            "fitting": fitting,
        }
        for name in given.architectures
    }
    return {
        "architectures": given.architectures,
        "ingestion": {"working_side": 2 * given.side},
        "preprocessing": {"size": [given.side, given.side]},
        **blocks,
    }


def _one_film(films: Path, folder: Path) -> Path:
    folder.mkdir()
    film = next((films / "test").rglob("*.jpeg"))
    copy = folder / film.name
    copy.write_bytes(film.read_bytes())
    return copy


if __name__ == "__main__":
    main()

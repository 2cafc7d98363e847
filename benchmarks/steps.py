"""Training steps of each architecture: near the machine's limit, and what was tried.

python benchmarks/steps.py [--architectures cnn] [--settings plain threads] [--side 160]

`step_routes.py` holds the settings.
"""

import os
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from timing import Row, Section, arguments, progress, publish, speed
from turns import Route, take_turns

ARCHITECTURES = (
    "cnn", "mobilenetv2", "frozen mobilenetv2", "resnet50v2", "densenet121", "efficientnetv2b0",
)  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """What a step is compared with.

    Attributes:
        against: What it is, in words.
        flags: Arguments of `step_routes.py`.
        environment: Variables of its process.
        films: Films of a step for each of this project's.
    """

    against: str
    flags: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    films: float = 1.0


SETTINGS = {
    "plain": Setting("batch norm as Keras computes it", ("--plain",)),
    "bare-loop": Setting("a bare loop of TensorFlow, without Keras's fit", ("--bare-loop",)),
    "bfloat16": Setting("mixed_bfloat16", ("--precision", "mixed_bfloat16")),
    "threads": Setting("one thread", ("--threads", "1")),
    "batch-8": Setting("batches of 8", ("--batch", "8"), films=0.25),
    "batch-128": Setting("batches of 128", ("--batch", "128"), films=4.0),
    "rewriting": Setting("TensorFlow's graph not rewritten", ("--no-rewriting",)),
    "onednn": Setting("without oneDNN", environment=(("TF_ENABLE_ONEDNN_OPTS", "0"),)),
    "xla": Setting("XLA (`jit_compile`)", ("--xla",)),
}

TEXT = """\
Training steps at {side}×{side} on one batch that lies ready, from random weights, float32, batches
of 32: *ours* is a step as the project's `fit` traces it; *theirs* is the same with one thing
changed. *frozen mobilenetv2* trains under frozen batch norm, as `kermany` does from pretrained
weights. What is compared are processor seconds of the whole process a film, so that other work on
the machine counts little; each setting is a process of its own, and they take turns. Above 1, the
change makes a step dearer; below, cheaper. The profile counts the additions and multiplications of
convolutions and dense layers in a step (three times those of the forward pass), what that makes a
processor second, and what a bare product of two 2048×2048 matrices reaches."""


def main() -> None:
    """Measure and print."""
    parser = arguments(__doc__)
    parser.add_argument("--architectures", nargs="+", default=list(ARCHITECTURES))
    parser.add_argument("--settings", nargs="+", choices=list(SETTINGS), default=list(SETTINGS))
    parser.add_argument("--side", type=int, default=160)
    given = parser.parse_args()
    rows: list[Row] = []
    profile: list[tuple[str, str]] = []
    for architecture in given.architectures:
        progress(architecture)
        found = measure(architecture, given.settings, given.side, given.repeats)
        rows += found[0]
        profile += found[1]
    text = TEXT.format(side=given.side)
    publish(
        Section("A training step", "python benchmarks/steps.py", text, rows, profile), given.into
    )


def measure(
    name: str, settings: list[str], side: int, repeats: int
) -> tuple[list[Row], list[tuple[str, str]]]:
    """Let this project and the other settings take turns on one architecture."""
    chosen = {"ours": Setting("")} | {each: SETTINGS[each] for each in settings}
    with tempfile.TemporaryDirectory() as logs:
        starters = {
            each: partial(_start, name, setting, side, repeats, Path(logs, each))
            for each, setting in chosen.items()
        }
        seconds, facts = take_turns(starters, repeats)
    rows = [
        speed(name, setting.against, seconds["ours"], [s / setting.films for s in seconds[each]],
              1000 / 96, "ms a film")
        for each, setting in chosen.items() if each != "ours"
    ]  # fmt: skip
    return rows, _profile(name, facts["ours"], min(seconds["ours"]) / 3)


def _start(
    name: str, setting: Setting, side: int, turns: int, log: Path, _: dict[str, Any]
) -> Route:
    frozen = name.startswith("frozen ")
    command = [
        sys.executable, str(Path(__file__).with_name("step_routes.py")),
        name.removeprefix("frozen "), str(turns), "--side", str(side),
        *(["--frozen"] if frozen else []), *setting.flags,
    ]  # fmt: skip
    os.environ.update(setting.environment)
    try:
        return Route(command, log)
    finally:
        for variable, _value in setting.environment:
            del os.environ[variable]


def _profile(name: str, facts: dict[str, Any], step: float) -> list[tuple[str, str]]:
    rate, limit = facts["flops"] / step, facts["matrix"]
    return [
        (f"{name}: a step", f"{facts['flops'] / 1e9:.1f} GFLOP in {step:.2f} processor seconds"),
        (f"{name}: speed", f"{rate / 1e9:.0f} GFLOP a processor second"),
        (f"{name}: of a bare matrix product", f"{rate / limit:.0%} of {limit / 1e9:.0f}"),
    ]


if __name__ == "__main__":
    main()

"""What a search for a recipe found, in words, and what the choice does to validation."""

from collections.abc import Mapping, Sequence
from typing import Any

from pneumoscope.counts import counted
from pneumoscope.models.records import Tuning
from pneumoscope.tuning.records import Study, Trial


def part_in_words(part: str) -> str:
    """Return what a part of validation is called."""
    return part if part == "validation" else f"{part} validation"


def study_sentences(study: Study, own: Mapping[str, Any]) -> list[str]:
    """Say what came of a study, and how to train what it found.

    Args:
        study: All of its trials.
        own: The recipe's own values of what was searched.
    """
    part, best = part_in_words(study.part), study.best
    tried = counted(len(study.trials), "recipe was tried", "recipes were tried")
    if best is None:
        return [f"{study.model}: {tried}, and none has an AUROC on {part}."]
    known = next((one for one in study.trials if one.values == own), None)
    found = f"{study.model}: {tried}; the largest AUROC on {part} is {best.auroc}"
    if best is known:
        return [f"{found}, of the recipe as it is."]
    changed = {name: value for name, value in best.values.items() if value != own.get(name)}
    return [
        f"{found}{_against(known)}. As the largest of all it flatters: test has yet to be asked.",
        f"To train it: kedro run --params {as_params(study.model, changed)}",
    ]


def as_params(model: str, values: Mapping[str, Any]) -> str:
    """Return values as --params takes them."""
    return ",".join(f"{model}.{name}={_as_yaml(value)}" for name, value in values.items())


def tried_in_words(tuning: Tuning) -> str:
    """Say how many recipes were tried before the one that a model was trained by."""
    tried = counted(tuning.trials, "recipe was tried", "recipes were tried")
    part = part_in_words(tuning.part)
    choice = (
        f"this is the one with the largest AUROC on {part}, so what validation shows is flattered"
        if tuning.best
        else f"this is not the one with the largest AUROC on {part}"
    )
    return f"{tried} on the same films before; {choice}; test took no part"


def trial_rows(study: Study) -> Sequence[Mapping[str, Any]]:
    """Return a row a trial: how it ended, its AUROC, and each value that was tried."""
    return [
        {
            "trial": one.number, "ending": one.ending.value, "auroc": one.auroc.value,
            "auroc_low": one.auroc.low, "auroc_high": one.auroc.high, "epochs": one.epochs,
            "note": one.auroc.reason, **one.values,
        }
        for one in study.trials
    ]  # fmt: skip


def _against(own: Trial | None) -> str:
    return f", of the recipe as it is {own.auroc}" if own else ""


def _as_yaml(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)

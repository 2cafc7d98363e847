"""The ladder of a study: what each step brings, and what tuning on test would pretend."""

from collections.abc import Mapping, Sequence
from typing import Any

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.options import StudyOptions
from pneumoscope.report.blocks import Block, Heading, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.estimates import difference_cell, estimate_cell
from pneumoscope.report.wording import counted, joined, metric_name


def ladder_blocks(found: Mapping[str, Any], study: StudyOptions) -> list[Block]:
    """Return the steps side by side and the thresholds tuned on test; nothing without a ladder.

    Args:
        found: `study.json`.
        study: The study.
    """
    blocks: list[Block] = []
    if found["steps"]:
        blocks += [Heading("The ladder, step by step"), _steps(found, study)]
    if found["tuning_on_test"]:
        blocks += [
            Heading("What tuning the threshold on test would pretend"),
            _tuning(found, study),
        ]
    return blocks


def _steps(found: Mapping[str, Any], study: StudyOptions) -> Table:
    rows: list[list[Cell]] = [
        [
            step["step"],
            step["threshold"],
            *(_value(step["validation"][metric]) for metric in study.metrics),
            *(estimate_cell(step["test"][metric]) for metric in study.metrics),
            *(_change(step, metric) for metric in study.metrics),
        ]
        for step in found["steps"]
    ]
    names = [metric_name(metric) for metric in study.metrics]
    header = [
        "step",
        "threshold",
        *(f"{name}, validation" for name in names),
        *(f"{name}, test" for name in names),
        *(f"change in {name}" for name in names),
    ]
    signed = {f"change in {name}": "+.3f" for name in names}
    return Table(header, rows, _steps_caption(found, study), signed)


def _steps_caption(found: Mapping[str, Any], study: StudyOptions) -> str:
    metric = study.target.metric
    proven = [
        step["step"]
        for step in found["steps"][1:]
        if step["change"][metric]["low"] is not None and step["change"][metric]["low"] > 0
    ]
    told = (
        f"raise {metric_name(metric)} beyond chance: {joined(proven)}"
        if proven
        else (f"raise {metric_name(metric)} beyond chance: none")
    )
    return (
        f"Each step against the one before, on the same test films; these steps {told}. The last "
        f"{counted(len(study.tuned), 'step')} tune the threshold of the last model on validation. "
        f"Validation chooses {found['chosen']['name']}."
    )


def _tuning(found: Mapping[str, Any], study: StudyOptions) -> Table:
    rows: list[list[Cell]] = [
        [
            row["rule"],
            metric_name(metric),
            estimate_cell(row["validation"]["test"][metric]),
            estimate_cell(row["test"]["test"][metric]),
            difference_cell(row["flattery"][metric]),
        ]
        for row in found["tuning_on_test"]
        for metric in study.metrics
    ]
    header = ["rule", "metric", "chosen on validation", "chosen on test", "flattery"]
    caption = _tuning_caption(found["tuning_on_test"], study)
    return Table(header, rows, caption, {"flattery": "+.3f"})


def _tuning_caption(tuned: Sequence[Mapping[str, Any]], study: StudyOptions) -> str:
    aim = study.target.then or study.target.metric
    gains = [(row["flattery"][aim]["value"], row["rule"]) for row in tuned]
    known = [(value, rule) for value, rule in gains if value is not None]
    start = "All on the same test films."
    if not known or max(known)[0] <= 0:
        return f"{start} No rule would have gained {metric_name(aim)} by being read off test."
    value, rule = max(known)
    return (
        f"{start} Read off test, {rule} would have shown {value:.3f} more {metric_name(aim)}, "
        "which no new child would confirm."
    )


def _change(step: Mapping[str, Any], metric: str) -> Cell:
    if "change" not in step:
        return Estimate(None, reason="the first step has none before it")
    return difference_cell(step["change"][metric])


def _value(value: float | None) -> Cell:
    return Estimate(None, reason="undefined on validation") if value is None else value

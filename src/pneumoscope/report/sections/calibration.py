"""Whether a score can be read as a probability."""

from collections.abc import Mapping
from typing import Any

from pneumoscope.naming import CalibrationMethod, Split
from pneumoscope.report.blocks import Block, Figure, Gallery, Paragraph, Part, Section, Table
from pneumoscope.report.cells import Cell, Estimate, Undefined
from pneumoscope.report.estimates import estimate_cell
from pneumoscope.report.folding import MANY
from pneumoscope.report.wording import joined

INTRODUCTION = (
    "A calibrated score of 0.8 means that of 100 such radiographs 80 show pneumonia. What brings "
    "scores nearer to that was fitted on validation: {method}. It changes no ranking, so AUROC "
    "stays. Slope 1 and intercept 0 are ideal: a slope below 1 means scores too extreme, an "
    "intercept above 0 scores too low."
)
METHODS = {
    CalibrationMethod.TEMPERATURE: "one number, the temperature, that all logits are divided by",
    CalibrationMethod.PLATT: "Platt's line, a slope and an intercept on the logits",
}
NO_RADIOGRAPH = "there is no radiograph"
HEADER = ["architecture", "scores", "map of logits", "Brier score", "ECE", "slope", "intercept"]


def calibration_section(
    metrics: Mapping[str, Mapping[str, Any]], figures: Mapping[str, bytes]
) -> Section:
    """Return calibration on test before and after calibrating, and reliability diagrams.

    Args:
        metrics: Architecture to its `metrics.json`.
        figures: Architecture to the PNG of its reliability diagram; one left out is not shown.
    """
    tested = {
        name: measured["calibration"]
        for name, measured in metrics.items()
        if Split.TEST in measured["calibration"]["splits"]
    }
    rows = [row for name, found in tested.items() for row in _rows(name, found)]
    caption = "Calibration on test, with intervals below the values where there are any."
    methods = dict.fromkeys(
        METHODS[CalibrationMethod(found["method"])] for found in tested.values()
    )
    introduction = INTRODUCTION.format(method=joined(list(methods)))
    blocks: list[Block] = [Paragraph(introduction), Table(HEADER, rows, caption)]
    return Section("Can a score be read as a probability?", [*blocks, *_diagrams(tested, figures)])


def _diagrams(tested: Mapping[str, Mapping[str, Any]], figures: Mapping[str, bytes]) -> list[Block]:
    """Return the diagrams side by side, or of many models each as a part."""
    told = {name: _conclusion(found) for name, found in tested.items() if name in figures}
    drawn = {
        name: Figure(
            figures[name], f"{name} on test: {words}", f"Reliability diagram of {name} on test."
        )
        for name, words in told.items()
    }
    if len(drawn) > MANY:
        return [Part(name, [figure], told[name]) for name, figure in drawn.items()]
    return [Gallery(list(drawn.values()))] if drawn else []


def _rows(name: str, found: Mapping[str, Any]) -> list[list[Cell]]:
    test = found["splits"][Split.TEST]
    rows: list[list[Cell]] = [[name, "as they are", "none", *_measures(test["before"])]]
    if test["after"] is None:
        return [*rows, [name, "calibrated", *[Undefined(found["reason"])] * 5]]
    return [*rows, [name, "calibrated", _map(found), *_measures(test["after"])]]


def _map(found: Mapping[str, Any]) -> str:
    if found["temperature"] is not None:
        return f"divided by {found['temperature']:.3f}"
    return f"{found['map']['intercept']:.3f} + {found['map']['slope']:.3f} × logit"


def _measures(part: Mapping[str, Any]) -> list[Cell]:
    estimates = [estimate_cell(part[metric], NO_RADIOGRAPH) for metric in ("brier", "ece")]
    return [*estimates, *(_of_line(part, key) for key in ("slope", "intercept"))]


def _of_line(part: Mapping[str, Any], key: str) -> Cell:
    if part[key] is None:
        return Undefined(part["reason"])
    return Estimate(part[key], part["intervals"][key]["low"], part["intervals"][key]["high"])


def _conclusion(found: Mapping[str, Any]) -> str:
    test = found["splits"][Split.TEST]
    before, after = test["before"], test["after"]
    start = _tendency(before)
    if after is None:
        return f"{start} Nothing could be fitted: {found['reason']}."
    # The Brier score is proper; the ECE also moves with the edges of its bins.
    better = after["brier"]["value"] < before["brier"]["value"]
    verdict = (
        "the calibrated scores are the ones to show to a reader"
        if better
        else "what validation teaches does not hold on test, so show no score as a probability"
    )
    return (
        f"{start} Calibrating takes the Brier score from "
        f"{_change(before, after, 'brier')} and the ECE from {_change(before, after, 'ece')}: "
        f"{verdict}."
    )


def _change(before: Mapping[str, Any], after: Mapping[str, Any], metric: str) -> str:
    return f"{before[metric]['value']:.3f} to {after[metric]['value']:.3f}"


def _tendency(line: Mapping[str, Any]) -> str:
    """Say how the scores err, from the slope and the intercept at slope 1."""
    if line["slope"] is None or line["in_the_large"] is None:
        return f"slope and intercept are not both defined ({line['reason']})."
    if line["slope"] <= 0:
        return "scores do not rise with PNEUMONIA, so no calibration can help."
    extreme = "too extreme" if line["slope"] < 1 else "not extreme enough"
    level = "too low" if line["in_the_large"] > 0 else "too high"
    return f"scores are {extreme} (slope {line['slope']:.2f}) and on average {level}."

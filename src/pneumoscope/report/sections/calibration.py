"""Whether a score can be read as a probability."""

from collections.abc import Mapping

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import Calibration, CalibrationMeasures, ModelMetrics
from pneumoscope.naming import CalibrationMethod, Split
from pneumoscope.report.blocks import Block, Figure, Gallery, Paragraph, Part, Section, Table
from pneumoscope.report.cells import Cell
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
HEADER = ["architecture", "scores", "map of logits", "Brier score", "ECE", "slope", "intercept"]


def calibration_section(
    metrics: Mapping[str, ModelMetrics], figures: Mapping[str, bytes]
) -> Section:
    """Return calibration on test before and after calibrating, and reliability diagrams.

    Args:
        metrics: Model to its metrics.
        figures: Architecture to the PNG of its reliability diagram; one left out is not shown.
    """
    tested = {
        name: measured.calibration
        for name, measured in metrics.items()
        if Split.TEST in measured.calibration.splits
    }
    rows = [row for name, found in tested.items() for row in _rows(name, found)]
    caption = "Calibration on test, with intervals below the values where there are any."
    methods = dict.fromkeys(METHODS[found.method] for found in tested.values())
    introduction = INTRODUCTION.format(method=joined(list(methods)))
    blocks: list[Block] = [Paragraph(introduction), Table(HEADER, rows, caption)]
    return Section("Can a score be read as a probability?", [*blocks, *_diagrams(tested, figures)])


def _diagrams(tested: Mapping[str, Calibration], figures: Mapping[str, bytes]) -> list[Block]:
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


def _rows(name: str, found: Calibration) -> list[list[Cell]]:
    test = found.splits[Split.TEST]
    rows: list[list[Cell]] = [[name, "as they are", "none", *_measures(test.before)]]
    if test.after is None:
        return [*rows, [name, "calibrated", *[Estimate(None, reason=found.reason)] * 5]]
    return [*rows, [name, "calibrated", _map(found), *_measures(test.after)]]


def _map(found: Calibration) -> str:
    if found.temperature is not None or found.map is None:
        return f"divided by {found.temperature:.3f}"
    return f"{found.map.intercept:.3f} + {found.map.slope:.3f} × logit"


def _measures(part: CalibrationMeasures) -> list[Cell]:
    return [part.brier, part.ece, part.slope, part.intercept]


def _conclusion(found: Calibration) -> str:
    test = found.splits[Split.TEST]
    before, after = test.before, test.after
    start = _tendency(before)
    if after is None:
        return f"{start} Nothing could be fitted: {found.reason}."
    assert before.brier.value is not None and after.brier.value is not None
    # The Brier score is proper; the ECE also moves with the edges of its bins.
    better = after.brier.value < before.brier.value
    verdict = (
        "the calibrated scores are the ones to show to a reader"
        if better
        else "what validation teaches does not hold on test, so show no score as a probability"
    )
    return (
        f"{start} Calibrating takes the Brier score from "
        f"{_change(before.brier, after.brier)} and the ECE from {_change(before.ece, after.ece)}: "
        f"{verdict}."
    )


def _change(before: Estimate, after: Estimate) -> str:
    return f"{before.value:.3f} to {after.value:.3f}"


def _tendency(line: CalibrationMeasures) -> str:
    """Say how the scores err, from the slope and the intercept at slope 1."""
    slope, level = line.slope.value, line.in_the_large.value
    if slope is None or level is None:
        return f"slope and intercept are not both defined ({line.slope.reason})."
    if slope <= 0:
        return "scores do not rise with PNEUMONIA, so no calibration can help."
    extreme = "too extreme" if slope < 1 else "not extreme enough"
    direction = "too low" if level > 0 else "too high"
    return f"scores are {extreme} (slope {slope:.2f}) and on average {direction}."

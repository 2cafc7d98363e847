"""Calibration: whether a score can be read as a probability."""

from collections.abc import Mapping

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import Calibration, CalibrationMeasures, ModelMetrics
from pneumoscope.evaluation.verdict import MARGIN, Verdict, difference, judge
from pneumoscope.naming import CalibrationMethod, Split
from pneumoscope.report.blocks import Block, Figure, Gallery, Paragraph, Part, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.folding import MANY
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import joined, moved

SLOPE, LEVEL = 0.2, 4 * MARGIN
"""Errors that matter little: of the slope, and of the mean logit, by which no probability moves
more than `MARGIN`."""
BRIER = 0.01
"""A difference of Brier scores that matters little."""
HEADER = [
    "architecture",
    "scores",
    "recalibration map of logits",
    "Brier score",
    "ECE",
    "ICI",
    "slope",
    "intercept",
]


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
    methods = dict.fromkeys(
        prose("calibration_method", method=found.method) for found in tested.values()
    )
    shares = dict.fromkeys(
        f"{found.prevalence:.0%}" for found in tested.values() if found.prevalence
    )
    share = f" ({joined(list(shares))} PNEUMONIA)" if shares else ""
    introduction = prose("calibration", method=joined(list(methods)), share=share)
    table = Table(HEADER, rows, prose("calibration_table"))
    blocks: list[Block] = [Paragraph(introduction, method=True), table]
    return Section("Calibration of the scores", [*blocks, *_diagrams(tested, figures)])


def _diagrams(tested: Mapping[str, Calibration], figures: Mapping[str, bytes]) -> list[Block]:
    """Return the diagrams side by side, or of many models each as a part; or words without one."""
    conclusions = {name: _conclusion(found) for name, found in tested.items()}
    blocks: list[Block] = [
        Paragraph(f"{name} on test: {words}")
        for name, words in conclusions.items()
        if name not in figures
    ]
    drawn = {
        name: Figure(
            figures[name],
            f"{name} on test: {words}{_smooth(tested[name])}",
            f"Reliability diagram of {name} on test.",
        )
        for name, words in conclusions.items()
        if name in figures
    }
    if len(drawn) > MANY:
        parts = [Part(name, [figure], conclusions[name]) for name, figure in drawn.items()]
        return [*blocks, *parts]
    return [*blocks, Gallery(list(drawn.values()))] if drawn else blocks


def _smooth(found: Calibration) -> str:
    """Say what curves show, where any could be fitted; below the table stands why not."""
    drawn = found.splits[Split.TEST].before.ici.value is not None
    return f" {prose('calibration_figure')}" if drawn else ""


def _rows(name: str, found: Calibration) -> list[list[Cell]]:
    test = found.splits[Split.TEST]
    rows: list[list[Cell]] = [[name, "as they are", "none", *_measures(test.before)]]
    if test.after is None:
        return [*rows, [name, "calibrated", *[Estimate(None, reason=found.reason)] * 6]]
    return [*rows, [name, "calibrated", _map(found), *_measures(test.after)]]


def _map(found: Calibration) -> str:
    assert found.map is not None
    if found.method is CalibrationMethod.TEMPERATURE:
        return f"divided by {1 / found.map.slope:.3f}"
    return f"{found.map.intercept:.3f} + {found.map.slope:.3f} × logit"


def _measures(part: CalibrationMeasures) -> list[Cell]:
    return [part.brier, part.ece, part.ici, part.slope, part.intercept]


def _conclusion(found: Calibration) -> str:
    test = found.splits[Split.TEST]
    errors = _errors(test.before)
    if test.after is None or test.gain is None:
        return f"{errors} Nothing could be fitted: {found.reason}."
    return f"{errors} {_gain(test.gain)} {_carried_over(found)}"


def _errors(scores: CalibrationMeasures) -> str:
    """Say how the scores err, from the slope and the intercept at slope 1."""
    slope, level = scores.slope, scores.in_the_large
    if slope.value is None or level.value is None:
        return f"slope and intercept are not both defined ({slope.reason or level.reason})."
    shown = _named(slope.mapped(lambda value: value - 1), level)
    if shown:
        return f"scores are {' and '.join(shown)}."
    return f"no error of the scores is shown: slope {slope}, mean logit {moved(level, *_TOO)}."


_TOO = ("too low", "too high")


def _named(slope: Estimate, level: Estimate) -> list[str]:
    """Name the errors that are shown: of the slope, as its distance from 1, and of the level."""
    named = []
    if judge(slope, SLOPE, claims=2) is Verdict.SHOWN:
        extreme = "not extreme enough" if (slope.value or 0) > 0 else "too extreme"
        named.append(f"{extreme} (slope {slope.mapped(lambda value: value + 1)})")
    if judge(level, LEVEL, claims=2) is Verdict.SHOWN:
        named.append(f"on average {moved(level, *_TOO)} as logits")
    return named


def _gain(gain: Estimate) -> str:
    """Say what calibrating does to the Brier score, which is proper; the ECE depends on bins."""
    verdict = judge(gain, BRIER)
    if verdict is Verdict.SHOWN:
        change = f"Brier score on test {moved(gain, 'lower', 'higher')}"
        harm = f"Calibrating does harm: {change}. Read the scores as they are."
        return f"Calibrating helps: {change}." if (gain.value or 0) > 0 else harm
    change = f"Brier score on test before minus after: {gain}"
    if verdict is Verdict.SMALL:
        return f"Calibrating changes little ({change})."
    return f"Whether calibrating helps cannot be told ({change})."


def _carried_over(found: Calibration) -> str:
    """Say whether the map holds on test, with the noise of the validation that it learnt from."""
    parts = [found.splits[split].after for split in (Split.TEST, Split.VALIDATION)
             if split in found.splits]  # fmt: skip
    if len(parts) < 2 or parts[0] is None or parts[1] is None:
        return "Whether the map holds on test cannot be told: validation is missing."
    test, validation = parts
    slope, level = (
        difference(getattr(test, name), getattr(validation, name))
        for name in ("slope", "in_the_large")
    )
    if shown := _named(slope, level):
        return (
            f"The map does not hold on test, where calibrated scores are {' and '.join(shown)}: "
            "read no score as a probability there before a map is fitted to films like those."
        )
    small = judge(slope, SLOPE, 2) is judge(level, LEVEL, 2) is Verdict.SMALL
    return (
        f"The map holds on test: its slope errs by less than {SLOPE:g}, its mean logit by less "
        f"than {LEVEL:g}."
        if small
        else "Whether the map holds on test cannot be told from so few patients."
    )

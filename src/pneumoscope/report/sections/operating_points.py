"""Operating points: what each rule for the threshold would mean."""

from collections.abc import Mapping

from pneumoscope.decimals import decimal
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import (
    ModelMetrics,
    PredictiveValues,
    RuleOutcome,
)
from pneumoscope.naming import Consequence, Split
from pneumoscope.report.blocks import Block, Figure, Paragraph, Part, Section, Table
from pneumoscope.report.carried_over import carried_over_in_words
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import rule_name

HEADER = ["rule", "split", "threshold", "missed", "false alarms", "PPV", "NPV", "accuracy", "F1"]
FOR_A_HUMAN = "for a human"


def operating_points_section(
    metrics: Mapping[str, ModelMetrics], figures: Mapping[str, bytes]
) -> Section:
    """Return for each architecture its rules side by side, the figure and predictive values.

    Args:
        metrics: Model to its metrics.
        figures: Architecture to the PNG of its threshold curves; one left out is not shown.
    """
    parts = [_part(name, measured, figures.get(name)) for name, measured in metrics.items()]
    return Section(
        "Choosing an operating point",
        [Paragraph(prose("operating_points"), method=True), *parts, *_predictive(metrics)],
    )


def _part(name: str, measured: ModelMetrics, figure: bytes | None) -> Part:
    blocks: list[Block] = [_rules(name, measured)]
    if figure is not None:
        alt = f"Sensitivity, specificity, PPV and NPV of {name} against the threshold."
        blocks.append(Figure(figure, _curve_caption(name, measured), alt))
    return Part(name, blocks, _promise(measured.locked))


def _rules(name: str, measured: ModelMetrics) -> Table:
    """Return what each rule does on validation, by which it may be chosen, and below it on test."""
    points = measured.operating_points
    deferring = _defers(points)
    header = [*HEADER[:3], FOR_A_HUMAN, *HEADER[3:]] if deferring else HEADER
    rows: list[list[Cell]] = [
        [
            f"{rule_name(rule)} (locked)" if point.locked else rule_name(rule),
            split,
            _limits(point),
            *([_handed_over(point, split)] if deferring else []),
            *(_wrong_of_100(point, split, key) for key in _MISSES),
            *(_of_100(point, split, key) for key in _MEASURES),
        ]
        for rule, point in points.items()
        for split in _SPLITS
    ]
    formats = dict.fromkeys(header[3:], ".1f")
    return Table(header, rows, f"{name}: {_conclusion(measured)}", formats)


_SPLITS = (Split.VALIDATION, Split.TEST)
_MISSES = (Consequence.SENSITIVITY, Consequence.SPECIFICITY)
_MEASURES = (Consequence.PPV, Consequence.NPV, Consequence.ACCURACY, Consequence.F1)


def _limits(point: RuleOutcome) -> Estimate:
    return Estimate(point.threshold, point.low, point.high, point.reason)


def _handed_over(point: RuleOutcome, split: str) -> Cell:
    decides_all = point.threshold is not None and point.low is None
    if decides_all or split not in point.splits:
        return "none" if decides_all else _unknown(split)
    return point.splits[split].deferred.scaled(100)


def _of_100(point: RuleOutcome, split: str, key: Consequence) -> Estimate:
    if split not in point.splits:
        return _unknown(split)
    return point.splits[split].consequences[key].scaled(100)


def _unknown(split: str) -> Estimate:
    return Estimate(None, reason=f"no threshold, or no {split} rows")


def _wrong_of_100(point: RuleOutcome, split: str, key: Consequence) -> Estimate:
    """Turn what is right of 100 into what is wrong, and its interval with it."""
    return _of_100(point, split, key).mapped(lambda right: 100 - right)


def _conclusion(measured: ModelMetrics) -> str:
    decided = f" {prose('rules_that_defer')}" if _defers(measured.operating_points) else ""
    return (
        f"validation, to choose by, and test, which chooses nothing.{decided} "
        f"{_promise(measured.locked)}"
    )


def _defers(points: Mapping[str, RuleOutcome]) -> bool:
    return any(point.low is not None for point in points.values())


def _promise(point: RuleOutcome) -> str:
    """Say what the locked rule gave on validation and on test."""
    cells = [_wrong_of_100(point, split, key) for split in _SPLITS for key in _MISSES]
    known = [cell.value for cell in cells if cell.value is not None]
    if len(known) < len(cells):
        return "The locked rule is undefined on validation or test."
    missed, alarms, missed_on_test, alarms_on_test = (decimal(count, ".0f") for count in known)
    return (
        f"On validation the locked rule gave {missed} missed and {alarms} false alarms of 100 "
        f"each; on test, {missed_on_test} and {alarms_on_test}."
    )


def _curve_caption(name: str, measured: ModelMetrics) -> str:
    point = measured.operating_point
    shaded = "" if point.low is None else ", the shaded zone is for a human"
    return (
        f"{name}: the line is the locked threshold{shaded} ({point.reason}). "
        f"{carried_over_in_words(measured.splits)} PPV and NPV are at the share of PNEUMONIA of "
        "each split."
    )


def _predictive(metrics: Mapping[str, ModelMetrics]) -> list[Block]:
    tested = {
        name: measured.locked.splits[Split.TEST].predictive_values
        for name, measured in metrics.items()
        if Split.TEST in measured.locked.splits
    }
    shares = list(dict.fromkeys(share for values in tested.values() for share in values))
    if not shares:
        return []
    columns = {
        f"{what} at {float(share):.0%}": (share, key)
        for what, key in (("PPV", "ppv"), ("NPV", "npv"))
        for share in shares
    }
    rows: list[list[Cell]] = [
        [name, *(getattr(values[share], key) for share, key in columns.values())]
        for name, values in tested.items()
    ]
    caption = prose("predictive_values")
    table = Table(["architecture", *columns], rows, caption, dict.fromkeys(columns, ".1%"))
    return [Part("Predictive values by prevalence", [table], _worth(tested))]


def _worth(tested: Mapping[str, Mapping[str, PredictiveValues]]) -> str:
    known = [
        (values.ppv.value, f"{name} where {float(share):.0%} show pneumonia")
        for name, of_shares in tested.items()
        for share, values in of_shares.items()
        if values.ppv.value is not None
    ]
    if not known:
        return ""
    worst, where = min(known)
    return (
        f"The rarer pneumonia is, the lower the PPV: at worst {decimal(worst, '.0%')} of "
        f"the radiographs called PNEUMONIA show it ({where})."
    )

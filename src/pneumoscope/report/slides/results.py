"""The slides of the result: comparison, sensitivity, false alarms, PPV and deferral."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from pneumoscope.counts import agreeing
from pneumoscope.decimals import decimal
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.pair import Pair
from pneumoscope.evaluation.records import ZoneOutcome
from pneumoscope.evaluation.thresholds.deferral import judge_gain
from pneumoscope.evaluation.verdict import Verdict
from pneumoscope.naming import Column, Consequence, Metric, PatientRule, Split
from pneumoscope.report.frequencies import frequency
from pneumoscope.report.prose import prose
from pneumoscope.report.slides.blocks import Bar, Bars, Dots, Numbers, Points, Slide
from pneumoscope.report.slides.context import Context
from pneumoscope.report.slides.intervals import intervals, lines
from pneumoscope.report.standing import NAMED, ranked_on_test, standing
from pneumoscope.report.wording import joined

DEFERRED_SHARE = 0.2
"""Share deferred: the slide shows the grey zone whose nominal share is nearest to it."""
SHOWN = 6
"""Models of which the comparison draws a bar; the others are named below."""


def comparison(context: Context) -> Slide:
    """Compare AUROCs on test, and name the models that may be as good as the best."""
    ranked = ranked_on_test(context.found.comparison, Metric.AUROC)
    bars = [
        Bar(
            str(row[Column.ARCHITECTURE]),
            float(row[Metric.AUROC]),
            _number(row.get(f"{Metric.AUROC}_low")),
            _number(row.get(f"{Metric.AUROC}_high")),
        )
        for _, row in ranked.iterrows()
    ]
    note = f"{prose('slide_pair')}{lines(context, bars)}{_left_out(bars)}"
    title = _ranking(bars, context.found.significance)
    return Slide("Result", title, Bars(bars[:SHOWN]), note)


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _ranking(bars: list[Bar], pairs: Sequence[Pair]) -> str:
    if not bars:
        return "No model could be ranked: the test lacks one of the classes."
    best = bars[0]
    right = f"right in {frequency(best.share)} pairs"
    if len(bars) == 1:
        return f"{best.name} tells the classes apart: {right}."
    rivals = standing(pairs, best.name, Metric.AUROC).rivals
    if rivals:
        others = joined(rivals) if len(rivals) <= NAMED else f"{len(rivals)} others"
        return f"{best.name} leads, {right}, but {others} may be just as good."
    return f"{best.name} tells the classes apart best: {right}."


def _left_out(bars: list[Bar]) -> str:
    if len(bars) <= SHOWN:
        return ""
    return f" Below these: {joined([bar.name for bar in bars[SHOWN:]])}."


def found(context: Context) -> Slide:
    """Draw the sensitivity."""
    measured = context.test[Metric.SENSITIVITY]
    if measured.value is None:
        return _undefined("How many are found cannot be told", measured)
    share = frequency(measured.value)
    title = f"Of {share.of:,} radiographs with pneumonia, {context.model} finds {share.count:,}."
    note = f"{_interval(context, measured)}{_by_patient(context, Metric.SENSITIVITY, 'found')}"
    return Slide("Result", title, Dots(share, "found", "missed"), note)


def alarms(context: Context) -> Slide:
    """Draw the false-positive rate."""
    measured = context.test[Metric.SPECIFICITY]
    if measured.value is None:
        return _undefined("How many false alarms there are cannot be told", measured)
    share = frequency(measured.value).rest
    title = (
        f"Of {share.of:,} radiographs without pneumonia, {share.count:,} "
        f"{agreeing(share.count, 'gives', 'give')} a false alarm."
    )
    body = Dots(share, "false alarm", "rightly called NORMAL")
    by_patient = _by_patient(context, Metric.SPECIFICITY, "rightly called NORMAL")
    return Slide("Result", title, body, f"{_interval(context, measured.complement)}{by_patient}")


def _undefined(title: str, measured: Estimate) -> Slide:
    return Slide("Result", f"{title}.", Points([f"Reason: {measured.reason}."]))


def _interval(context: Context, measured: Estimate) -> str:
    threshold = context.measured.operating_point.threshold
    counted = f"Counted at the threshold {threshold:.2f}, which was locked before the test."
    if measured.bounds is None:
        return f"{counted} There is no interval: {measured.reason}."
    return (
        f"{context.evaluation.confidence:.0%} interval over {context.subjects}: "
        f"{_of_100(measured)}. {counted}"
    )


def _of_100(measured: Estimate) -> str:
    """Return the interval of a share as "85 to 95 of 100"; an empty string without one."""
    ends = [decimal(100 * end, ".0f") for end in measured.bounds or ()]
    return f"{' to '.join(ends)} of 100" if ends else ""


def _by_patient(context: Context, metric: Metric, what: str) -> str:
    """Say the same of patients, if any has several radiographs."""
    tested = context.measured.splits[Split.TEST]
    value = tested.by_patient[PatientRule.MEAN_SCORE].metrics[metric].value
    if tested.n == tested.patients or value is None:
        return ""
    return (
        f" Of {context.subjects}, the scores of their radiographs averaged, {frequency(value)} are "
        f"{what}."
    )


def worth(context: Context) -> Slide | None:
    """Give the PPV where pneumonia is rare and where it is common, if prevalences are set."""
    decided = context.measured.locked.splits.get(Split.TEST)
    known = {
        float(share): values.ppv
        for share, values in (decided.predictive_values if decided else {}).items()
        if values.ppv.value is not None
    }
    if not known:
        return None
    numbers = [_alarms_right(share, ppv) for share, ppv in sorted(known.items())]
    rarest = min(known)
    right = known[rarest].value or 0.0
    title = (
        f"Where {_showing(rarest)}, only {frequency(right)} alarms "
        f"{agreeing(frequency(right).count, 'is', 'are')} right."
        if right < 0.5
        else "Most alarms are right, even where pneumonia is rarest."
    )
    return Slide(
        "Result",
        title,
        Numbers(numbers),
        f"{prose('slide_worth')} In brackets: {intervals(context)}.",
    )


def _showing(prevalence: float) -> str:
    ill = frequency(prevalence)
    return f"{ill} radiographs {agreeing(ill.count, 'shows', 'show')} pneumonia"


def _alarms_right(prevalence: float, ppv: Estimate) -> tuple[str, str]:
    interval = f" ({_of_100(ppv)})" if ppv.bounds else ""
    are = agreeing(frequency(ppv.value or 0.0).count, "is", "are")
    return (
        str(frequency(ppv.value or 0.0)),
        f"alarms {are} right{interval} where {_showing(prevalence)}",
    )


def deferral(context: Context) -> Slide | None:
    """Compare the accuracy with and without deferral to a human, if it was measured."""
    zones = {
        float(share): zone.splits[Split.TEST]
        for share, zone in context.measured.grey_zone.items()
        if _accuracy(zone.splits[Split.TEST]) is not None
    }
    handed_over = [share for share in zones if share > 0]
    if 0.0 not in zones or not handed_over:
        return None
    nearest = min(handed_over, key=lambda share: abs(share - DEFERRED_SHARE))
    bars = [_left_over(zones[share]) for share in sorted({0.0, nearest, max(handed_over)})]
    before, after = (frequency(_accuracy(zones[share]) or 0.0, of=100) for share in (0.0, nearest))
    handed = frequency(zones[nearest].deferred, of=100)
    shown = judge_gain(zones[nearest].gain) is Verdict.SHOWN
    helped = shown and after.count > before.count
    title = (
        f"Hand the most doubtful {handed} to a human, and "
        f"{after} of the rest are right instead of {before.count}."
        if helped
        else f"That handing the most doubtful {handed} to a human makes the rest more accurate is "
        "not shown."
    )
    note = f"{prose('slide_deferral')}{lines(context, bars)}"
    return Slide("What to do", title, Bars(bars), note)


def _left_over(zone: ZoneOutcome) -> Bar:
    accuracy = zone.consequences[Consequence.ACCURACY]
    low, high = accuracy.bounds or (None, None)
    name = f"{frequency(zone.deferred, of=100)} handed over"
    return Bar(name, accuracy.value or 0.0, low, high)


def _accuracy(zone: ZoneOutcome) -> float | None:
    return zone.consequences[Consequence.ACCURACY].value

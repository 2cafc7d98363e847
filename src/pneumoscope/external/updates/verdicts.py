"""Whether an update helps, in words: what it changes, and from how many films on."""

from collections.abc import Sequence
from enum import StrEnum

from pneumoscope.counts import counted
from pneumoscope.evaluation.records import CalibrationMap
from pneumoscope.evaluation.verdict import Verdict, judge
from pneumoscope.external.updates.records import Change, Part, Reading, SiteUpdate, Worth
from pneumoscope.naming import Consequence, Recalibration
from pneumoscope.report.wording import joined, moved

CLAIMS = 2
"""An update is judged by its probabilities and by its threshold."""

NAMES = {
    Consequence.MACRO_RECALL: "the mean of sensitivity and specificity",
    Consequence.SENSITIVITY: "sensitivity",
    Consequence.SPECIFICITY: "specificity",
}


class Effect(StrEnum):
    """What can be said of an update."""

    HELPS = "helps"
    HARMS = "harms"
    OPEN = "cannot be told"


def effect(worth: Worth, sizes: int = 1) -> Effect:
    """Judge an update: it helps where one of its measures is shown to gain, and none to lose.

    Args:
        worth: What was measured of it.
        sizes: How many numbers of films are judged together.
    """
    claims = CLAIMS * sizes
    # A Brier score is better the lower it is.
    gains = [-_shown(worth.brier, claims), _shown(worth.aimed, claims)]
    if min(gains) < 0:
        return Effect.HARMS
    return Effect.HELPS if max(gains) > 0 else Effect.OPEN


def _shown(change: Change, claims: int) -> int:
    """Return 1 or -1 where a measure is shown to rise or to fall, else 0."""
    if judge(change.difference, 0.0, claims) is not Verdict.SHOWN:
        return 0
    return 1 if (change.difference.value or 0.0) > 0 else -1


def refusal(fitted: Reading, worth: Worth) -> str | None:
    """Say why an update is not offered; None where it is shown to help.

    Args:
        fitted: How scores are read with it.
        worth: What was measured of it.
    """
    if fitted.kept is not None:
        return fitted.kept
    found = effect(worth)
    if found is Effect.HELPS:
        return None
    said = "it is shown to harm" if found is Effect.HARMS else "it is not shown to help"
    return f"{said} ({_differences(worth)})"


def update_sentence(update: SiteUpdate) -> str:
    """Say whether films of a site give an update that is shown to help, and how it is used."""
    start = f"An update of {update.model} at {update.site}"
    if update.fitted_on is None or update.measured_on is None or update.worth is None:
        return f"{start} cannot be measured: {update.refused}."
    on = f"{_part(update.fitted_on)}, measured on {_part(update.measured_on)} (other patients)"
    if update.refused is not None:
        return f"{start}, fitted on {on}, is not offered: {update.refused}."
    return (
        f"{start}, fitted on {on}, is shown to help: {_differences(update.worth)}. It is used "
        f"where it is named: kedro run --pipelines=inference --params inference.site={update.site}"
    )


def reading_sentence(update: SiteUpdate) -> str:
    """Say what an update changes; nothing where none was fitted."""
    reading = update.reading
    if reading is None or reading.kept is not None:
        return ""
    method = {
        Recalibration.NONE: "probabilities stay as they were, for films of the site do not show "
        "that they are wrong",
        Recalibration.IN_THE_LARGE: "probabilities are recalibrated in the large (the intercept)",
        Recalibration.LOGISTIC: "probabilities are recalibrated (intercept and slope)",
    }[reading.method]
    line = reading.probability
    known = reading.method is not Recalibration.NONE and line is not None
    more = f", {_line(line)}, for a share of PNEUMONIA of {reading.prevalence:.3f}" if (
        known and line is not None and reading.prevalence is not None
    ) else ""  # fmt: skip
    point = reading.operating_point
    return f"It changes: the threshold is {point.threshold:.4f} ({point.reason}); {method}{more}."


def curve_sentence(update: SiteUpdate) -> str:
    """Say from how many films on updates are shown to help, or that none is; or nothing."""
    curve = update.curve
    if not curve:
        return ""
    told = [(worth, effect(worth, len(curve))) for worth in curve]
    films = [f"{worth.radiographs:.0f}" for worth in curve]
    start = f"Of {update.model} at {update.site}, over {counted(update.cuts, 'cut')} by patient"
    harm = [f"{worth.radiographs:.0f}" for worth, found in told if found is Effect.HARMS]
    harms = f" On {joined(harm)} they are shown to harm." if harm else ""
    helping = [worth for worth, found in told if found is Effect.HELPS]
    if not helping:
        return f"{start}, updates on {joined(films)} films are not shown to help.{harms}"
    first = helping[0]
    from_there = all(found is Effect.HELPS for worth, found in told[curve.index(first) :])
    where = "from" if from_there and first is not curve[-1] else "on"
    on = " films on" if where == "from" else " films"
    listed = [f"{worth.radiographs:.0f}" for worth in helping]
    which = listed[0] if where == "from" else joined(listed)
    return (
        f"{start}, updates {where} {which}{on} are shown to help; with {films[-1]}: "
        f"{_differences(curve[-1])}.{harms}"
    )


def doubts(update: SiteUpdate) -> list[str]:
    """Say what an update cannot know; nothing where there is nothing."""
    if not update.without_key or update.reading is None:
        return []
    return [
        f"{counted(update.without_key, 'film')} of {update.site} without a patient's key: films of "
        "one patient may have taught an update and measured it, which flatters it."
    ]


def applied_sentence(update: SiteUpdate, version: str) -> str:
    """Say with every result by which update scores were read; of one that is offered."""
    assert update.fitted_on is not None and update.measured_on is not None
    return (
        f"Read by the update {update.site}@{version}: fitted on {_part(update.fitted_on)} of "
        f"{update.site}, measured there on {_part(update.measured_on)} (other patients). What the "
        "evaluation measured holds without it."
    )


def table_rows(curve: Sequence[Worth]) -> list[tuple[str, Worth, Effect]]:
    """Return what a curve's table shows of each number of films."""
    return [(f"{one.radiographs:.0f}", one, effect(one, len(curve))) for one in curve]


def _differences(worth: Worth) -> str:
    return f"{NAMES[worth.aim]} {_change(worth.aimed)}, the Brier score {_change(worth.brier)}"


def _change(change: Change) -> str:
    if change.difference.value is None:
        return f"cannot be compared ({change.difference.reason})"
    if change.difference.bounds is None:
        return f"is the same: {change.difference.reason}"
    return moved(change.difference)


def _part(part: Part) -> str:
    return f"{counted(part.radiographs, 'film')} of {counted(part.patients, 'patient')}"


def _line(line: CalibrationMap) -> str:
    return f"logit = {line.intercept:.3f} + {line.slope:.3f} logit(score)"

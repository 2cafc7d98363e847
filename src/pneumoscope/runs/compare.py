"""Two finished runs compared: their test films, and by how much each model's metrics differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pneumoscope.counts import agreeing, counted
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.metrics import estimate_metrics
from pneumoscope.evaluation.pair import Pair
from pneumoscope.evaluation.pairs import COMPARED, compare_pairs
from pneumoscope.evaluation.verdict import MARGIN, Verdict, difference, judge
from pneumoscope.naming import Column, Metric
from pneumoscope.options import EvaluationOptions
from pneumoscope.runs.finished import EvaluatedModel, EvaluatedRun

_FILM = [Column.RADIOGRAPH_ID, Column.SHA256]


@dataclass(frozen=True)
class Films:
    """The test films of two runs.

    Attributes:
        first: How many the first run has.
        second: How many the second run has.
        common: How many are in both, by name and content.
        obstacle: Why differences cannot be paired; empty where they can.
    """

    first: int
    second: int
    common: int
    obstacle: str


@dataclass(frozen=True)
class Difference:
    """One metric of a model in two runs, on test.

    Attributes:
        model: Its name; "a, b" for the only models of two runs, named otherwise.
        metric: The metric.
        first: In the first run.
        second: In the second run.
        difference: Second minus first.
        verdict: What can be said of it, all models and metrics taken together.
    """

    model: str
    metric: Metric
    first: Estimate
    second: Estimate
    difference: Estimate
    verdict: Verdict


@dataclass(frozen=True)
class Compared:
    """A second run against a first.

    Attributes:
        films: Their test films.
        differences: By model and metric.
        alone: Models of one run alone, by run: 0 the first, 1 the second.
        identical: Models of the very weights and threshold in both: no difference is left.
    """

    films: Films
    differences: Sequence[Difference]
    alone: Mapping[int, Sequence[str]]
    identical: Sequence[str]


def compare_runs(first: EvaluatedRun, second: EvaluatedRun, options: EvaluationOptions) -> Compared:
    """Compare each model of two runs that bears one name, on test.

    On the very films, differences are paired by patient. Otherwise they are those of two samples,
    and the films may have caused them.

    Args:
        first: The run that the other is held against.
        second: The other.
        options: Primary endpoint and confidence; the runs' own may differ.
    """
    pairs = _pairs(first, second)
    tests = next(iter(first.models.values())).test, next(iter(second.models.values())).test
    films = compare_films(*tests)
    matched = {_called(a, b): (first.models[a], second.models[b]) for a, b in pairs}
    identical = [name for name, both in matched.items() if not films.obstacle and _identical(*both)]
    left = {name: both for name, both in matched.items() if name not in identical}
    metrics = list(dict.fromkeys([options.primary_endpoint, *COMPARED]))
    measure = _independent if films.obstacle else _paired
    alone = {
        side: [name for name in run.models if name not in {pair[side] for pair in pairs}]
        for side, run in enumerate((first, second))
    }
    return Compared(films, measure(left, metrics, options) if left else [], alone, identical)


def compare_films(first: pd.DataFrame, second: pd.DataFrame) -> Films:
    """Tell whether two tests hold the same films with the same labels, of the same patients.

    Args:
        first: Columns radiograph_id, sha256, label and patient_id, in the order of radiograph_id.
        second: The same of another run.
    """
    both = first.merge(second, on=_FILM, suffixes=("", "_other"))
    relabelled = int((both[Column.LABEL] != both[f"{Column.LABEL}_other"]).sum())
    obstacle = ""
    if not len(both) == len(first) == len(second):
        counts = f"{len(first):,} and {len(second):,}, of which {len(both):,} are in both"
        obstacle = f"the test films differ ({counts})"
    elif relabelled:
        verb = agreeing(relabelled, "bears", "bear")
        obstacle = f"{counted(relabelled, 'test film')} {verb} another label"
    elif not _same_groups(both[Column.PATIENT_ID], both[f"{Column.PATIENT_ID}_other"]):
        obstacle = "the test films are grouped into other patients"
    return Films(len(first), len(second), len(both), obstacle)


def _pairs(first: EvaluatedRun, second: EvaluatedRun) -> list[tuple[str, str]]:
    """Return the models to hold against each other: of one name, or the only ones."""
    shared = [(name, name) for name in first.models if name in second.models]
    if not shared and len(first.models) == len(second.models) == 1:
        return [(*first.models, *second.models)]  # type: ignore[list-item]
    return shared


def _called(first: str, second: str) -> str:
    return first if first == second else f"{first}, {second}"


def _identical(mine: EvaluatedModel, theirs: EvaluatedModel) -> bool:
    one, other = mine.metrics, theirs.metrics
    same_point = one.operating_point.threshold == other.operating_point.threshold
    return same_point and one.model.fingerprint == other.model.fingerprint


def _same_groups(first: pd.Series, second: pd.Series) -> bool:
    """Whether two names of patients, which may be pseudonyms, part the films alike."""
    pairs = len(pd.DataFrame({"first": first, "second": second}).drop_duplicates())
    return bool(pairs == first.nunique() == second.nunique())


Matched = Mapping[str, tuple[EvaluatedModel, EvaluatedModel]]


def _paired(
    matched: Matched, metrics: Sequence[Metric], options: EvaluationOptions
) -> list[Difference]:
    scores: dict[str, pd.DataFrame] = {}
    thresholds: dict[str, float] = {}
    for name, (mine, theirs) in matched.items():
        # The same patients may bear other pseudonyms; which of them a film is of is known.
        patients = mine.test[Column.PATIENT_ID]
        scores |= {f"1 {name}": mine.test, f"2 {name}": theirs.test.assign(patient_id=patients)}
        for place, model in ((1, mine), (2, theirs)):
            thresholds[f"{place} {name}"] = model.metrics.operating_point.threshold
    names = [(f"2 {name}", f"1 {name}") for name in matched]
    pairs = {
        (pair.architecture_b[2:], pair.metric): pair
        for pair in compare_pairs(scores, thresholds, options, names)
    }
    values = _values(matched, metrics, options)
    # Holm's correction is over the models of a metric; sentences name whichever metric differs.
    level = (1 - options.confidence) / len(metrics)
    return [
        Difference(name, metric, *values[name, metric], pair.estimate, _over_all(pair, level))
        for name in matched
        for metric in metrics
        for pair in [pairs[name, metric]]
    ]


def _over_all(pair: Pair, level: float) -> Verdict:
    if pair.verdict is Verdict.SHOWN and (pair.p_holm is None or pair.p_holm >= level):
        return Verdict.OPEN
    return pair.verdict


def _independent(
    matched: Matched, metrics: Sequence[Metric], options: EvaluationOptions
) -> list[Difference]:
    values = _values(matched, metrics, options)
    found = []
    for (name, metric), (mine, theirs) in values.items():
        apart = difference(theirs, mine)
        # Sentences name whichever differ, of all models and metrics.
        verdict = judge(apart, MARGIN, claims=len(values))
        found.append(Difference(name, metric, mine, theirs, apart, verdict))
    return found


def _values(
    matched: Matched, metrics: Sequence[Metric], options: EvaluationOptions
) -> dict[tuple[str, Metric], tuple[Estimate, Estimate]]:
    measured = {
        name: [
            estimate_metrics(model.test, model.metrics.operating_point.threshold, options, metrics)
            for model in pair
        ]
        for name, pair in matched.items()
    }
    return {
        (name, metric): (mine[metric], theirs[metric])
        for name, (mine, theirs) in measured.items()
        for metric in metrics
    }

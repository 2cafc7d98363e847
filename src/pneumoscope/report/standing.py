"""How one model stands against the others: the one place where pairs of models become words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pneumoscope.decimals import decimal
from pneumoscope.evaluation.pair import Pair
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.evaluation.replicates import REPLICATE_OF
from pneumoscope.evaluation.verdict import MARGIN, Verdict
from pneumoscope.naming import Column, Split
from pneumoscope.report.wording import joined

NAMED = 3
"""Of more models than this, a sentence gives the number."""


@dataclass(frozen=True)
class Standing:
    """One model against each of the others, by one metric on test.

    Attributes:
        better: Pairs in which it is shown to be better, seen from it.
        worse: Pairs in which it is shown to be worse.
        near: Pairs shown to differ by no more than the margin.
        inconclusive: Pairs whose verdict is open.
    """

    better: Sequence[Pair]
    worse: Sequence[Pair]
    near: Sequence[Pair]
    inconclusive: Sequence[Pair]

    @property
    def rivals(self) -> list[str]:
        """The models that may be as good."""
        return [pair.architecture_b for pair in (*self.near, *self.inconclusive)]


def standing(pairs: Sequence[Pair], model: str, metric: str) -> Standing:
    """Sort the pairs of a model by what they show.

    Args:
        pairs: What `evaluation.pairs.compare_pairs` gave.
        model: The model.
        metric: A metric for which more is better.
    """
    ours = [
        pair.seen_from(model)
        for pair in pairs
        if pair.metric == metric and model in (pair.architecture_a, pair.architecture_b)
    ]
    shown = [pair for pair in ours if pair.verdict is Verdict.SHOWN]
    return Standing(
        better=[pair for pair in shown if (pair.difference or 0) > 0],
        worse=[pair for pair in shown if (pair.difference or 0) < 0],
        near=[pair for pair in ours if pair.verdict is Verdict.SMALL],
        inconclusive=[pair for pair in ours if pair.verdict is Verdict.OPEN],
    )


def standing_in_words(found: Standing) -> str:
    """Return what is shown of a model against the others; empty where there is no other."""
    sentences = {
        f"It is shown to be better than {_by_how_much(found.better)}.": found.better,
        f"It is shown to be worse than {_by_how_much(found.worse)}.": found.worse,
        f"From {_names(found.near)} it differs by no more than {MARGIN:g}.": found.near,
        f"Whether it differs from {_names(found.inconclusive)} cannot be told on this test.": (
            found.inconclusive
        ),
    }
    return " ".join(sentence for sentence, pairs in sentences.items() if pairs)


def ranked_on_test(comparison: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the rows of test that models are ranked by, the best first.

    Args:
        comparison: `comparison.csv`.
        metric: A metric for which more is better; rows without it are left out, and so are
            seeds for which the first of their recipe stands.
    """
    test = comparison[comparison[Column.SPLIT] == Split.TEST].dropna(subset=[metric])
    recipes = test[test[REPLICATE_OF] == test[Column.ARCHITECTURE]]
    return recipes.sort_values(metric, ascending=False, kind="stable")


def _by_how_much(pairs: Sequence[Pair]) -> str:
    if len(pairs) > NAMED:
        return f"{len(pairs)} others"
    return joined([f"{pair.architecture_b} (by {_distance(pair)})" for pair in pairs])


def _distance(pair: Pair) -> str:
    """Return how far two models that are shown to differ lie apart: "0.040, 0.010 to 0.070"."""
    ends = sorted(map(abs, pair.estimate.bounds or ()))
    return f"{decimal(abs(pair.difference or 0))}, {' to '.join(map(decimal, ends))}"


def _names(pairs: Sequence[Pair]) -> str:
    names = [pair.architecture_b for pair in pairs]
    return joined(names) if len(names) <= NAMED else f"{len(names)} others"


def older_members(metrics: Mapping[str, ModelMetrics]) -> list[str]:
    """Say which ensembles were measured with other members than the models beside them.

    Args:
        metrics: Model to its metrics.

    Returns:
        A sentence for each; nothing where members are those shown, or are not shown at all.
    """
    others = {
        name: [
            member
            for member, fingerprint in (measured.model.members or {}).items()
            if member in metrics and metrics[member].model.fingerprint != fingerprint
        ]
        for name, measured in metrics.items()
    }
    return [
        f"{name} was measured with another {joined(members)} than stands beside it. "
        "kedro run --pipelines=evaluation measures it anew."
        for name, members in others.items()
        if members
    ]

"""Which test radiographs are explained: chosen by a fixed rule, never by their looks."""

from collections.abc import Sequence

import pandas as pd

from pneumoscope.explanation.records import Case, Cases
from pneumoscope.naming import Choice, Column, Label, Outcome

_MEANING = {
    Outcome.TRUE_POSITIVE: (Label.PNEUMONIA, True),
    Outcome.FALSE_POSITIVE: (Label.NORMAL, True),
    Outcome.FALSE_NEGATIVE: (Label.PNEUMONIA, False),
    Outcome.TRUE_NEGATIVE: (Label.NORMAL, False),
}


def select_cases(scores: pd.DataFrame, threshold: float) -> Cases:
    """Choose of each outcome the radiograph nearest the threshold and the most confident one.

    Equal scores are told apart by radiograph_id, so that the choice depends on the scores
    alone. An outcome with a single radiograph gives it once, as the nearest.

    Args:
        scores: Columns radiograph_id, label and score of one split.
        threshold: A score of at least this is predicted PNEUMONIA.
    """
    ordered = scores.sort_values([Column.SCORE, Column.RADIOGRAPH_ID], ignore_index=True)
    chosen, missing = [], {}
    for outcome, (label, positive) in _MEANING.items():
        called = (ordered[Column.SCORE] >= threshold) == positive
        rows = ordered[(ordered[Column.LABEL] == label) & called]
        if rows.empty:
            missing[outcome] = _reason(label, positive, threshold)
        chosen += [
            _case(outcome, choice, row, positive) for choice, row in _extremes(rows, positive)
        ]
    return Cases(float(threshold), chosen, missing)


def class_representatives(chosen: Sequence[Case]) -> list[Case]:
    """Return of each class one chosen radiograph: a confident and correct one if there is any.

    Args:
        chosen: What `select_cases` gave under that name.

    Returns:
        At most two of them, PNEUMONIA first.
    """
    preferred = (
        (Outcome.TRUE_POSITIVE, Outcome.FALSE_NEGATIVE),
        (Outcome.TRUE_NEGATIVE, Outcome.FALSE_POSITIVE),
    )
    # The last of an outcome is its most confident.
    last = {case.outcome: case for case in chosen}
    found = [[last[outcome] for outcome in outcomes if outcome in last] for outcomes in preferred]
    return [candidates[0] for candidates in found if candidates]


def directions(scores: pd.Series, threshold: float) -> pd.Series:
    """Return +1 where PNEUMONIA is predicted and -1 where NORMAL is."""
    return (scores >= threshold).map({True: 1, False: -1})


def _extremes(rows: pd.DataFrame, positive: bool) -> list[tuple[Choice, pd.Series]]:
    """Rows of one outcome, ascending by score, all on one side of the threshold."""
    if rows.empty:
        return []
    low, high = _first_of_score(rows, "min"), _first_of_score(rows, "max")
    nearest, farthest = (low, high) if positive else (high, low)
    pairs = [(Choice.NEAREST, nearest), (Choice.MOST_CONFIDENT, farthest)]
    return pairs if len(rows) > 1 else pairs[:1]


def _first_of_score(rows: pd.DataFrame, extreme: str) -> pd.Series:
    return rows[rows[Column.SCORE] == rows[Column.SCORE].agg(extreme)].iloc[0]


def _case(outcome: Outcome, choice: Choice, row: pd.Series, positive: bool) -> Case:
    return Case(
        outcome=outcome,
        choice=choice,
        radiograph_id=str(row[Column.RADIOGRAPH_ID]),
        label=Label(row[Column.LABEL]),
        predicted=Label.PNEUMONIA if positive else Label.NORMAL,
        score=float(row[Column.SCORE]),
    )


def _reason(label: Label, positive: bool, threshold: float) -> str:
    side = "at or above" if positive else "below"
    return f"no {label} radiograph scores {side} the threshold {threshold:.3f}"

"""Evaluations on test."""

import pandas as pd

from pneumoscope.counts import counted
from pneumoscope.evaluation.access import ALTERED
from pneumoscope.report.blocks import Paragraph, Section, Table, table_of
from pneumoscope.report.prose import prose
from pneumoscope.report.sections.external import external_log_table

SHOWN = 20
SHORT = 12


def access_section(log: pd.DataFrame, external: pd.DataFrame | None = None) -> Section:
    """Return the count of evaluations on test, what it means, and the latest of them.

    Args:
        log: Columns when, architecture, model, rule, threshold and n; the oldest first.
            Evaluations of altered copies of the films are counted apart.
        external: Every measurement at another site; the oldest first.
    """
    title = "Evaluations on test"
    elsewhere = external_log_table(pd.DataFrame() if external is None else external)
    if log.empty:
        nothing = Paragraph("No evaluation on test is on record in this folder.")
        return Section(title, [nothing, *elsewhere])
    latest = log.tail(SHOWN).iloc[::-1].assign(model=lambda rows: rows["model"].str[:SHORT])
    altered = log["rule"].str.endswith(ALTERED)
    sentences = [*_evaluations(log[~altered]), *_altered(log[altered])]
    return Section(title, [Paragraph(" ".join(sentences)), _table(latest, len(log)), *elsewhere])


def _table(latest: pd.DataFrame, total: int) -> Table:
    return table_of(
        latest,
        f"The latest {len(latest)} of {counted(total, 'evaluation')} (all: test_access_log.csv)",
        folded=True,
    )


def _evaluations(log: pd.DataFrame) -> list[str]:
    if log.empty:
        return []
    models, points = log["model"].nunique(), len(log.drop_duplicates(["model", "threshold"]))
    sentence = (
        f"This folder records {counted(len(log), 'evaluation')} on test since "
        f"{pd.Timestamp(log['when'].iloc[0]):%Y-%m-%d}, of {counted(models, 'different model')} "
        f"at {counted(points, 'operating point')}."
    )
    if len(log) == points:
        return [sentence, "It records each model at each threshold once."]
    repeated = len(log) - points
    return [sentence, f"{counted(repeated, 'evaluation')} repeated one that was there already."]


def _altered(log: pd.DataFrame) -> list[str]:
    if log.empty:
        return []
    return [prose("altered_copies", evaluations=counted(len(log), "evaluation"))]

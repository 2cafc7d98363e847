"""The limits of a run's results, as far as the run itself knows them."""

from collections.abc import Sequence

import pandas as pd

from pneumoscope.counts import agreeing, counted
from pneumoscope.evaluation.access import ALTERED
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.naming import Split
from pneumoscope.report.wording import joined

SMALL_TEST = 1000
"""Below so many patients a test leaves intervals that matter."""


def limits(measured: ModelMetrics, subjects: str, synthetic: bool) -> list[str]:
    """Return the limits of a model's results, one short sentence each.

    Args:
        measured: Its metrics.
        subjects: Who was radiographed, in the plural.
        synthetic: Whether the radiographs are phantoms.
    """
    tested = measured.splits[Split.TEST]
    size = f"{tested.patients:,} {subjects}, {counted(tested.n, 'radiograph')}"
    absent = list(measured.subgroups.absent)
    small = tested.patients < SMALL_TEST
    return [
        *(["The radiographs are drawn by a program."] if synthetic else []),
        f"The test is small: {size}." if small else f"There is one test part: {size}.",
        *([f"Not recorded, so not checked: {joined(absent)}."] if absent else []),
        "Another hospital, device or age may give other results.",
        "The input is the radiograph alone: no symptoms, no history, no second disease.",
    ]


def looks_at_test(log: pd.DataFrame, models: Sequence[str]) -> str:
    """Say how often test was evaluated, as far as the log of this folder of results knows.

    Args:
        log: Columns model (SHA-256 of the weights), rule and threshold, one row an evaluation;
            those of altered films, which choose nothing, are passed over.
        models: SHA-256 of the weights of each model that is reported.
    """
    looks = log[~log["rule"].astype(str).str.endswith(ALTERED)]
    seen = looks["model"]
    elsewhere = "evaluations elsewhere are not known"
    if not set(models) <= set(seen):
        return "How often the test was evaluated is not on record for every model."
    if sorted(seen) == sorted(models):
        return f"On record are one evaluation of each model on the test and no other; {elsewhere}."
    if len(looks.drop_duplicates(["model", "threshold"])) == len(set(models)):
        return (
            f"On record are {counted(len(seen), 'evaluation')} on the test, each of a reported "
            f"model at its one threshold, such as a run repeats that was stopped; {elsewhere}. To "
            "repeat the very same evaluation chooses nothing."
        )
    return (
        f"On record {agreeing(len(seen), 'is', 'are')} {counted(len(seen), 'evaluation')} on the "
        "test, of "
        f"{counted(seen.nunique(), 'different model')}; {elsewhere}. Repeated evaluation of one "
        "test favours results that are good by chance."
    )

"""What the results of a run cannot tell, as far as the run itself knows."""

import pandas as pd

from pneumoscope.evaluation.access import ALTERED
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.naming import Split
from pneumoscope.report.wording import counted, joined

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
    small = tested.patients < SMALL_TEST
    return [
        *(["The radiographs are drawn by a program."] if synthetic else []),
        f"The test is small: {size}." if small else f"There is one test: {size}.",
        f"Not recorded, so not checked: {joined(list(measured.subgroups.absent))}.",
        "Another hospital, device or age may give other results.",
        "It saw radiographs only: no symptoms, no history, no second disease.",
    ]


def evaluations_on_test(log: pd.DataFrame) -> int:
    """Return how often the films of test were evaluated as they are; `log` has a column rule."""
    return int((~log["rule"].astype(str).str.endswith(ALTERED)).sum())


def looks_at_test(evaluations: int, models: int) -> str:
    """Say how often test was evaluated, and what that does to the results."""
    if evaluations <= models:
        return "Every model was evaluated on the test once."
    return (
        f"The test was evaluated {evaluations:,} times so far (all models); each look makes a "
        "lucky result likelier."
    )

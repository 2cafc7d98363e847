"""Scores by hand: eight films of six children on test, four on validation."""

from collections.abc import Callable, Sequence

import pandas as pd
import pytest
from example_metrics import model_metrics

from pneumoscope.naming import Column, Label, Split
from pneumoscope.options import EvaluationOptions, StudyOptions
from pneumoscope.studies.arms import Arm, Classifier

TEST_CHILDREN = ["n1", "n2", "n3", "n3", "p1", "p2", "p3", "p3"]


@pytest.fixture
def evaluation() -> EvaluationOptions:
    return EvaluationOptions.model_validate({"threshold": {"rule": "fixed", "value": 0.5}})


@pytest.fixture
def study() -> StudyOptions:
    return StudyOptions.model_validate(
        {
            "name": "Study",
            "asked": "It asked for recall.",
            "target": {"metric": "sensitivity", "at_least": 0.9, "source": "named by the study"},
            "protocol": "As it was.",
            "bias": "Much.",
            "differs": ["Not at all."],
            "arms": {"reproduced": "as published", "honest": "by patient"},
            "honest": "honest",
            "reported": ["accuracy"],
        }
    )


@pytest.fixture
def scored() -> Callable[..., pd.DataFrame]:
    """Give scores of eight test films, NORMAL first, and of four validation films."""

    def scored(
        test: Sequence[float], validation: Sequence[float] = (0.1, 0.2, 0.8, 0.9)
    ) -> pd.DataFrame:
        children = [*TEST_CHILDREN, "v1", "v2", "v3", "v4"]
        label = [*["NORMAL"] * 4, *["PNEUMONIA"] * 4, *["NORMAL"] * 2, *["PNEUMONIA"] * 2]
        return pd.DataFrame(
            {
                Column.RADIOGRAPH_ID: [f"film {n:02}" for n in range(12)],
                Column.PATIENT_ID: children,
                Column.LABEL: label,
                Column.SUBTYPE: ["normal" if one == Label.NORMAL else "virus" for one in label],
                Column.SPLIT: [Split.TEST.value] * 8 + [Split.VALIDATION.value] * 4,
                Column.SCORE: [*test, *validation],
            }
        )

    return scored


@pytest.fixture
def perfect(scored) -> Classifier:
    return Classifier("perfect", scored([0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9]), 0.5)


@pytest.fixture
def half_blind(scored) -> Classifier:
    """Find every second child with pneumonia, and call no one else ill."""
    return Classifier("half blind", scored([0.1, 0.1, 0.1, 0.1, 0.2, 0.9, 0.2, 0.9]), 0.5)


@pytest.fixture
def arm_of() -> Callable[..., Arm]:
    """Give an arm of these classifiers; the metrics hold what the studies read of them."""

    def arm_of(
        *classifiers: Classifier, trained_on: Sequence[str] = (), flaws: Sequence[str] = ()
    ) -> Arm:
        part = {"n": 8, "patients": 6}
        metrics = {
            one.name: model_metrics(
                operating_point={"threshold": one.threshold},
                splits={"test": part, "validation": part},
            )
            for one in classifiers
        }
        scores = {one.name: one.scores for one in classifiers}
        return Arm(scores, metrics, frozenset(trained_on), list(flaws))

    return arm_of

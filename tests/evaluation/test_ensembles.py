import pandas as pd
import pytest

from pneumoscope.evaluation.ensembles import average_scores, ensemble_fingerprint
from pneumoscope.evaluation.records import ScoredBy


def scores(radiographs: list[str], values: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"radiograph_id": radiographs, "label": "NORMAL", "split": "test", "score": values}
    ).astype({"score": "float32"})


def test_members_are_averaged_by_radiograph_whatever_their_order():
    averaged = average_scores(
        {"a": scores(["x", "y"], [0.0, 1.0]), "b": scores(["y", "x"], [0.5, 1.0])}
    )
    assert averaged["radiograph_id"].tolist() == ["x", "y"]
    assert averaged["score"].tolist() == [0.5, 0.75]
    assert averaged["score"].dtype == "float32"


@pytest.mark.parametrize("others", [["x"], ["x", "z"], ["x", "y", "z"]])
def test_members_that_scored_other_radiographs_are_refused(others):
    with pytest.raises(ValueError, match=f"received 2 and {len(others)}"):
        average_scores(
            {"a": scores(["x", "y"], [0.0, 1.0]), "b": scores(others, [0.5] * len(others))}
        )


def test_the_fingerprint_depends_on_the_members_and_not_on_their_order():
    one, two = ScoredBy("1"), ScoredBy("2")
    forwards = ensemble_fingerprint({"a": one, "b": two})
    assert forwards.fingerprint == ensemble_fingerprint({"b": two, "a": one}).fingerprint
    assert forwards.fingerprint != ensemble_fingerprint({"a": one, "b": one}).fingerprint
    assert forwards.members == {"a": "1", "b": "2"}

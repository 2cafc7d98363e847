import pandas as pd
import pytest

from pneumoscope.evaluation.errors import COLUMNS, list_errors
from pneumoscope.evaluation.records import OperatingPoint
from pneumoscope.naming import ThresholdRule

SCORES = pd.DataFrame(
    {
        "radiograph_id": ["a", "b", "c", "d", "e"],
        "label": ["NORMAL", "PNEUMONIA", "NORMAL", "PNEUMONIA", "NORMAL"],
        "subtype": ["normal", "virus", "normal", "bacteria", "normal"],
        "split": ["test", "test", "test", "test", "validation"],
        "score": [0.9, 0.4, 0.1, 0.01, 0.9],
    }
)
DISTANCES = pd.DataFrame(
    {"radiograph_id": ["a", "b", "c", "d"], "out_of_distribution_distance": [1.0, 9.0, 1.0, 1.0]}
)
SITES = pd.DataFrame({"radiograph_id": ["a", "b"], "pseudo_site": ["A", None]})


def listed(low: float | None = None, high: float | None = None) -> pd.DataFrame:
    point = OperatingPoint(ThresholdRule.FIXED, 0.5, "given", low, high)
    return list_errors(SCORES, point, DISTANCES, 3.0, SITES)


def test_every_wrong_call_on_test_is_listed_the_most_confident_first():
    found = listed()
    assert found["radiograph_id"].tolist() == ["d", "a", "b"]
    assert found["outcome"].tolist() == ["false negative", "false positive", "false negative"]
    assert found["wrong_by"].tolist() == pytest.approx([4.595, 2.197, 0.405], abs=1e-3)
    assert list(found.columns) == COLUMNS


def test_distance_site_and_grey_zone_stand_beside_each():
    found = listed(0.3, 0.6).set_index("radiograph_id")
    assert found["out_of_distribution"].to_dict() == {"d": False, "a": False, "b": True}
    assert found["grey_zone"].to_dict() == {"d": False, "a": False, "b": True}
    assert found.loc["a", "pseudo_site"] == "A"
    assert not listed()["grey_zone"].any()


def test_a_model_without_errors_has_an_empty_list():
    point = OperatingPoint(ThresholdRule.FIXED, 0.5, "given")
    assert list_errors(SCORES.iloc[[2]], point, DISTANCES, 3.0, SITES).empty

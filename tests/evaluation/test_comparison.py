from example_metrics import model_metrics

from pneumoscope.evaluation.comparison import comparison_rows
from pneumoscope.naming import Metric

MEASURED = model_metrics(
    flaws=["A child stands in two splits."],
    splits={
        "test": {
            "n": 624,
            "patients": 500,
            "by_patient": {
                "any_radiograph": {"metrics": {"sensitivity": {"value": 0.9, "low": 0.8}}}
            },
        }
    },
)


def test_a_row_holds_every_metric_by_radiograph_and_the_main_ones_by_patient():
    rows = {row["split"]: row for row in comparison_rows("cnn_2", MEASURED, "cnn")}
    test = rows["test"]
    assert (test["architecture"], test["n"], test["patients"]) == ("cnn_2", 624, 500)
    assert {metric.value for metric in Metric} < set(test)
    assert (test["auroc"], test["auroc_low"], test["auroc_high"]) == (0.75, 0.5, 0.9)
    assert (test["any_radiograph_sensitivity"], test["mean_score_sensitivity"]) == (0.9, 0.75)
    assert test["any_radiograph_sensitivity_low"] == 0.8
    assert test["replicate_of"] == "cnn"
    assert test["protocol"] == "official; A child stands in two splits."
    assert list(rows) == ["validation", "test"]

import pytest
from example_metrics import estimate
from example_studies import about, arm, study_findings, summary

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.blocks import Table
from pneumoscope.report.sections.protocol_bias import bias_blocks, excess_in_words
from pneumoscope.studies.records import StudyFindings


def tables(found: StudyFindings) -> list[Table]:
    return [block for block in bias_blocks(found, "children") if isinstance(block, Table)]


def validated(value: float, margin: float = 0.05, **more: object) -> StudyFindings:
    """Give findings in which validation and test differ under one protocol."""
    return study_findings(
        arms={
            "reproduced": arm(
                summary(16, 16, cnn=about(value, margin)), summary(100, 90, cnn=about(0.8, margin))
            ),
            "honest": arm(summary(50, 50, cnn=about(0.8, 0.01)), summary(cnn=about(0.8, 0.01))),
        },
        **more,
    )


def test_validation_stands_beside_test_with_their_difference():
    (optimism,) = tables(validated(1.0))
    assert optimism.rows[0][:3] == ["reproduced", "cnn", 16]
    assert optimism.rows[0][3] == Estimate(1.0, 0.95, 1.05)
    assert optimism.rows[0][5].value == pytest.approx(0.2)
    assert len(optimism.rows) == 2


@pytest.mark.parametrize(
    ("value", "margin", "sentence"),
    [
        (1.0, 0.05, "is shown for cnn under reproduced; shown to stay below 0.05 for cnn under h"),
        (0.8, 0.01, "is shown to stay below 0.05 for cnn under reproduced and cnn under honest."),
        (0.84, 0.1, "for cnn under honest; neither shown nor ruled out for cnn under reproduced."),
    ],
)
def test_optimism_is_judged_by_the_interval_of_the_difference(value, margin, sentence):
    (optimism,) = tables(validated(value, margin))
    assert sentence in optimism.caption


def test_where_validation_is_the_test_part_nothing_is_said_of_optimism():
    part = summary(100, 90, cnn=about(0.8))
    found = validated(1.0)
    same = study_findings(arms={"from_test": arm(part, part), "honest": found.arms["honest"]})
    (optimism,) = tables(same)
    assert optimism.rows[0][5] == Estimate(None, reason="validation is the test part itself")
    assert "from_test" not in optimism.caption
    assert "shown to stay below 0.05 for cnn under honest." in optimism.caption


def test_patients_leaked_into_train_stand_beside_new_ones():
    parts = {
        "leaked": {"n": 5, "patients": 3, "metrics": {"sensitivity": estimate(0.9, 0.8, 0.95)}},
        "new": {"n": 0, "patients": 0, "metrics": {}},
    }
    _, leakage = tables(validated(1.0, leakage={"reproduced": {"cnn": parts}}))
    assert leakage.header[2:] == ["children in train too", "children in test alone"]
    assert leakage.rows == [
        ["cnn", "sensitivity", Estimate(0.9, 0.8, 0.95),
         Estimate(None, reason="no such film is in test")],
    ]  # fmt: skip
    assert "5 films of 3 children with other films in train" in leakage.caption


def test_excesses_read_together_have_wider_intervals():
    one = Estimate(0.1, 0.005, 0.195)
    assert excess_in_words({"a": one}) == "shown for a"
    assert (
        excess_in_words(dict.fromkeys("abc", one)) == "neither shown nor ruled out for a, b and c"
    )

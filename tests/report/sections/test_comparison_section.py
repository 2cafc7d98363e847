import pandas as pd
import pytest
from example_pairs import pair

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Metric
from pneumoscope.options import EvaluationOptions
from pneumoscope.report.blocks import Figure, Table
from pneumoscope.report.sections.comparison import comparison_section, headline

FIGURES = dict.fromkeys(("forest", "confusion", "roc"), b"png")
EVALUATION = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})


def row(architecture: str, split: str, auroc: float | None, margin: float | None = 0.01) -> dict:
    values = {metric.value: 0.5 for metric in Metric} | {"auroc": auroc}
    bounded = margin is not None and auroc is not None
    return {
        "architecture": architecture,
        "split": split,
        "n": 100,
        "patients": 100,
        "threshold": 0.4,
        **values,
        "auroc_low": auroc - margin if bounded else None,
        "auroc_high": auroc + margin if bounded else None,
        "protocol": "official",
        "replicate_of": architecture,
    }


def table(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(rows)


def section(comparison: pd.DataFrame, figures=FIGURES, pairs=()) -> list:
    return comparison_section(comparison, pairs, figures, EVALUATION, "phantoms").blocks


def captions(comparison: pd.DataFrame) -> dict[str, str]:
    figures = [block.caption for block in section(comparison) if isinstance(block, Figure)]
    return dict(zip(("forest", "roc", "confusion"), figures, strict=True))


def tables(comparison: pd.DataFrame) -> list[Table]:
    return [block for block in section(comparison, {}) if isinstance(block, Table)]


BOTH = table(row("mlp", "validation", 0.99), row("mlp", "test", 0.90), row("cnn", "test", 0.95))


@pytest.mark.parametrize(
    ("pairs", "conclusion"),
    [
        ([pair("mlp", "cnn", -0.05, -0.08, -0.02)],
         " It is shown to be better than mlp (by 0.050, 0.020 to 0.080)."),
        ([pair("mlp", "cnn", -0.05, -0.11, 0.01)],
         " Whether it differs from mlp cannot be told on this test."),
        ([], ""),
    ],
)  # fmt: skip
def test_the_headline_names_the_best_on_test_and_what_the_pairs_show(pairs, conclusion):
    told = headline(BOTH, pairs)
    assert told == f"cnn has the highest AUROC on test, 0.950 (0.940 to 0.960).{conclusion}"
    assert section(BOTH, pairs=pairs)[0].text == told


def test_the_headline_claims_nothing_it_cannot():
    assert headline(table(row("cnn", "test", 0.95)), []) == (
        "cnn reaches AUROC 0.950 (0.940 to 0.960) on test."
    )
    assert (
        headline(table(row("cnn", "test", None)), [])
        == "No architecture has a defined AUROC on test."
    )


def test_another_seed_does_not_lead():
    seed = {**row("mlp_2", "test", 0.99), "replicate_of": "mlp"}
    assert headline(table(*BOTH.to_dict("records"), seed), []).startswith("cnn has the highest")


def test_the_table_shows_test_with_intervals_and_reasons():
    undefined = {**row("mlp", "test", None), "auroc_reason": "one class only"}
    main = tables(table(row("cnn", "validation", 0.99), row("cnn", "test", 0.9), undefined))[0]
    assert [line[0] for line in main.rows] == ["cnn", "mlp"]
    assert main.rows[0][1] == Estimate(0.9, 0.89, 0.91)
    assert main.rows[1][1] == Estimate(None, reason="one class only")
    assert main.caption.endswith("Protocol: official.")


def test_the_largest_fall_from_validation_to_test_is_named():
    comparison = table(
        row("cnn", "validation", 0.99), row("cnn", "test", 0.95),
        {**row("mlp", "validation", 0.98), "specificity": 0.9}, row("mlp", "test", 0.9),
    )  # fmt: skip
    assert tables(comparison)[1].caption == (
        "The largest fall is in the specificity of mlp: 0.900 on validation, 0.500 on test."
    )


def test_no_fall_is_claimed_where_there_is_none():
    same = table(row("cnn", "validation", 0.9), row("cnn", "test", 0.9))
    assert tables(same)[1].caption == "No metric falls from validation to test."


def test_figures_are_captioned_with_errors_thresholds_and_spread():
    good = {**row("cnn", "test", 0.9), "sensitivity": 0.98, "specificity": 0.75}
    bad = {**row("mlp", "test", 0.8), "sensitivity": 0.95, "specificity": 0.25}
    found = captions(table(good, bad))
    assert "cnn misses 2.0% of PNEUMONIA and raises a false alarm for 25.0%" in found["confusion"]
    assert "Dots mark the locked threshold, 0.400. " in found["roc"]
    assert "differ most in specificity (0.250 to 0.750) and least in accuracy" in found["forest"]


def test_thresholds_that_differ_are_told_apart():
    lower = {**row("mlp", "test", 0.8), "threshold": 0.25}
    found = captions(table(row("cnn", "test", 0.9), lower))
    assert "Dots mark the locked thresholds: cnn at 0.400 and mlp at 0.250." in found["roc"]


def test_of_many_models_the_best_and_the_worst_are_named():
    shares = {"a": (0.9, 0.75), "b": (0.95, 0.5), "c": (0.8, 0.7), "d": (0.85, 0.25)}
    rows = [
        {**row(name, "test", 0.9), "sensitivity": found, "specificity": spared}
        for name, (found, spared) in shares.items()
    ]
    assert captions(table(*rows))["confusion"].startswith(
        "At the operating point, missed of PNEUMONIA are 5.0% by b at best, 20.0% by c at worst; "
        "falsely alarmed of NORMAL are 25.0% by a at best, 75.0% by d at worst."
    )

import pandas as pd
import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Metric
from pneumoscope.report.blocks import Figure, Table
from pneumoscope.report.sections.comparison import comparison_section, headline

FIGURES = dict.fromkeys(("forest", "confusion", "roc"), b"png")


def row(architecture: str, split: str, auroc: float | None, margin: float | None = 0.01) -> dict:
    values = {metric.value: 0.5 for metric in Metric} | {"auroc": auroc}
    bounded = margin is not None and auroc is not None
    return {
        "architecture": architecture,
        "split": split,
        "n": 100,
        "threshold": 0.4,
        **values,
        "auroc_low": auroc - margin if bounded else None,
        "auroc_high": auroc + margin if bounded else None,
        "protocol": "official",
    }


def table(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(rows)


def captions(comparison: pd.DataFrame) -> dict[str, str]:
    blocks = comparison_section(comparison, FIGURES).blocks
    figures = [block.caption for block in blocks if isinstance(block, Figure)]
    return dict(zip(("forest", "roc", "confusion"), figures, strict=True))


def tables(comparison: pd.DataFrame) -> list[Table]:
    return [b for b in comparison_section(comparison, {}).blocks if isinstance(b, Table)]


@pytest.mark.parametrize(
    ("second", "margin", "conclusion"),
    [
        (0.90, 0.01, "before mlp with 0.900 (0.890 to 0.910). Their intervals do not overlap."),
        (0.94, 0.01, "Their intervals overlap: this test set alone does not settle"),
        (0.90, None, "before mlp with 0.900. Without intervals, chance cannot be told"),
    ],
)
def test_the_headline_names_the_best_on_test_and_what_its_interval_allows(
    second, margin, conclusion
):
    comparison = table(
        row("mlp", "validation", 0.99), row("mlp", "test", second, margin), row("cnn", "test", 0.95)
    )
    assert headline(comparison).startswith("cnn has the highest AUROC on test, 0.950 (0.940 to")
    assert conclusion in headline(comparison)


def test_the_headline_claims_nothing_it_cannot():
    assert headline(table(row("cnn", "test", 0.95))) == (
        "cnn reaches AUROC 0.950 (0.940 to 0.960) on test."
    )
    assert (
        headline(table(row("cnn", "test", None))) == "No architecture has a defined AUROC on test."
    )


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

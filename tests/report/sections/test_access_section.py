import pandas as pd

from pneumoscope.report.blocks import Paragraph, Table
from pneumoscope.report.sections.access import access_section


def log(*points: tuple[str, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"when": f"2026-01-0{day}", "architecture": "cnn", "model": model, "rule": "youden",
             "threshold": t}
            for day, (model, t) in enumerate(points, start=1)
        ]
    )  # fmt: skip


def told(frame: pd.DataFrame) -> str:
    return next(b.text for b in access_section(frame).blocks if isinstance(b, Paragraph))


def test_evaluations_models_and_operating_points_are_counted():
    text = told(log(("a", 0.5), ("a", 0.7), ("b", 0.5)))
    assert "3 evaluations on test since 2026-01-01, of 2 different models at 3 operating" in text
    assert text.endswith("It records each model at each threshold once.")


def test_repetitions_are_told_apart_from_new_looks():
    assert told(log(("a", 0.5), ("a", 0.5))).endswith("1 evaluation repeated one that was there "
                                                      "already.")  # fmt: skip


def test_looks_at_altered_films_are_told_apart():
    altered = log(("a", 0.5)).assign(rule="youden, altered films")
    text = told(pd.concat([log(("a", 0.5)), altered]))
    assert "1 evaluation on test since" in text
    assert "It records each model at each threshold once." in text
    assert text.endswith("copies of the test films at a threshold locked before; nothing is chosen "
                         "by these.")  # fmt: skip


def test_the_latest_stand_first_with_short_fingerprints():
    (table,) = [b for b in access_section(log(("a", 0.5), ("b" * 64, 0.5))).blocks
                if isinstance(b, Table)]  # fmt: skip
    assert [row[2] for row in table.rows] == ["b" * 12, "a"]


def test_an_empty_log_is_said_to_be_one():
    empty = pd.DataFrame(columns=["when", "architecture", "model", "rule", "threshold", "n"])
    assert "No evaluation on test is on record" in told(empty)

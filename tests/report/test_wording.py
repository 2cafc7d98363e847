import pytest

from pneumoscope.report.wording import extremes, joined, metric_name, percent, rule_name


def test_words_are_joined_as_in_a_sentence():
    assert [joined(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip


def test_extremes_are_the_greatest_and_the_least():
    assert extremes({"a": 0.5, "b": 0.9, "c": 0.1, "d": 0.9}) == ("b", "c")


def test_metrics_are_written_as_in_running_text():
    names = ("auroc", "macro_f1", "average_precision", "brier")
    assert [metric_name(name) for name in names] == [
        "AUROC", "macro F1", "average precision", "Brier score",
    ]  # fmt: skip


def test_rules_are_told_in_words():
    assert rule_name("min_sensitivity 0.95") == "min sensitivity 0.95"
    assert rule_name("cost fn 5 fp 1 prevalence 0.2") == (
        "cost: a miss 5, a false alarm 1, prevalence 0.2"
    )


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.6875, "68.8%"), (0.0004, "0.04%"), (0.0, "0.0%"), (1.0, "100.0%"),
        (0.99996, "99.996%"), (1e-7, "0.00001%"),
    ],
)  # fmt: skip
def test_a_share_is_never_rounded_to_none_or_all(share, text):
    assert percent(share) == text

import pandas as pd
from example_metrics import model_metrics
from example_pairs import pair

from pneumoscope.evaluation.verdict import Verdict
from pneumoscope.report.standing import (
    older_members,
    ranked_on_test,
    standing,
    standing_in_words,
)

SHOWN = pair("mlp", "cnn", -0.05, -0.08, -0.02)
OPEN = pair("cnn", "vgg16", 0.01, -0.08, 0.10)
SMALL = pair("tree", "cnn", -0.01, -0.02, 0.01, verdict=Verdict.SMALL)
OTHERS = pair("mlp", "vgg16", -0.04, -0.09, 0.01)
ELSEWHERE = pair("mlp", "cnn", 0.05, 0.02, 0.08, metric="accuracy")
PAIRS = [SHOWN, OPEN, SMALL, OTHERS, ELSEWHERE]


def words(pairs, model="cnn"):
    return standing_in_words(standing(pairs, model, "auroc"))


def test_pairs_of_a_model_are_sorted_by_what_they_show():
    found = standing(PAIRS, "cnn", "auroc")
    assert [one.architecture_b for one in found.better] == ["mlp"]
    assert found.better[0].low == 0.02
    assert found.rivals == ["tree", "vgg16"]
    assert [one.architecture_b for one in standing(PAIRS, "mlp", "auroc").worse] == ["cnn"]


def test_each_outcome_has_its_words():
    assert words(PAIRS) == (
        "It is shown to be better than mlp (by 0.050, 0.020 to 0.080). From tree it differs by no "
        "more than 0.05. Whether it differs from vgg16 cannot be told on this test."
    )
    assert words([SHOWN], "mlp") == "It is shown to be worse than cnn (by 0.050, 0.020 to 0.080)."


def test_where_nothing_is_shown_nothing_is_claimed():
    assert words([OPEN]) == "Whether it differs from vgg16 cannot be told on this test."
    assert words([OTHERS]) == words([]) == ""


def test_many_models_are_counted():
    many = [pair("cnn", f"model {n}", 0.01, -0.08, 0.10) for n in range(4)]
    assert words(many) == "Whether it differs from 4 others cannot be told on this test."
    apart = [pair("cnn", f"model {n}", 0.05, 0.02, 0.10) for n in range(4)]
    assert words(apart) == "It is shown to be better than 4 others."


def test_models_are_ranked_on_test_by_the_first_seed_of_each_recipe():
    comparison = pd.DataFrame(
        {
            "architecture": ["cnn", "mlp", "mlp_2", "vgg16", "mlp"],
            "split": ["test"] * 4 + ["validation"],
            "replicate_of": ["cnn", "mlp", "mlp", "vgg16", "mlp"],
            "auroc": [0.9, 0.95, 0.99, None, 1.0],
        }
    )
    assert ranked_on_test(comparison, "auroc")["architecture"].tolist() == ["mlp", "cnn"]


def test_an_ensemble_of_older_members_is_named_and_only_such_a_one():
    one, other = {"fingerprint": "a" * 64}, {"fingerprint": "b" * 64}
    both = {"fingerprint": "c" * 64, "members": {"mlp": "a" * 64, "cnn": "b" * 64}}
    models = {"mlp": one, "cnn": other, "ensemble": both}
    current = {name: model_metrics(model=model) for name, model in models.items()}
    assert older_members(current) == []
    assert older_members({name: current[name] for name in ("mlp", "ensemble")}) == []
    retrained = {**current, "cnn": model_metrics(model={"fingerprint": "d" * 64})}
    (told,) = older_members(retrained)
    assert told.startswith("ensemble was measured with another cnn than stands beside it.")

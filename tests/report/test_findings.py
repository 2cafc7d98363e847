import math


def test_models_are_ranked_by_validation_not_by_test(run, context):
    assert context(run).found.ranking == ["cnn", "mlp"]


def test_models_without_a_rank_come_last_in_their_order(run, context):
    table = run.comparison
    table.loc[table["architecture"] == "cnn", "auroc"] = math.nan
    assert context(run).found.ranking == ["mlp", "cnn"]
    table["auroc"] = math.nan
    assert context(run).found.ranking == ["mlp", "cnn"]

import pandas as pd

from pneumoscope.arrays import evenly_spread, named


def test_positions_are_spread_evenly_over_each_class():
    labels = pd.Series(["NORMAL"] * 5 + ["PNEUMONIA"] * 2)
    assert evenly_spread(labels, 3) == {"NORMAL": [0, 2, 4], "PNEUMONIA": [5, 6]}
    assert evenly_spread(labels[:5], 1) == {"NORMAL": [0], "PNEUMONIA": []}


def test_a_prefix_gathers_what_a_node_was_given_by_name():
    given = {"scores_cnn": 1, "metrics_cnn": 2, "scores_mlp": 3}
    assert named("scores_", given) == {"cnn": 1, "mlp": 3}

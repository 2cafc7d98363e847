"""The log of a run tells what each pipeline took."""

import pytest
from run_profile import seconds_by_pipeline

LOG = """\
23:59:50 INFO    Using 2 threads
23:59:52 INFO    Completed node: list_radiographs
23:59:55 INFO    Completed node: mlp.choose_precision
23:59:55 INFO    Completed 2 out of 5 tasks
23:59:59 INFO    mlp: epoch 1/1 (training), loss 0.1
00:00:05 INFO    Completed node: mlp.train_model
00:00:06 INFO    Completed node: mlp.record_training
00:00:08 INFO    Completed node: mlp.score_test
00:00:09 INFO    Completed node: mean_of_both.average_test
"""


def test_seconds_go_to_the_pipeline_of_the_node_that_ends_even_past_midnight() -> None:
    assert seconds_by_pipeline(LOG, ["mlp", "cnn"]) == {
        "training": 11, "precision probes": 3, "evaluation": 3,
    }  # fmt: skip


def test_a_log_without_nodes_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a log with lines"):
        seconds_by_pipeline("nothing happened", ["mlp"])

"""`kedro tune` behind a run: tried, killed, gone on with, and told by the model's contract."""

import json
import shutil
import signal
import time

import pandas as pd
import pytest
from whole_runs import copy, finish, start, stop

pytestmark = pytest.mark.slow
pytest.importorskip("optuna", reason="the extra `tune` is not installed")

DATA = "--pipelines=fetch,ingestion,rebalancing,preprocessing"
TRIALS = 4
TUNE = ("--model=mlp", f"--trials={TRIALS}")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Results of all that comes before training, without a film of test."""
    results = tmp_path_factory.mktemp("tuning") / "results"
    finish(results, DATA)
    images = [path for path in results.glob("05_model_input/*") if path.name.startswith("test")]
    assert images
    for path in images:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return results


@pytest.fixture(scope="module")
def tuned(prepared):
    """The same with a search behind it that nothing stopped, and what was printed."""
    results = prepared.with_name("tuned")
    copy(prepared, results)
    return results, finish(results, *TUNE, command="tune")


def table(results):
    return pd.read_csv(results / "08_reporting/tuning/mlp.csv")


def studies(results):
    return sorted((results / "06_tuning/mlp").glob("*.json"))


def test_as_many_recipes_are_tried_as_asked_for_and_none_sees_test(tuned):
    results, printed = tuned
    found = table(results)
    assert list(found["trial"]) == [1, 2, 3, 4]
    first = found.iloc[0]
    assert (first["fitting.learning_rate"], first["model.dropout"]) == (0.0003, 0.3)
    whole = found[found["ending"] == "complete"]
    assert (whole["auroc_low"] <= whole["auroc"]).all()
    assert (whole["auroc"] <= whole["auroc_high"]).all()
    assert f"mlp: trial {TRIALS} of {TRIALS}" in printed
    assert f"mlp: {TRIALS} recipes were tried; the largest AUROC on " in printed
    assert not (results / "08_reporting/test_access_log.csv").exists()


def test_a_search_that_was_killed_ends_with_the_same_trials(prepared, tuned):
    results = prepared.with_name("killed")
    copy(prepared, results)
    process = start(results, *TUNE, command="tune")
    while process.poll() is None and f"trial 2 of {TRIALS}, " not in process.log.read_text():
        time.sleep(0.05)
    assert stop(process, signal.SIGKILL)
    printed = finish(results, *TUNE, command="tune")
    assert "mlp: goes on after " in printed
    pd.testing.assert_frame_equal(table(results), table(tuned[0]))
    assert [one.read_bytes() for one in studies(results)] == [
        one.read_bytes() for one in studies(tuned[0])
    ]


def test_a_model_says_how_many_recipes_were_tried_before_it(prepared, tuned):
    results = prepared.with_name("trained")
    copy(tuned[0], results)
    finish(results, "--pipelines=training")
    records = {
        name: json.loads(next(results.glob(f"06_models/{name}/training.json/*/*")).read_text())
        for name in ("mlp", "cnn")
    }
    assert records["mlp"]["tuning"]["trials"] == TRIALS
    assert records["cnn"]["tuning"] is None


def test_a_study_of_other_options_begins_anew_and_says_so(prepared, tuned):
    results = prepared.with_name("changed")
    copy(tuned[0], results)
    changed = "--params=mlp.fitting.epochs=1"
    printed = finish(results, "--model=mlp", "--trials=2", changed, command="tune")
    assert f"a study of its own, since it differs from that of {TRIALS} trials in: fitting" in (
        " ".join(printed.split())
    )
    assert len(studies(results)) == 2
    assert list(table(results)["epochs"]) == [1, 1]

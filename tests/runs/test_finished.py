"""A folder of results read back, and what is refused."""

import pytest
from example_runs import GOOD, POOR, rows, save, write_run

from pneumoscope.errors import InputError
from pneumoscope.evaluation.records import ScoredBy
from pneumoscope.runs.finished import read_run


@pytest.fixture
def folder(tmp_path):
    return write_run(
        tmp_path / "run", {"mlp": ("1" * 64, rows(POOR)), "cnn": ("2" * 64, rows(GOOD))}
    )


def refused(folder):
    with pytest.raises(InputError) as error:
        read_run(folder)
    return error.value


def test_a_run_is_read_with_the_content_of_its_films(folder):
    run = read_run(folder)
    assert list(run.models) == ["mlp", "cnn"]
    assert run.models["cnn"].metrics.model.fingerprint == "2" * 64
    assert run.models["cnn"].test["sha256"].tolist() == rows(GOOD)["sha256"].tolist()
    assert run.models["cnn"].contract is None
    assert run.record is None


def test_validation_is_left_out(tmp_path):
    table = rows(GOOD)
    table.loc[:2, "split"] = "validation"
    folder = write_run(tmp_path / "run", {"cnn": ("2" * 64, table)})
    assert len(read_run(folder).models["cnn"].test) == 5


def test_what_is_no_finished_run_is_refused(tmp_path, folder):
    assert refused(tmp_path / "nowhere").received == "no such folder"
    (tmp_path / "empty").mkdir()
    assert refused(tmp_path / "empty").received.endswith("08_reporting/comparison.csv'")
    (folder / "02_intermediate/manifest.parquet").unlink()
    assert refused(folder).received.endswith("02_intermediate/manifest.parquet'")


def test_scores_of_other_weights_than_were_measured_are_refused(folder):
    save(folder / "07_model_output/cnn/scored_by.json", ScoredBy("3" * 64))
    assert "other weights" in refused(folder).received


def test_films_that_the_manifest_lacks_are_counted(folder):
    manifest = rows(GOOD)[["radiograph_id", "sha256"]].iloc[2:]
    manifest.to_parquet(folder / "02_intermediate/manifest.parquet")
    assert refused(folder).received == "2 of 8 that it lacks"


def test_models_that_scored_different_films_are_refused(folder):
    rows(GOOD[:6], [0, 0, 0, 0, 1, 1]).to_parquet(folder / "07_model_output/cnn/scores.parquet")
    assert refused(folder).received.startswith("others of cnn than of mlp")

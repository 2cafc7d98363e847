"""One film after another by an exported model: as the pipeline predicts, without what it loads."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from example_exports import INGESTION, ZONE, evaluated, exported, folder_of_films, small
from example_predictors import EXPLANATION

from pneumoscope.datasets.decoded_radiographs import DecodedRadiographsDataset
from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.errors import InputError
from pneumoscope.inference.command import main
from pneumoscope.inference.exported import ExportedModel
from pneumoscope.inference.files import predict_files
from pneumoscope.inference.keras_scorer import KerasScorer
from pneumoscope.inference.predictions import COLUMNS, as_table, locked_by
from pneumoscope.inference.predictor import Predictor
from pneumoscope.ingestion.patient_key import PatientKey
from pneumoscope.models.contract import ensemble_contract
from pneumoscope.options import InferenceOptions
from pneumoscope.pipelines.inference import nodes

pytest.importorskip("tf2onnx", reason="needs the extra `export`")
pytest.importorskip("onnxruntime", reason="needs the extra `export`")

__all__ = ["evaluated", "exported", "folder_of_films", "small"]


@pytest.fixture(scope="module")
def model(exported) -> Predictor:
    return Predictor.of_export(ExportedModel.load(exported[1] / "model.onnx"))


@pytest.fixture(scope="module")
def files(folder_of_films):
    return RadiographFolderDataset(str(folder_of_films)).load()


@pytest.fixture(scope="module")
def by_pipeline(exported, files, tmp_path_factory) -> pd.DataFrame:
    films, _ = exported
    key = tmp_path_factory.mktemp("key") / "patient_key"
    dataset = DecodedRadiographsDataset(str(tmp_path_factory.mktemp("decoded") / "films"))
    dataset.save(nodes.scan_new_radiographs(files, INGESTION, PatientKey(key), None))
    options = InferenceOptions.model_validate({"grey_zone": ZONE})
    predictor = Predictor(
        scorer=KerasScorer(films.models, films.preprocessing, EXPLANATION, 1),
        contract=ensemble_contract("cnn", films.metrics, films.contracted),
        locked=locked_by("cnn", films.metrics, options),
        decoding=INGESTION,
        synthetic=False,
    )
    scored = nodes.score_new_radiographs(dataset.load(), predictor)
    return nodes.write_predictions(scored, predictor, films.metrics)


def test_the_table_is_that_of_the_pipeline(model, files, by_pipeline):
    found = as_table(predict_files(model, files))
    assert list(found) == COLUMNS == list(by_pipeline)
    close = ["score", "probability", "out_of_distribution_distance"]
    pd.testing.assert_frame_equal(found[close], by_pipeline[close], atol=5e-3, rtol=0)
    pd.testing.assert_frame_equal(found.drop(columns=close), by_pipeline.drop(columns=close))
    by_path = found.set_index("path")
    assert "synthetic phantom" in by_path.loc["phantom.jpeg", "notice"]
    assert "synthetic" not in by_path.loc["0.png", "notice"]
    assert by_path["reason"].ne("").sum() == 2
    assert set(by_path["prediction"].dropna()) == {"NORMAL", "PNEUMONIA"}
    flagged = by_path["out_of_distribution"].dropna().astype(bool)
    assert set(flagged) == {True, False}
    assert by_path.loc[flagged[flagged].index, "probability"].isna().all()
    assert by_path.loc[flagged[~flagged].index, "probability"].notna().all()


def test_a_prevalence_changes_the_probability_and_nothing_else(model, files):
    usual = as_table(predict_files(model, files))
    rare = as_table(predict_files(model, files, prevalence=0.01))
    assert rare["probability"].notna().any()
    assert (rare["probability"].dropna() < usual["probability"].dropna()).all()
    assert set(rare["prevalence"]) == {0.01}
    changed = ["probability", "prevalence"]
    pd.testing.assert_frame_equal(usual.drop(columns=changed), rare.drop(columns=changed))


def test_a_film_scores_alike_alone_and_among_others(exported):
    model, films = ExportedModel.load(exported[1] / "model.onnx"), exported[0].decoded.values()
    together = model.score(list(films))
    assert len(set(together.scores.tolist())) == len(films)
    for place, film in enumerate(films):
        alone = model.score([film])
        assert alone.scores.tobytes() == together.scores[place : place + 1].tobytes()
        assert alone.features.tobytes() == together.features[place : place + 1].tobytes()
        np.testing.assert_array_equal(alone.images[0], together.images[place])


def test_what_is_no_exported_model_is_told(tmp_path, exported):
    import onnx

    with pytest.raises(InputError, match="no such file"):
        ExportedModel.load(tmp_path / "none.onnx")
    with pytest.raises(InputError, match="received a folder"):
        ExportedModel.load(tmp_path)
    (tmp_path / "text.onnx").write_text("no model")
    with pytest.raises(InputError, match="a file that onnxruntime does not load"):
        ExportedModel.load(tmp_path / "text.onnx")
    bare = onnx.load(exported[1] / "model.onnx")
    del bare.metadata_props[:]
    onnx.save(bare, tmp_path / "bare.onnx")
    with pytest.raises(InputError, match="received a model without one"):
        ExportedModel.load(tmp_path / "bare.onnx")


def test_the_command_prints_a_line_a_film(exported, folder_of_films, capsys):
    films, bundle = exported
    given = [str(folder_of_films), "--model", str(bundle / "model.onnx")]
    assert main([*given, "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [list(row) for row in rows] == [[str(name) for name in COLUMNS]] * len(rows)
    by_name = {row["path"].rsplit("/", 1)[1]: row for row in rows}
    assert by_name["empty.png"]["score"] is None
    assert by_name["0.png"]["score"] == pytest.approx(films.scores[0], abs=5e-3)
    assert main(given) == 0
    told = capsys.readouterr().out
    assert "empty.png: not read: the file is empty (0 bytes)" in told
    assert told.count("a human should look first") == sum(r["grey_zone"] or 0 for r in rows)
    assert told.count("a human should look first") > 0
    assert told.rstrip().endswith("Not for diagnosis.")
    unlike = sum(row["out_of_distribution"] or 0 for row in rows)
    assert told.count("unlike those of train: ") == unlike > 0
    assert f"{unlike} of {len(rows) - 2} films are unlike those that the model was trained" in told


def test_the_only_exported_model_is_found_and_two_are_told(
    exported, folder_of_films, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("RESULTS", str(tmp_path))
    film = str(folder_of_films / "0.png")
    assert main([film]) == 2
    assert "received: none" in capsys.readouterr().err.lower()
    for number, name in enumerate(["a", "b"], start=1):
        place = tmp_path / "06_models" / name / "exchange"
        place.mkdir(parents=True)
        shutil.copy(exported[1] / "model.onnx", place)
        assert main([film]) == (0 if number == 1 else 2)
    assert "2 of them" in capsys.readouterr().err
    assert main([film, "--model", "b"]) == 0


def test_ctrl_c_ends_it_without_a_traceback(exported, folder_of_films, monkeypatch, capsys):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(ExportedModel, "score", stop)
    given = ["--model", str(exported[1] / "model.onnx")]
    assert main([str(folder_of_films / "0.png"), *given]) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_nothing_predicted_is_no_success(exported, folder_of_films):
    given = ["--model", str(exported[1] / "model.onnx")]
    assert main([str(folder_of_films / "empty.png"), *given]) == 2
    assert main([str(folder_of_films / "empty.png"), str(folder_of_films / "0.png"), *given]) == 0


def test_a_name_that_breaks_lines_stays_on_its_own(exported, folder_of_films, tmp_path, capsys):
    film = tmp_path / "a\nb\x1b[31m.png"
    shutil.copy(folder_of_films / "5.png", film)
    given = ["--model", str(exported[1] / "model.onnx"), "--prevalence", "0.0004"]
    for named in (film, tmp_path):
        assert main([str(named), *given]) == 0
        (line,) = [one for one in capsys.readouterr().out.splitlines() if "score" in one]
        assert line.startswith(f"{tmp_path}/a\\x0ab\\x1b[31m.png: ")
        assert "where 0.04% have PNEUMONIA" in line


@pytest.mark.parametrize(
    "arguments", [["none.png"], [".", "--prevalence", "1.5"], [".", "--prevalence", "x"], []]
)
def test_what_is_asked_wrongly_is_told_without_a_traceback(
    exported, arguments, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    try:
        code = main([*arguments, "--model", str(exported[1] / "model.onnx")])
    except SystemExit as error:  # argparse
        code = error.code
    assert code == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "_share" not in said


def test_a_dicom_is_read_and_in_a_folder_its_name_is_not_told(exported, tmp_path, capsys):
    pytest.importorskip("pydicom", reason="needs the extra `dicom`")
    from dicom_files import chest, film

    (tmp_path / "ward").mkdir()
    place = tmp_path / "ward" / "Doe_Jane_19700101.dcm"
    place.write_bytes(film(chest(size=(60, 80))))
    given = ["--model", str(exported[1] / "model.onnx"), "--json"]
    assert main([str(place), *given]) == 0
    named = json.loads(capsys.readouterr().out)
    assert main([str(tmp_path), *given]) == 0
    listed = capsys.readouterr().out
    assert "Doe" not in listed
    assert json.loads(listed)["path"] == f"{named['sha256'][:16]}.dcm"
    assert named["path"] == str(place)
    assert json.loads(listed)["score"] == named["score"] is not None


def test_neither_tensorflow_nor_kedro_is_loaded_for_a_film(exported, folder_of_films):
    code = (
        "import sys\nfrom pneumoscope.inference.command import main\n"
        "assert main(sys.argv[1:]) == 0\n"
        "print([name for name in ('tensorflow', 'keras', 'kedro', 'onnx', 'matplotlib', 'sklearn')"
        " if name in sys.modules])"
    )
    film = [str(folder_of_films / "0.png"), "--model", str(exported[1] / "model.onnx")]
    done = subprocess.run(
        [sys.executable, "-c", code, *film], capture_output=True, text=True, check=True,
        env=os.environ,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"
    assert np.isfinite(float(done.stdout.split("score ")[1].split(";")[0]))

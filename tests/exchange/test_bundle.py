"""A bundle runs with onnxruntime, numpy and Pillow alone: a fresh environment shows it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from kedro.io import DatasetError
from PIL import Image

from pneumoscope.datasets.files import FilesDataset

pytest.importorskip("tf2onnx", reason="needs the extra `export`")
pytest.importorskip("onnxruntime", reason="needs the extra `export`")


def run(python: str, bundle: Path, *films: Path) -> subprocess.CompletedProcess:
    # Neither the project's sources nor a user's packages are found by chance, and nothing is left.
    command = [python, "-E", "-s", "-B", str(bundle / "example.py"), *map(str, films)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def lines(done: subprocess.CompletedProcess) -> list[dict]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_films(python: str, exported, folder_of_films) -> None:
    films, bundle = exported
    names = list(films.decoded)
    done = run(python, bundle, *(folder_of_films / name for name in names))
    found = lines(done)
    assert [line["score"] for line in found] == pytest.approx(films.scores.tolist(), abs=5e-3)
    called = ["PNEUMONIA" if score >= films.threshold else "NORMAL" for score in films.scores]
    assert [line["prediction"] for line in found] == called
    assert set(called) == {"NORMAL", "PNEUMONIA"}
    distances = [line["out_of_distribution_distance"] for line in found]
    assert distances == pytest.approx(films.distance.tolist(), abs=0.1)
    assert [line["out_of_distribution"] for line in found] == [
        distance > films.limits.threshold for distance in films.distance
    ]
    near = [abs(score - films.threshold) < 0.01 for score in films.scores]
    assert [line["grey_zone"] for line in found] == near
    assert "Not for diagnosis." in done.stderr


def test_the_example_predicts_as_was_evaluated(exported, folder_of_films):
    check_films(sys.executable, exported, folder_of_films)


def test_the_example_reads_colours_and_refuses_what_it_would_misread(
    exported, folder_of_films, tmp_path
):
    films, bundle = exported
    (colour,) = lines(run(sys.executable, bundle, folder_of_films / "colour.jpeg"))
    assert colour["score"] == pytest.approx(films.scores[1], abs=0.05)
    deep = tmp_path / "deep.png"
    Image.fromarray(np.full((60, 60), 1000, dtype=np.uint16)).save(deep)
    refused = run(sys.executable, bundle, deep)
    assert refused.returncode != 0
    assert "expected 8 bits a sample" in refused.stderr


def test_the_example_gives_the_probabilities_of_the_project(exported, folder_of_films):
    from pneumoscope.evaluation.calibration.recalibration import recalibrate
    from pneumoscope.inference.exported import ExportedModel

    _, bundle = exported
    line = ExportedModel.load(bundle / "model.onnx").contract.export.probability
    found, *_ = (
        line for line in lines(run(sys.executable, bundle, *folder_of_films.glob("[0-6].png")))
        if not line["out_of_distribution"]
    )  # fmt: skip
    expected = recalibrate([found["score"]], line.slope, line.intercept)[0]
    assert found["probability"] == pytest.approx(expected)
    assert found["probability"] != pytest.approx(found["score"])


def test_the_example_tells_films_unlike_train_as_the_project_does(exported, folder_of_films):
    from pneumoscope.inference.finished_run import predictor_of_file

    films, bundle = exported
    paths = [folder_of_films / name for name in films.decoded]
    predictor = predictor_of_file(bundle / "model.onnx")
    read = [predictor.read(path.name, path.read_bytes) for path in paths]
    found = lines(run(sys.executable, bundle, *paths))
    kept = ("prediction", "grey_zone", "out_of_distribution")
    close = ("score", "out_of_distribution_p", "out_of_distribution_distance")
    for ours, theirs in zip(predictor.predict(read), found, strict=True):
        assert {name: theirs[name] for name in kept} == {name: getattr(ours, name) for name in kept}
        # OpenCV sums the layout in another order, and a distance may lie near 0.
        expected = [getattr(ours, name) for name in close]
        assert [theirs[name] for name in close] == pytest.approx(expected, abs=1e-5)
        assert theirs["probability"] == (ours.probability and pytest.approx(ours.probability))
        assert bool(theirs["unlike_by"]) == ours.out_of_distribution
    assert {line["out_of_distribution"] for line in found} == {True, False}


def test_the_bundle_holds_what_its_readme_names_and_the_example_is_short(exported):
    _, bundle = exported
    files = {path.name for path in bundle.iterdir()}
    assert files == {
        "README.md", "card.md", "contract.json", "example.py", "model.onnx", "outside.py",
        "requirements.txt",
    }  # fmt: skip
    readme = (bundle / "README.md").read_text()
    assert all(name in readme for name in files - {"README.md"})
    assert "Code: MIT." in readme
    assert "Not for diagnosis" in readme
    assert len((bundle / "example.py").read_text().splitlines()) <= 60
    needed = {line.split(">")[0] for line in (bundle / "requirements.txt").read_text().split()}
    assert needed == {"onnxruntime", "numpy", "pillow"}


def test_a_bundle_that_is_not_there_is_told(tmp_path):
    with pytest.raises(DatasetError, match=r"a folder of files at .*received none"):
        FilesDataset(str(tmp_path / "none")).load()


def test_the_maker_of_the_runtime_is_told_of_no_model(exported, folder_of_films, tmp_path):
    bundle, film = exported[1], str(folder_of_films / "0.png")
    model = str(bundle / "model.onnx")
    plain = f"import onnxruntime; onnxruntime.InferenceSession({model!r})"
    commands = {
        "plain": ["-c", plain],
        "example": [str(bundle / "example.py"), film],
        "project": ["-m", "pneumoscope", "predict", film, "--model", model],
    }
    kept = {
        name: value for name, value in os.environ.items()
        if name not in ("ORT_DISABLE_TELEMETRY", "CI") and not name.startswith("XDG_")
    }  # fmt: skip
    left = {}
    for name, command in commands.items():
        home = tmp_path / name
        home.mkdir()
        subprocess.run(
            [sys.executable, "-B", *command], env={**kept, "HOME": str(home)}, check=True,
            capture_output=True,
        )  # fmt: skip
        # Whoever is told of is given a number first.
        left[name] = [path.name for path in home.rglob("*") if "deviceid" in path.name.lower()]
    if not left.pop("plain"):
        pytest.skip("this onnxruntime gives no number to a machine")
    assert left == {"example": [], "project": []}


@pytest.mark.slow
def test_a_fresh_environment_with_three_packages_suffices(exported, folder_of_films, tmp_path):
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not here to make a fresh environment")
    venv, bundle = tmp_path / "venv", exported[1]
    subprocess.run([uv, "venv", "--python", sys.executable, str(venv)], check=True)
    python = str(venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
    requirements = str(bundle / "requirements.txt")
    done = subprocess.run(
        [uv, "pip", "install", "--python", python, "-r", requirements],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"no package registry: {done.stderr[-200:]}")
    for absent in ("pneumoscope", "tensorflow", "kedro"):
        code = [python, "-I", "-c", f"import {absent}"]
        assert subprocess.run(code, capture_output=True, check=False).returncode != 0
    check_films(python, exported, folder_of_films)

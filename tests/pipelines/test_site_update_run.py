"""An update at a site in whole runs: measured, locked, and applied where it is named alone."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import requests
from served import started
from whole_runs import KEDRO, PROJECT, finish

from pneumoscope.options import PhantomOptions
from pneumoscope.phantoms.collection import make_phantoms

pytestmark = pytest.mark.slow

for part in ("tf2onnx", "onnxruntime", "fastapi", "uvicorn"):
    pytest.importorskip(part, reason="needs the extras `export` and `serve`")


def predicted(results: Path, films: Path, *more: str) -> pd.DataFrame:
    """Predict a folder of films by the exported model."""
    command = [sys.executable, "-m", "pneumoscope", "predict", str(films), "--json", *more]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=films.parent,
        env={**os.environ, "RESULTS": str(results)},
    )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return pd.DataFrame([row for row in rows if not row["reason"]]).set_index("sha256")


def draw(folder: Path) -> Path:
    """Draw films of children that no run has seen."""
    folder.mkdir()
    plan = PhantomOptions.model_validate(
        {"patients": 200, "test_share": 0.3, "shorter_side": [96, 128]}
    )
    drawn = make_phantoms(plan, 99).items()
    # Each once: films are told apart by their hashes.
    films = dict.fromkeys(film() for path, film in drawn if path.endswith(".jpeg"))
    for number, film in enumerate(films):
        (folder / f"{number}.jpeg").write_bytes(film)
    return folder


def sort_into_classes(scored: pd.DataFrame, films: Path, site: Path) -> None:
    """Sort films as a site where scores mean something else: the highest fifth is ill.

    One film in eight has the other class, so that scores do not tell all.
    """
    ranked = scored.sort_values("score")["path"]
    for place, path in enumerate(ranked):
        ill = (place >= 0.8 * len(ranked)) != (place % 8 == 0)
        folder = site / ("PNEUMONIA" if ill else "NORMAL")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(films.parent / path, folder / f"child{place}.jpeg")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    results = tmp_path_factory.mktemp("run") / "results"
    finish(results)
    exported(results)
    return results


def exported(results: Path, *more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [KEDRO, "export", "--env", "smoke", "--model", "cnn", *more],
        capture_output=True, text=True, check=False, cwd=PROJECT,
        env={**os.environ, "RESULTS": str(results)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    return draw(tmp_path_factory.mktemp("drawn") / "films")


@pytest.fixture(scope="module")
def update(results, films, tmp_path_factory):
    """Measure the site; give what was locked of it."""
    site = tmp_path_factory.mktemp("site") / "clinic"
    sort_into_classes(predicted(results, films), films, site)
    finish(results, "--pipelines=external", "--params", f"external.clinic={site}")
    (file,) = results.glob("06_models/cnn/site_updates/clinic.json/*/clinic.json")
    found = json.loads(file.read_text())
    assert found["refused"] is None, found["refused"]
    return found


def test_films_are_read_by_the_update_where_it_is_named_and_say_so(results, films, update):
    without = predicted(results, films)
    updated = predicted(results, films, "--site", "clinic")
    threshold = update["reading"]["operating_point"]["threshold"]
    assert set(updated["threshold"]) == {threshold}
    assert set(without["threshold"]) != {threshold}
    assert (updated["score"] == without["score"]).all()
    assert (updated["prediction"] == "PNEUMONIA").equals(updated["score"] >= threshold)
    assert (updated["prediction"] != without["prediction"]).any()
    assert updated["notice"].str.contains("Read by the update clinic@").all()
    assert not without["notice"].str.contains("update").any()


def test_the_inference_and_the_service_give_the_same_rows(results, films, update, tmp_path):  # noqa: ARG001
    expected = predicted(results, films, "--site", "clinic")
    table = tmp_path / "predictions.csv"
    params = f"films={films},predictions={table},inference.site=clinic"
    finish(results, "--pipelines=inference", "--params", params)
    rows = pd.read_csv(table).set_index("sha256").loc[expected.index]
    audit = tmp_path / "served.jsonl"
    given = ("--results", str(results), "--model", "cnn", "--site", "clinic", "--audit", str(audit))
    with started(*given) as served:
        some = expected.iloc[:20]
        form = [("films", (films.parent / path).read_bytes()) for path in some["path"]]
        answer = requests.post(f"{served.url}/v1/predict", files=form, timeout=120).json()
        (model,) = requests.get(f"{served.url}/v1/models", timeout=60).json()["models"]
        assert served.stop() == 0
    for found in (rows, pd.DataFrame(answer["films"]).set_index("sha256")):
        same = expected.loc[found.index]
        for name in ("score", "probability", "threshold", "zone_low", "zone_high", "prevalence"):
            assert found[name].to_numpy(float) == pytest.approx(
                same[name].to_numpy(float), abs=1e-6, nan_ok=True
            )
        assert found["prediction"].equals(same["prediction"])
        assert found["notice"].str.contains("Read by the update clinic@").all()
    assert model["update"].startswith("Read by the update clinic@")
    lines = [json.loads(line) for line in audit.read_text().splitlines()]
    assert len(lines) == 20
    assert {line["update"] for line in lines} == {model["update"]}


def test_an_update_does_not_travel_in_an_export(results, update):
    file = results / "06_models/cnn/exchange/contract.json"
    before = file.read_bytes()
    refused = exported(results, "--params", "inference.site=clinic")
    assert refused.returncode != 0
    assert "the update at clinic (inference.site)" in refused.stderr + refused.stdout
    assert file.read_bytes() == before
    locked = json.loads(before)["operating_point"]["threshold"]
    assert locked != update["reading"]["operating_point"]["threshold"]

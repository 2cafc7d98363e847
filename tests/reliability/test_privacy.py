"""Nothing that identifies a patient in DICOM films stands in anything that a run writes."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from whole_runs import finish

pytest.importorskip("pydicom", reason="the extra dicom is not installed")
pytest.importorskip("imagecodecs", reason="the extra dicom is not installed")

from dicom_collection import as_dicom, export, identifying, odd_files

pytestmark = pytest.mark.slow
KEY = {"PNEUMOSCOPE_PATIENT_KEY": "a secret of the site, for tests"}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], str]:
    """Run everything on a hospital's export, then predict one film more."""
    folder = tmp_path_factory.mktemp("site")
    films, results = folder / "films", folder / "results"
    children = export(films)
    list(odd_files(films, children[0]))
    printed = finish(
        results, "--params", "split.policy=official,ingestion.max_quarantined=0.2",
        RADIOGRAPHS=str(films), **KEY,
    )  # fmt: skip
    new = folder / "new"
    (new / "ward").mkdir(parents=True)
    from PIL import Image

    Image.new("L", (120, 100), 128).save(folder / "flat.jpeg")
    data = as_dicom((folder / "flat.jpeg").read_bytes(), "1.2.840.10008.1.2", children[1], 1)
    for name in identifying(children[1]):
        (new / "ward" / f"{name.replace('/', '_')[:100]}.dcm").write_bytes(data)
    printed += finish(results, "--pipelines=inference", FILMS=str(new), **KEY)
    return results, children, printed


def written(results: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(results.rglob("*")):
        yield f"the name of {path.name}", str(path.relative_to(results)).encode()
        if path.is_file():
            yield str(path.relative_to(results)), path.read_bytes()


def test_no_output_holds_an_identifying_value(ran):
    results, children, printed = ran
    values = {value for child in set(children) for value in identifying(child)}
    assert len(values) > 300
    outputs = [("the log", printed.encode()), *written(results), *_tables(results)]
    assert len(outputs) > 60
    for name, content in outputs:
        held = [value for value in values if value.encode() in content]
        assert not held, f"{name} holds {held[:3]}"


def _tables(results: Path) -> Iterator[tuple[str, bytes]]:
    """Yield tables as text: compressed as they are stored, a value in them hides."""
    for path in sorted(results.rglob("*.parquet")):
        yield f"{path.name}, read", pd.read_parquet(path).to_csv().encode()


def test_films_are_known_by_patient_and_what_is_recorded(ran):
    results, children, _ = ran
    manifest = pd.read_parquet(results / "02_intermediate/manifest.parquet")
    assert manifest["patient_id"].nunique() == len(set(children))
    assert manifest["patient_id"].str.startswith("patient-").all()
    assert set(manifest["sex"]) == {"female", "male"}
    assert set(manifest["view"]) == {"AP"}
    assert manifest["age"].between(1, 5).all()
    assert set(manifest["site"]) == {"Clinic of the North"}
    assert set(manifest["subtype"]) >= {"normal"}
    report = (results / "08_reporting/report.html").read_text()
    assert "Borealis" in report


def test_no_film_with_a_burnt_in_name_is_explained(ran):
    results, _, _ = ran
    manifest = pd.read_parquet(results / "02_intermediate/manifest.parquet")
    hidden = manifest["warning"].str.contains("burnt-in")
    assert 10 < hidden.sum() < len(manifest)
    explained = list((results / "08_reporting").rglob("explanations*.json"))
    assert explained
    for file in explained:
        assert not [one for one in manifest.loc[hidden, "radiograph_id"] if one in file.read_text()]


def test_every_odd_file_is_in_quarantine_with_its_reason(ran):
    results, _, _ = ran
    quarantine = pd.read_csv(results / "02_intermediate/quarantine.csv")
    assert len(quarantine) == 4
    told = " ".join(quarantine["reason"])
    assert "a CT slice" in told
    assert "cut short" in told
    assert "PDF" in told


def test_a_prediction_is_found_by_the_hash_of_its_file(ran):
    results, _, _ = ran
    (predictions,) = (results / "07_model_output").glob("predictions*.csv")
    table = pd.read_csv(predictions)
    assert table["path"].str.fullmatch(r"[0-9a-f]{16}/[0-9a-f]{16}\.dcm").all()
    assert set(table["sha256"]) == {table["sha256"][0]}
    assert table["prediction"].notna().all()

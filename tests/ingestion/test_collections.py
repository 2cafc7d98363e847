"""Every preset on a small collection in the true layout: what is kept, left out and refused."""

from collections import Counter

import collections_made as made
import pandas as pd
import pytest
from pydantic import TypeAdapter

from pneumoscope.ingestion.audit import audit
from pneumoscope.ingestion.checks import check_complete
from pneumoscope.ingestion.manifest import sort_out
from pneumoscope.ingestion.recognition import recognise
from pneumoscope.ingestion.scan import ScannedFile, scan
from pneumoscope.ingestion.similarity import SIMILAR_COLUMNS
from pneumoscope.naming import Column
from pneumoscope.options import CollectionOptions


@pytest.fixture(scope="session")
def known(collections) -> dict[str, CollectionOptions]:
    return collections


@pytest.fixture(scope="session")
def read(ingestion_options, known):
    """Recognise, scan, sort and audit a collection; give manifest, quarantine and audit."""

    def read(files, beside=(), collections=known, **changes):
        options = ingestion_options.model_copy(update=changes)
        layout = recognise(files, dict(beside), options, collections)
        found = [
            {k: v for k, v in vars(file).items() if k != "pixels"}
            for file in scan(files, options, layout=layout)
        ]
        scanned = pd.DataFrame(found, columns=[f for f in vars(ScannedFile("")) if f != "pixels"])
        ingested = sort_out(scanned, options, layout)
        check_complete(scanned, ingested)
        told = audit(ingested, scanned, pd.DataFrame(columns=SIMILAR_COLUMNS), layout, 0.7)
        assert told.files == len(files)
        return ingested.manifest.set_index(Column.PATH), ingested.quarantine, told

    return read


def kept(manifest, *columns):
    names = [path.rpartition("/")[2] for path in manifest.index]
    rows = manifest[list(columns)].astype(object).where(manifest[list(columns)].notna(), None)
    return dict(zip(names, map(tuple, rows.itertuples(index=False)), strict=True))


def left_out(told):
    return {row.reason: row.n for row in told.left_out}


def test_nih(read):
    manifest, quarantine, told = read(made.nih())
    assert told.layout == "nih"
    assert kept(manifest, "label", "source_split", "age", "sex", "view") == {
        "00000001_000.png": ("PNEUMONIA", "train", 58, "male", "PA"),
        "00000001_001.png": ("NORMAL", "train", 59, "male", "AP"),
        "00000002_000.png": ("NORMAL", "train", 81, "female", "PA"),
        "00000004_000.png": ("PNEUMONIA", "test", None, "female", "AP"),  # 413 years are no age
    }
    assert left_out(told) == {"label 'Effusion'": 1, "several labels of no class": 1}
    assert len(quarantine) == 0
    patients = manifest["patient_id"].tolist()
    assert patients[0] == patients[1]
    assert len(set(patients)) == 3
    assert told.patients.without_pattern == 0
    assert told.litter == 4


def test_chexpert(read):
    manifest, quarantine, told = read(made.chexpert())
    assert told.layout == "chexpert"
    columns = ("label", "source_split", "age", "sex", "view")
    found = kept(manifest.rename(index=lambda path: path.replace("/", "_")), *columns)
    assert found == {
        "train_patient00001_study1_view1_frontal.jpg": ("NORMAL", "train", 68, "female", "AP"),
        "train_patient00001_study2_view1_frontal.jpg": ("PNEUMONIA", "train", 68, "female", "PA"),
        "train_patient00004_study1_view1_frontal.jpg": ("NORMAL", "train", 0, None, "AP"),
        "valid_patient64541_study1_view1_frontal.jpg": (
            "PNEUMONIA", "validation", 73, "male", "AP",
        ),
    }  # fmt: skip
    assert left_out(told) == {
        "label 'uncertain Pneumonia'": 1, "no label": 1, "view 'lateral'": 1,
    }  # fmt: skip
    assert len(quarantine) == 0
    assert sorted(set(manifest["patient_id"])) == ["patient00001", "patient00004", "patient64541"]


def test_an_uncertain_label_counts_where_the_user_says_so(read, known):
    data = known["chexpert"].model_dump(mode="json") | {
        "classes": {"NORMAL": ["No Finding"], "PNEUMONIA": ["Pneumonia", "uncertain Pneumonia"]}
    }
    changed = known | {"chexpert": CollectionOptions.model_validate(data)}
    manifest, _, told = read(made.chexpert(), collections=changed)
    assert Counter(manifest["label"]) == {"PNEUMONIA": 3, "NORMAL": 2}
    assert left_out(told) == {"no label": 1, "view 'lateral'": 1}


def test_padchest(read):
    manifest, quarantine, told = read(made.padchest())
    assert told.layout == "padchest"
    columns = ("label", "age", "sex", "view", "manufacturer", "exposure")
    assert kept(manifest, *columns) == {
        "111_a.png": ("NORMAL", 84, "female", "PA", "ImagingDynamicsCompanyLtd", 10),
        "222_a.png": ("PNEUMONIA", 39, "male", "AP", "PhilipsMedicalSystems", 4),
        "555_a.png": ("PNEUMONIA", 67, "female", "PA", None, None),
    }
    assert left_out(told) == {
        "view 'lateral'": 1, "label 'cardiomegaly'": 1, "a label of NORMAL beside others": 1,
    }  # fmt: skip
    assert len(quarantine) == 0
    assert told.patients.total == 3
    # The number of a patient is in no output.
    assert not any("839860488694292" in str(value) for value in manifest.to_numpy().ravel())


def test_rsna(read):
    # The format of a film follows from its content: here PNG under the name of a DICOM.
    manifest, quarantine, told = read(made.rsna())
    assert told.layout == "rsna"
    found = [label for (label,) in kept(manifest, "label").values()]
    assert found == ["NORMAL", "PNEUMONIA", "PNEUMONIA", "NORMAL"]
    assert left_out(told) == {
        "folder 'stage_2_test_images'": 3, "label 'No Lung Opacity / Not Normal'": 1,
    }  # fmt: skip
    assert len(quarantine) == 0
    # A patientId is a film's: several may be of one of NIH's patients.
    assert told.patients.without_pattern == 4


def test_two_tables_of_rsna_that_contradict_each_other_are_noticed(read):
    files = made.rsna()
    ids = [path.split("/")[1][:-4] for path in files if path.startswith("stage_2_train_images")]
    info = [[ids[0], "Lung Opacity"], *([i, "Normal"] for i in ids[1:])]
    files["stage_2_detailed_class_info.csv"] = made.table(["patientId", "class"], info)
    _, quarantine, _ = read(files)
    reasons = dict(zip(quarantine["path"], quarantine["reason"], strict=True))
    assert reasons == {
        f"stage_2_train_images/{ids[0]}.dcm": "its labels contradict each other",  # Target is 0
        f"stage_2_train_images/{ids[1]}.dcm": "its labels stand for both classes",
        f"stage_2_train_images/{ids[3]}.dcm": "its labels stand for both classes",
    }


def test_covid(read):
    manifest, quarantine, told = read(made.covid())
    assert told.layout == "covid"
    assert kept(manifest, "label", "subtype", "source_split") == {
        "Lung_Opacity-1.png": ("PNEUMONIA", "unknown", "unassigned"),
        "Lung_Opacity-2.png": ("PNEUMONIA", "unknown", "unassigned"),
        "Normal-1.png": ("NORMAL", "normal", "unassigned"),
        "Normal-2.png": ("NORMAL", "normal", "unassigned"),
        "Viral Pneumonia-1.png": ("PNEUMONIA", "virus", "unassigned"),
        "Viral Pneumonia-2.png": ("PNEUMONIA", "virus", "unassigned"),
    }
    assert left_out(told) == {"folder 'masks'": 8, "folder 'COVID'": 2}
    assert len(quarantine) == 0
    assert told.litter == 5
    assert not any("unknown meaning" in warning for warning in told.warnings)


@pytest.mark.parametrize("name", ["nih", "chexpert", "padchest", "rsna", "covid"])
def test_no_collection_is_taken_for_another(name, ingestion_options, known):
    files = getattr(made, name)()
    assert recognise(files, {}, ingestion_options, known).name == name
    asked = ingestion_options.model_copy(update={"collection": name})
    assert recognise(files, {}, asked, known).name == name


def test_what_is_left_out_is_not_even_read(ingestion_options, known):
    def untouchable() -> bytes:
        raise AssertionError("read")

    files = {p: untouchable if "/masks/" in p else read for p, read in made.covid().items()}
    layout = recognise(files, {}, ingestion_options, known)
    assert len(list(scan(files, ingestion_options, layout=layout))) == len(files)


def test_a_collection_of_ones_own_is_a_block(read):
    own = TypeAdapter(dict[str, CollectionOptions]).validate_python(
        {
            "vindr": {
                "tables": ["image_labels_*.csv"],
                "columns": {"file": ["image_id"], "flags": ["Pneumonia", "No finding"]},
                "classes": {"NORMAL": ["No finding"], "PNEUMONIA": ["Pneumonia"]},
            }
        }
    )
    files = made.files(["train/a.dicom", "test/b.dicom"]) | {
        "image_labels_train.csv": made.table(
            ["image_id", "rad_id", "Pneumonia", "No finding"],
            [["a", "R1", "1", "0"], ["a", "R2", "1", "0"]],
        ),
        "image_labels_test.csv": made.table(["image_id", "Pneumonia", "No finding"], [["b", 0, 1]]),
    }
    manifest, _, told = read(files, collections=own)
    assert told.layout == "vindr"
    assert kept(manifest, "label", "source_split") == {
        "a.dicom": ("PNEUMONIA", "train"), "b.dicom": ("NORMAL", "test"),
    }  # fmt: skip


def dicom(number: int) -> bytes:
    """Give a DICOM whose tags name its patient as RSNA's do: by the film."""
    from dicom_collection import as_dicom
    from pydicom.uid import ExplicitVRLittleEndian

    return as_dicom(made.film(number, "jpeg"), ExplicitVRLittleEndian, f"child{number}", number)


def test_rsna_of_dicom_is_found_under_the_names_that_a_run_gives(
    ingestion_options, collection_blocks, tmp_path, monkeypatch
):
    pytest.importorskip("pydicom", reason="the extra dicom is not installed")
    from pneumoscope.datasets.decoded_radiographs import DecodedRadiographsDataset
    from pneumoscope.ingestion.patient_key import PatientKey
    from pneumoscope.pipelines.ingestion import nodes

    monkeypatch.setenv("PNEUMOSCOPE_PATIENT_KEY", "a key of the tests, long enough")
    files, key = made.rsna(data=dicom), PatientKey(tmp_path / "none")
    layout = nodes.choose_layout(files, {}, ingestion_options, collection_blocks, key)
    dataset = DecodedRadiographsDataset(str(tmp_path / "decoded"))
    dataset.save(nodes.scan_files(files, layout, ingestion_options, "folder", key))
    manifest, quarantine = nodes.sort_files(dataset.load(), layout, ingestion_options)
    assert len(quarantine) == 0
    assert sorted(manifest["label"]) == ["NORMAL", "NORMAL", "PNEUMONIA", "PNEUMONIA"]
    assert not any("aaaa" in path for path in manifest["path"])
    assert manifest["patient_id"].str.startswith("patient-").all()
    # With a column of patients the table goes before the tags.
    rows = [[path.split("/")[1], "NORMAL", "p1"] for path in files if "_train_images/" in path]
    own = {"labels.csv": made.table(["file", "label", "patient"], rows)}
    films = {path: read for path, read in files.items() if path.endswith(".dcm")}
    layout = nodes.choose_layout(films, own, ingestion_options, collection_blocks, key)
    dataset.save(nodes.scan_files(films, layout, ingestion_options, "folder", key))
    manifest, quarantine = nodes.sort_files(dataset.load(), layout, ingestion_options)
    assert len(manifest) == 5
    assert len(set(manifest["patient_id"])) == 1
    assert manifest["patient_id"][0].startswith("table-")
    assert quarantine["reason"].tolist() == ["no row of labels.csv names the file"] * 3

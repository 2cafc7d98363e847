import inspect
import json
import tracemalloc
from dataclasses import asdict, replace

import pytest
from example_metrics import model_metrics
from kedro.io import DatasetError, Version

from pneumoscope.datasets.record import RecordDataset
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.ingestion.records import Duplicates

METRICS = "pneumoscope.evaluation.records.ModelMetrics"
ESTIMATE = "pneumoscope.evaluation.estimate.Estimate"


def test_a_record_comes_back_as_it_was(tmp_path):
    dataset = RecordDataset(filepath=str(tmp_path / "metrics.json"), record=METRICS)
    metrics = model_metrics()
    assert not dataset.exists()
    dataset.save(metrics)
    assert dataset.exists()
    assert dataset.load() == metrics
    assert json.loads((tmp_path / "metrics.json").read_text())["operating_point"]["low"] is None


def test_another_record_is_refused_with_the_field_that_is_wrong(tmp_path):
    file = tmp_path / "metrics.json"
    dataset = RecordDataset(filepath=str(file), record=METRICS)
    dataset.save(model_metrics())
    plain = json.loads(file.read_text())
    plain["operating_point"]["threshold"] = "high"
    file.write_text(json.dumps(plain))
    with pytest.raises(DatasetError, match=r"a ModelMetrics in .*\(operating_point.threshold: "):
        dataset.load()
    file.write_text('{"value": 1')
    with pytest.raises(DatasetError, match="the file: Invalid JSON"):
        dataset.load()


def test_what_is_no_number_is_not_written(tmp_path):
    dataset = RecordDataset(filepath=str(tmp_path / "estimate.json"), record=ESTIMATE)
    dataset.save(Estimate(0.5))
    with pytest.raises(DatasetError, match="not JSON compliant"):
        dataset.save(replace(Estimate(0.5), value=float("nan")))
    assert dataset.load() == Estimate(0.5)


def test_a_long_record_is_written_piece_by_piece(tmp_path):
    pairs = [[f"é{number}", f"train/NORMAL/{number}"] for number in range(20_000)]
    found = Duplicates(1, 2, 3, None, across_splits=pairs, across_classes=[])
    dataset = RecordDataset(
        filepath=str(tmp_path / "found.json"), record="pneumoscope.ingestion.records.Duplicates"
    )
    tracemalloc.start()
    dataset.save(found)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    written = (tmp_path / "found.json").read_text(encoding="utf-8")
    assert written == json.dumps(asdict(found), indent=2, ensure_ascii=False) + "\n"
    assert peak < 4 * len(written)  # made as one text first, it took over 6 times as much


def test_versions_are_kept_apart(tmp_path):
    def versioned(version):
        return RecordDataset(
            filepath=str(tmp_path / "estimate.json"), record=ESTIMATE, version=version
        )

    versioned(Version(None, "1")).save(Estimate(0.1))
    versioned(Version(None, "2")).save(Estimate(0.2))
    assert versioned(Version(None, None)).load() == Estimate(0.2)
    assert versioned(Version("1", None)).load() == Estimate(0.1)


def test_the_preview_is_the_file_and_typed_as_kedro_viz_expects(tmp_path):
    dataset = RecordDataset(filepath=str(tmp_path / "estimate.json"), record=ESTIMATE)
    dataset.save(Estimate(0.5))
    assert json.loads(dataset.preview())["value"] == 0.5
    assert inspect.signature(dataset.preview).return_annotation.__name__ == "JSONPreview"

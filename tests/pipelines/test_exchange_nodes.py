"""A locked model through each node of the exchange, and what is then in the file."""

from dataclasses import replace

import numpy as np
import pytest
from example_exports import INGESTION, evaluated, small
from example_references import contracted

from pneumoscope.errors import InputError
from pneumoscope.evaluation.lock import Lock, lock_as_record
from pneumoscope.exchange.metadata import as_json, read_contract
from pneumoscope.exchange.records import Parity
from pneumoscope.models.contract import ensemble_contract
from pneumoscope.naming import Metric, Split
from pneumoscope.options import EvaluationOptions, InferenceOptions
from pneumoscope.pipelines.exchange import nodes

pytest.importorskip("tf2onnx", reason="needs the extra `export`")
onnxruntime = pytest.importorskip("onnxruntime", reason="needs the extra `export`")

__all__ = ["evaluated", "small"]

EVALUATION = EvaluationOptions.model_validate(
    {"threshold": {"rule": "youden"}, "bootstrap": 0, "batch_size": 2}
)
OPTIONS = InferenceOptions.model_validate({"prevalence": 0.1})


@pytest.fixture(scope="module")
def films(evaluated, small):
    return evaluated({"a": small("mlp", 1), "b": small("cnn", 2)}, border_crop=0.05)


def locks(films, **changes) -> dict:
    point = films.metrics.operating_point
    lock = Lock(films.fingerprint, "s" * 64, {}, Metric.AUROC, point)
    return lock_as_record(replace(lock, **changes))


def converted(films, **changes):
    given = {
        "metrics": films.metrics, "locks": locks(films), "preprocessing": films.preprocessing,
        "working_side": INGESTION.working_side, **films.members, **changes,
    }  # fmt: skip
    return nodes.convert_model(**given)


@pytest.fixture(scope="module")
def graphs(films):
    return converted(films)


@pytest.fixture(scope="module")
def parity(films, graphs):
    rows = films.rows.drop(columns="score")
    return nodes.compare_runtimes(
        *graphs,
        scores=films.rows.sample(frac=1, random_state=1),
        metrics=films.metrics,
        validation_images=films.images[:3],
        validation_rows=rows[:3],
        test_images=films.images[3:],
        test_rows=rows[3:].reset_index(drop=True),
        decoded=films.decoded,
        evaluation=EVALUATION,
    )


def written(films, graphs, parity: Parity, options: InferenceOptions = OPTIONS, **records):
    members = {
        name: replace(record, **records)
        for name, record in films.members.items()
        if name.startswith("training_record_")
    }
    return nodes.export_writer("both")(
        graphs[1],
        parity,
        ensemble_contract("both", films.metrics, contracted(films.fingerprint)),
        films.metrics,
        options,
        films.preprocessing,
        INGESTION,
        **members,
        card_a="# Model card: a",
        card_b="# Model card: b",
    )


def test_the_file_alone_gives_the_scores_and_tells_all_that_was_locked(films, graphs, parity):
    model, contract = written(films, graphs, parity)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    for film, expected in zip(films.decoded.values(), films.scores, strict=True):
        (score,) = session.run(["score"], {"films": film[None]})
        assert score == pytest.approx(expected, abs=5e-3)
    told = session.get_modelmeta().custom_metadata_map
    read = read_contract(told["contract"])
    assert as_json(read) == as_json(contract) == told["contract"]
    assert told["card"] == "# Model card: a\n\n# Model card: b"
    assert (read.name, read.fingerprint) == ("both", films.fingerprint)
    assert read.operating_point.threshold == films.threshold
    assert read.export.parity.films == {Split.VALIDATION: 3, Split.TEST: 4}
    assert read.export.preprocessing["working_side"] == 48
    assert read.export.preprocessing["border_crop"] == 0.05
    assert read.export.prevalence == 0.1
    assert read.export.decoding["max_megapixels"] == INGESTION.max_megapixels
    assert "patient_patterns" not in read.export.decoding
    assert read.out_of_distribution == contracted(films.fingerprint)
    assert "Code: MIT." in read.export.licences
    assert [output.name for output in read.export.outputs] == ["score"]
    assert told["notice"] == read.notice == "For research and teaching. Not for diagnosis."


def test_a_model_of_phantoms_says_so_in_its_file_and_any_other_does_not(films, graphs, parity):
    model, contract = written(films, graphs, parity, synthetic=True)
    assert contract.export.synthetic
    assert "trained on synthetic radiographs" in model.doc_string
    assert not written(films, graphs, parity)[1].export.synthetic


def test_an_export_that_should_leave_films_out_is_refused(films, graphs, parity):
    options = InferenceOptions.model_validate({"decide_out_of_distribution": False})
    with pytest.raises(InputError, match="unlike those of train, and so predicts all"):
        written(films, graphs, parity, options)


def test_a_model_without_a_lock_is_not_exported(films):
    with pytest.raises(InputError, match="threshold was not fixed before test"):
        converted(films, locks={})


def test_a_model_measured_at_another_threshold_than_its_lock_is_not_exported(films):
    point = replace(films.metrics.operating_point, threshold=0.25)
    with pytest.raises(InputError, match=r"metrics at the locked threshold, 0.25"):
        converted(films, locks=locks(films, operating_point=point))


def test_a_model_that_was_trained_since_is_not_exported(films, small):
    with pytest.raises(InputError, match="whose threshold is not locked"):
        converted(films, model_a=small("mlp", 9))


def test_a_training_record_of_another_model_is_not_exported(films):
    other = replace(films.members["training_record_a"], fingerprint="0" * 64)
    with pytest.raises(InputError, match="whose threshold is not locked"):
        converted(films, training_record_a=other)


@pytest.mark.parametrize("what", ["fingerprint", "operating_point"])
def test_a_contract_of_another_evaluation_is_not_exported(films, graphs, parity, what):
    metrics = films.metrics
    changed = {
        "fingerprint": replace(metrics, model=replace(metrics.model, fingerprint="0" * 64)),
        "operating_point": replace(
            metrics, operating_point=replace(metrics.operating_point, threshold=0.25)
        ),
    }[what]
    with pytest.raises(InputError, match="that of another, or of another evaluation"):
        nodes.export_writer("both")(
            graphs[1], parity, ensemble_contract("both", films.metrics,
            contracted(films.fingerprint)), changed, OPTIONS, films.preprocessing, INGESTION,
        )  # fmt: skip


def test_another_preprocessing_than_that_of_training_is_not_exported(films):
    with pytest.raises(InputError, match=r"border_crop: 0\.05 then, 0\.0 now"):
        converted(films, preprocessing=films.preprocessing.model_copy(update={"border_crop": 0.0}))


def test_a_film_that_the_evaluation_did_not_score_is_told(films, graphs):
    rows = films.rows.drop(columns="score")
    with pytest.raises(InputError, match="1 of 7 further away"):
        nodes.compare_runtimes(
            *graphs, films.rows[1:], films.metrics, films.images[:3], rows[:3],
            films.images[3:], rows[3:].reset_index(drop=True), films.decoded, EVALUATION,
        )  # fmt: skip
    assert np.isfinite(films.scores).all()

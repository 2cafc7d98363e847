"""A locked model through each node of the exchange, and what is then in the file."""

import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from example_conversions import compared, converted, locks
from example_exports import INGESTION, evaluated, small

from pneumoscope.errors import InputError
from pneumoscope.exchange.metadata import as_json, read_contract
from pneumoscope.exchange.records import Parity
from pneumoscope.models.contract import ensemble_contract
from pneumoscope.naming import ExportFormat, Split
from pneumoscope.options import InferenceOptions
from pneumoscope.out_of_distribution.records import Contracted
from pneumoscope.pipelines.exchange import nodes

pytest.importorskip("tf2onnx", reason="needs the extra `export`")
onnxruntime = pytest.importorskip("onnxruntime", reason="needs the extra `export`")

__all__ = ["evaluated", "small"]

OPTIONS = InferenceOptions.model_validate({"prevalence": 0.1})


@pytest.fixture(scope="module")
def films(evaluated, small):
    return evaluated({"a": small("mlp", 1), "b": small("cnn", 2)}, border_crop=0.05)


@pytest.fixture(scope="module")
def graphs(films):
    return converted(films)


@pytest.fixture(scope="module")
def parity(films, graphs):
    return compared(films, graphs)


CARDS = {"card_a": "# Model card: a", "card_b": "# Model card: b"}


def described(films, graphs, parity: Parity, options=OPTIONS, form=ExportFormat.ONNX, **records):
    members = {
        name: replace(record, **records) if name.startswith("training_record_") else record
        for name, record in films.members.items()
    }
    return nodes.export_describer("both", form)(
        graphs[1],
        parity,
        ensemble_contract("both", films.metrics, Contracted(films.limits)),
        films.metrics,
        options,
        films.preprocessing,
        INGESTION,
        **members,
    )


def written(films, graphs, parity: Parity, options: InferenceOptions = OPTIONS, **records):
    contract = described(films, graphs, parity, options, **records)
    return nodes.write_export(graphs[1], contract, **CARDS), contract


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
    assert read.out_of_distribution == films.contracted
    assert list(read.out_of_distribution.members) == ["a", "b"]
    assert "Code: MIT." in read.export.licences
    assert [output.name for output in read.export.outputs] == ["score", "features", "prepared"]
    assert [output.name for output in session.get_outputs()] == ["score", "features", "prepared"]
    assert told["notice"] == read.notice == "For research and teaching. Not for diagnosis."


def test_a_model_of_phantoms_says_so_in_its_file_and_any_other_does_not(films, graphs, parity):
    model, contract = written(films, graphs, parity, synthetic=True)
    assert contract.export.synthetic
    assert "trained on synthetic radiographs" in model.doc_string
    assert not written(films, graphs, parity)[1].export.synthetic


def test_whether_films_unlike_those_of_train_are_decided_travels_in_the_file(films, graphs, parity):
    options = InferenceOptions.model_validate({"decide_out_of_distribution": False})
    assert not written(films, graphs, parity, options)[1].export.decides_out_of_distribution
    assert written(films, graphs, parity)[1].export.decides_out_of_distribution


def test_how_far_films_lie_is_compared_too(films, graphs, parity):
    assert 0 < parity.distance < 0.1
    assert parity.flags_changed == 0
    away = films.rows[["radiograph_id"]].assign(
        pixels=films.distance + 0.5, layout=-9.0, features=-9.0, orientation=""
    )
    # The first film lies as far as any can.
    with pytest.raises(InputError, match=r"distances from train .* within 0.1 .* 2 of 7 further"):
        compared(films, graphs, validation_distances=away[:3])


def test_a_film_that_rounding_moves_over_the_limit_is_counted(films, graphs):
    lies = float(np.sort(films.distance)[-2])
    away = films.rows[["radiograph_id"]].assign(
        pixels=films.distance + 0.05, layout=-9.0, features=-9.0, orientation="", film="as it is"
    )
    measured = {"validation_distances": away[:3], "test_distances": away[3:]}
    for limit, changed in [(lies + 0.02, 1), (lies + 0.1, 0)]:
        limits = replace(films.limits, threshold=limit)
        found = compared(films, graphs, false_alarms=limits, **measured)
        assert found.flags_changed == changed


def test_a_reference_of_another_model_is_not_exported(films):
    other = replace(films.references["a"], fingerprint="0" * 64)
    with pytest.raises(InputError, match="the model that a's films were described by"):
        converted(films, reference_a=other)


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
        nodes.export_describer("both", ExportFormat.ONNX)(
            graphs[1], parity, ensemble_contract("both", films.metrics,
            Contracted(films.limits)), changed, OPTIONS, films.preprocessing, INGESTION,
        )  # fmt: skip


def test_another_preprocessing_than_that_of_training_is_not_exported(films):
    with pytest.raises(InputError, match=r"border_crop: 0\.05 then, 0\.0 now"):
        converted(films, preprocessing=films.preprocessing.model_copy(update={"border_crop": 0.0}))


def test_a_film_that_the_evaluation_did_not_score_is_told(films, graphs):
    with pytest.raises(InputError, match="1 of 7 further away"):
        compared(films, graphs, scores=films.rows[1:])
    assert np.isfinite(films.scores).all()


@pytest.fixture(scope="module")
def for_litert(films) -> tuple[bytes, bytes]:
    return converted(films, ExportFormat.LITERT)


def test_a_litert_file_is_compared_and_holds_all_that_was_locked(films, for_litert):
    from pneumoscope.exchange.litert import LiteRtSession

    parity = compared(films, for_litert, ExportFormat.LITERT)
    assert parity.core <= 1e-5
    assert parity.film <= 5e-3
    assert parity.runtime.startswith("LiteRT of TensorFlow ")
    contract = described(films, for_litert, parity, form=ExportFormat.LITERT)
    assert (contract.export.format, contract.export.opset) == (ExportFormat.LITERT, None)
    ((name, content),) = nodes.write_litert(for_litert[1], contract, **CARDS).items()
    assert name == "model.tflite"
    with zipfile.ZipFile(io.BytesIO(content)) as inside:
        told = {name: inside.read(name).decode() for name in inside.namelist()}
    assert as_json(read_contract(told["contract.json"])) == as_json(contract)
    assert told["card.md"] == "# Model card: a\n\n# Model card: b"
    assert told["notice.txt"] == "For research and teaching. Not for diagnosis."
    session = LiteRtSession(content)
    for film, expected in zip(films.decoded.values(), films.scores, strict=True):
        (score,) = session.run(["score"], {"films": film[None]})
        assert score == pytest.approx(expected, abs=5e-3)


def test_a_litert_file_that_is_not_equal_is_refused(films, for_litert):
    other = films.rows.assign(score=films.rows["score"] + 0.1)
    with pytest.raises(InputError, match="exported core within 1e-05"):
        compared(films, for_litert, ExportFormat.LITERT, scores=other)


def test_a_model_without_a_lock_is_no_litert_file_either(films):
    with pytest.raises(InputError, match="threshold was not fixed before test"):
        converted(films, ExportFormat.LITERT, locks={})

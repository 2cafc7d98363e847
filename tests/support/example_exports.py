"""Small models, films and what an evaluation would have said of them: fixtures to import."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
import pandas as pd
import pytest
import yaml
from example_metrics import model_metrics
from example_records import training_record

from pneumoscope.datasets.files import FilesDataset
from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.evaluation.ensembles import ensemble_fingerprint
from pneumoscope.evaluation.lock import Lock, lock_as_record
from pneumoscope.evaluation.records import ModelMetrics, ScoredBy
from pneumoscope.exchange.records import Parity
from pneumoscope.models.architectures.registry import build
from pneumoscope.models.contract import model_contract
from pneumoscope.models.scoring import describe_batch
from pneumoscope.models.training.record import describe_preprocessing
from pneumoscope.naming import ExportFormat, Metric, Split
from pneumoscope.options import (
    InferenceOptions,
    IngestionOptions,
    ModelOptions,
    PreprocessingOptions,
)
from pneumoscope.out_of_distribution.distances import (
    FEATURES,
    LAYOUT,
    describe,
    distance_of,
    fit_reference,
    measure,
    orientations,
)
from pneumoscope.out_of_distribution.false_alarms import limit_false_alarms
from pneumoscope.out_of_distribution.records import Contracted, FalseAlarms, Reference
from pneumoscope.provenance import PHANTOM_COMMENT
from pneumoscope.radiographs.transforms import preprocess

SIZE = (40, 36)
UPRIGHT = np.loadtxt(files("pneumoscope.radiographs").joinpath("upright.txt"), dtype=np.float32)
ZONE = 0.1
CONF = Path(__file__).parents[2] / "conf/base"
INGESTION = IngestionOptions.model_validate(
    {
        **yaml.safe_load((CONF / "ingestion/parameters.yml").read_text())["ingestion"],
        "working_side": 48,
    }
)


@dataclass(frozen=True)
class Evaluated:
    """A model, or an ensemble of several, with the films it was evaluated on."""

    models: Mapping[str, keras.Model]
    preprocessing: PreprocessingOptions
    decoded: Mapping[str, np.ndarray]
    rows: pd.DataFrame
    images: np.ndarray
    scores: np.ndarray
    threshold: float
    references: Mapping[str, Reference]

    @property
    def distance(self) -> np.ndarray:
        """How far each film lies from what the references are fitted on, by Keras."""
        return self.rows["distance"].to_numpy()

    @property
    def limits(self) -> FalseAlarms:
        """Two of the seven films are out of distribution."""
        patients = np.arange(len(self.distance)).astype(str)
        return limit_false_alarms(self.distance, patients, 0.4, self.fingerprint)

    @property
    def contracted(self) -> Contracted:
        """As a single model has it, and an ensemble when it is exported."""
        (first, *others) = self.references.values()
        return (
            Contracted(self.limits, members=self.references)
            if others
            else Contracted(self.limits, first)
        )

    @property
    def fingerprint(self) -> str:
        own = {name: ScoredBy(model_fingerprint(model)) for name, model in self.models.items()}
        (first, *others) = own.values()
        return ensemble_fingerprint(own).fingerprint if others else first.fingerprint

    @property
    def metrics(self) -> ModelMetrics:
        low, high = self.threshold - 0.01, self.threshold + 0.01
        return model_metrics(
            model={"fingerprint": self.fingerprint},
            operating_point={"threshold": self.threshold, "low": None, "high": None},
            grey_zone={f"{ZONE:g}": {"low": low, "high": high, "splits": {}}},
        )

    @property
    def members(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, model in self.models.items():
            own = model_fingerprint(model)
            found[f"model_{name}"] = model
            found[f"scored_by_{name}"] = ScoredBy(own)
            found[f"reference_{name}"] = self.references[name]
            found[f"training_record_{name}"] = training_record(
                fingerprint=own,
                preprocessing=describe_preprocessing(self.preprocessing, INGESTION.working_side),
            )
        return found


def _film(rng: np.random.Generator, number: int) -> np.ndarray:
    height, width = rng.integers(48, 90, 2)
    y, x = np.mgrid[0:height, 0:width] / rng.uniform(5, 25)
    film = 128 + 60 * np.sin(x + number) * np.cos(y) + rng.normal(0, 9, (height, width))
    # Bright and dark where they are in a chest, so that it does not look turned or inverted.
    upright = cv2.resize(UPRIGHT, (width, height), interpolation=cv2.INTER_LINEAR)
    film += 50 * upright / np.abs(UPRIGHT).max()
    return np.clip(film, 0, 255).astype(np.uint8)


def _numbers(model: keras.Model, images: np.ndarray) -> dict[str, np.ndarray]:
    return {**describe(images), FEATURES: describe_batch(model, images)[1].astype(np.float64)}


def _small(architecture: str, seed: int, precision: str = "float32", **options: Any) -> keras.Model:
    own = {
        "mlp": {"units": [8]},
        "cnn": {"filters": [4, 8], "units": 8, "batch_norm": True},
    }.get(architecture, {"weights": None, "dropout": 0.2})
    chosen = ModelOptions.model_validate({"architecture": architecture, **own, **options})
    model = build(chosen, (*SIZE, 1), seed, precision)
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        # As after training: statistics that a graph in training mode would not use.
        if "moving_mean" in weight.path:
            weight.assign(weight + 0.1 * rng.standard_normal(weight.shape))
        if "moving_variance" in weight.path:
            weight.assign(weight * np.exp(0.3 * rng.standard_normal(weight.shape)))
    return model


@pytest.fixture(scope="session")
def small() -> Callable[..., keras.Model]:
    """Build a small model: `small(architecture, seed, **options)`."""
    return _small


def _evaluated(models: Mapping[str, keras.Model], **options: Any) -> Evaluated:
    """Evaluate models on a few films of their own sizes."""
    chosen = PreprocessingOptions.model_validate({"size": SIZE, "fit": "squash", **options})
    rng = np.random.default_rng(5)
    decoded = {f"{number}.png": _film(rng, number) for number in range(7)}
    images = np.stack([preprocess(film, chosen) for film in decoded.values()])
    train = np.stack([preprocess(_film(rng, n), chosen) for n in range(40)])
    references = {
        name: fit_reference(_numbers(model, train), np.arange(40).astype(str),
                            model_fingerprint(model))
        for name, model in models.items()
    }  # fmt: skip
    turned = orientations(describe(images)[LAYOUT])
    measured = [
        measure(references[name], _numbers(model, images), turned) for name, model in models.items()
    ]
    features = np.mean([one[FEATURES] for one in measured], axis=0)
    each = [np.asarray(model(images, training=False))[:, 0] for model in models.values()]
    scores = np.mean(each, axis=0, dtype=np.float64).astype(np.float32)
    rows = pd.DataFrame({
        "radiograph_id": list(decoded),
        "path": list(decoded),
        "split": ["validation"] * 3 + ["test"] * 4,
        "score": scores,
        "distance": distance_of({**measured[0], FEATURES: features}),
    })  # fmt: skip
    low, high = np.sort(scores)[2:4]
    threshold = float((low + high) / 2)
    return Evaluated(models, chosen, decoded, rows, images, scores, threshold, references)


@pytest.fixture(scope="session")
def evaluated() -> Callable[..., Evaluated]:
    """Evaluate models: `evaluated({name: model, …}, **options)`."""
    return _evaluated


@cache
def _exported() -> tuple[Evaluated, Mapping[str, bytes]]:
    """Export once for all folders of tests that import the fixture."""
    from pneumoscope.pipelines.exchange import nodes

    films = _evaluated({"cnn": _small("cnn", 3)}, fit="letterbox")
    metrics = films.metrics
    locks = lock_as_record(
        Lock(films.fingerprint, "s" * 64, {}, Metric.AUROC, metrics.operating_point)
    )
    _, film = nodes.convert_model(
        metrics=metrics, false_alarms=films.limits, locks=locks, preprocessing=films.preprocessing,
        working_side=INGESTION.working_side, **films.members,
    )  # fmt: skip
    card = {"card_cnn": "# Model card: cnn"}
    contract = nodes.export_describer("cnn", ExportFormat.ONNX)(
        film,
        Parity({Split.TEST: 4}, 0.0, 0.0, 0, 0.0, 0, "onnxruntime 1.20"),
        model_contract(
            "cnn",
            films.models["cnn"],
            metrics,
            films.members["training_record_cnn"],
            films.contracted,
        ),
        metrics,
        InferenceOptions.model_validate({"grey_zone": ZONE}),
        films.preprocessing,
        INGESTION,
        **films.members,
    )
    model = nodes.write_export(film, contract, **card)
    content = model.SerializeToString(deterministic=True)
    return films, nodes.write_bundle(content, contract, **card)


@pytest.fixture(scope="session")
def exported(tmp_path_factory) -> tuple[Evaluated, Path]:
    """A small network that was exported: its films, and the folder of its bundle."""
    films, bundle = _exported()
    folder = tmp_path_factory.mktemp("exported") / "bundle"
    FilesDataset(str(folder)).save(bundle)
    return films, folder


@pytest.fixture(scope="session")
def folder_of_films(exported, encode, tmp_path_factory) -> Path:
    """The films of that network as files, one of them a phantom, and what is no film."""
    films, _ = exported
    folder = tmp_path_factory.mktemp("films")
    for path, film in films.decoded.items():
        (folder / path).write_bytes(encode(film, "PNG"))
    phantom = encode(films.decoded["0.png"], comment=PHANTOM_COMMENT)
    (folder / "phantom.jpeg").write_bytes(phantom)
    (folder / "colour.jpeg").write_bytes(
        encode(np.stack([films.decoded["1.png"]] * 3, axis=-1), quality=95)
    )
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.jpeg").write_text("no film")
    return folder

"""The model of a finished run, to predict with: its proven export, or else Keras."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from pneumoscope.errors import InputError
from pneumoscope.evaluation.lock import Lock, other_distance, read_lock
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.exchange.locked import check_locked
from pneumoscope.inference.exported import ExportedModel
from pneumoscope.inference.keras_scorer import KerasScorer
from pneumoscope.inference.predictions import locked_by
from pneumoscope.inference.predictor import Predictor
from pneumoscope.inference.site_update import read_update, with_update
from pneumoscope.models.records import ModelContract
from pneumoscope.options import (
    DecodingOptions,
    ExplanationOptions,
    InferenceOptions,
    PreprocessingOptions,
)

SHORT = 12
"""Hexadecimal digits of a fingerprint that tell two models apart."""

Record = TypeVar("Record")


@dataclass(frozen=True)
class WithKeras:
    """What predicting with Keras takes that no file of a run holds.

    Attributes:
        decoding: Scale and bounds that files are decoded with.
        inference: Which of the measured grey zones, and which prevalence.
        explanation: How decisions are explained.
        seed: Seed of SmoothGrad's noise.
    """

    decoding: DecodingOptions
    inference: InferenceOptions
    explanation: ExplanationOptions
    seed: int


@dataclass(frozen=True)
class FinishedRun:
    """What a run left in the folder of its results.

    Attributes:
        results: The folder.
    """

    results: Path

    def exports(self) -> dict[str, Path]:
        """Return the exported model of each name."""
        found = sorted(self.results.glob("06_models/*/exchange/model.onnx"))
        return {path.parents[1].name: path for path in found}

    def metrics(self, name: str) -> ModelMetrics:
        """Read what was measured of a model.

        Raises:
            InputError: No model of that name was evaluated.
        """
        path = self._metrics_file(name)
        if not path.is_file():
            known = sorted(one.parent.name for one in path.parents[1].glob("*/metrics.json"))
            raise InputError(
                f"a model '{name}' that was evaluated, below '{self.results}'",
                f"none of that name; there are {', '.join(known) or 'none'}",
                "Name one of these, or run kedro run --pipelines=evaluation.",
            )
        return _read(path, ModelMetrics)

    def lock(self, metrics: ModelMetrics) -> Lock:
        """Read the lock of a model; refuse one without, or measured at another threshold."""
        path = self.results / "locks.json"
        locks = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        check_locked(metrics, locks)
        return read_lock(locks, metrics.model.fingerprint)

    def contract(self, name: str, fingerprint: str) -> ModelContract:
        """Read the contract of the model with these weights, the newest of them."""
        for path in self._versions(name, "model.json"):
            found = _read(path, ModelContract)
            if found.fingerprint == fingerprint:
                return found
        raise _missing(f"the contract of {name}", fingerprint)

    def model(self, name: str, fingerprint: str) -> Any:
        """Load the Keras model with these weights."""
        from pneumoscope.datasets.keras_model import KerasModelDataset
        from pneumoscope.evaluation.access import model_fingerprint

        for path in self._versions(name, "model.keras"):
            model = KerasModelDataset(str(path)).load()
            if model_fingerprint(model) == fingerprint:
                return model
        raise _missing(f"the model {name}", fingerprint)

    def updated(self, found: Predictor, site: str) -> Predictor:
        """Read scores by the update at a site that was locked beside a model.

        Args:
            found: The model.
            site: Name of the site, or "site@version".

        Raises:
            InputError: There is none, it is of another model, or it is not shown to help.
        """
        name = found.locked.model
        metrics = self.metrics(name)
        update, version = read_update(self.results / "06_models", name, site)
        locked = with_update(found.locked, update, version, self.lock(metrics), metrics)
        return replace(found, locked=locked)

    def predictor(self, name: str | None = None, keras: WithKeras | None = None) -> Predictor:
        """Load the model by which films are predicted.

        Where its export was proven equal for the very weights and threshold that are locked,
        neither Kedro nor TensorFlow is started.

        Args:
            name: A model or ensemble; None for the only one that was exported.
            keras: What Keras needs where there is no such export; None to refuse that.

        Raises:
            InputError: There is no such model, it has no lock, or it was not exported and Keras is
                not wanted.
        """
        exports = self.exports()
        chosen = name or _only(exports, self.results)
        load = None if keras is None else cache(partial(_in_keras, self, chosen, keras))
        obstacle = f"{chosen} was not exported"
        if chosen in exports:
            exported = ExportedModel.load(exports[chosen])
            obstacle = self.outdated(chosen, exported.contract)
            if not obstacle:
                return Predictor.of_export(exported, load)
        metrics = self.metrics(chosen)
        self.lock(metrics)
        if keras is None or load is None:
            raise _not_proven(chosen, obstacle)
        return _by_keras(self, chosen, metrics, keras, load, obstacle)

    def outdated(self, name: str, exported: ModelContract) -> str:
        """Say that other weights were evaluated, or something else locked, since an export.

        Args:
            name: Of the model.
            exported: Contract of the exported file, which was locked when it was written: where
                the results hold no evaluation, nothing else is known.

        Returns:
            Half a sentence, or an empty string.

        Raises:
            InputError: The model that was evaluated has no lock.
        """
        if not self._metrics_file(name).is_file():
            return ""
        lock = self.lock(self.metrics(name))
        if lock.fingerprint != exported.fingerprint:
            what = f"evaluated other weights ({lock.fingerprint[:SHORT]})"
        elif lock.operating_point != exported.operating_point:
            what = f"locked another threshold ({lock.operating_point.threshold:.4f})"
        elif other_distance(lock, exported.out_of_distribution.false_alarms):
            what = "locked another distance from train"
        else:
            return ""
        return f"the run has {what} since {name} ({exported.fingerprint[:SHORT]}) was exported"

    def _metrics_file(self, name: str) -> Path:
        return self.results / "08_reporting" / name / "metrics.json"

    def _versions(self, name: str, file: str) -> list[Path]:
        return sorted(self.results.glob(f"06_models/{name}/{file}/*/{file}"), reverse=True)


def predictor_of_file(file: Path) -> Predictor:
    """Load an exported file to predict with; one that its own run has outdated is refused."""
    exported = ExportedModel.load(file)
    places = file.resolve().parents
    if len(places) > 3 and places[0].name == "exchange" and places[2].name == "06_models":
        name = places[1].name
        if obstacle := FinishedRun(places[3]).outdated(name, exported.contract):
            raise _not_proven(name, obstacle)
    return Predictor.of_export(exported)


def _in_keras(run: FinishedRun, name: str, keras: WithKeras) -> KerasScorer:
    evaluated = run.metrics(name).model.fingerprint
    members = run.contract(name, evaluated).members or {name: evaluated}
    models = {own: run.model(own, fingerprint) for own, fingerprint in members.items()}
    return KerasScorer(models, _preprocessing(run, members), keras.explanation, keras.seed)


def _by_keras(
    run: FinishedRun,
    name: str,
    metrics: ModelMetrics,
    keras: WithKeras,
    load: Callable[[], KerasScorer],
    obstacle: str,
) -> Predictor:
    contract = run.contract(name, metrics.model.fingerprint)
    members = {
        own: run.contract(own, fingerprint) for own, fingerprint in (contract.members or {}).items()
    }
    own = contract.out_of_distribution
    if members:
        references = {
            member: found.out_of_distribution.references[0] for member, found in members.items()
        }
        own = replace(own, members=references)
    records = [one.training for one in (*members.values(), contract) if one.training is not None]
    return Predictor(
        scorer=load(),
        contract=replace(contract, out_of_distribution=own),
        locked=locked_by(name, metrics, keras.inference),
        decoding=keras.decoding,
        synthetic=any(record.synthetic for record in records),
        keras=load,
        note=f"Scored by Keras: {obstacle}. Faster: kedro export --model {name}",
    )


def _preprocessing(run: FinishedRun, members: Mapping[str, str]) -> PreprocessingOptions:
    """Read what films went through in training; that of all members is the same."""
    name, fingerprint = next(iter(members.items()))
    training = run.contract(name, fingerprint).training
    if training is None:
        raise _missing(f"the training record of {name}", fingerprint)
    known = {
        key: value
        for key, value in training.preprocessing.items()
        if key in PreprocessingOptions.model_fields
    }
    return PreprocessingOptions.model_validate(known)


def _only(exports: Mapping[str, Path], results: Path) -> str:
    if len(exports) != 1:
        raise InputError(
            f"one exported model below '{results}'",
            f"{len(exports)} of them: {', '.join(exports)}" if exports else "none",
            "Name one: --model <name>; or export one: kedro export --model <name>",
        )
    return next(iter(exports))


def _read(path: Path, kind: type[Record]) -> Record:
    try:
        return TypeAdapter(kind).validate_json(path.read_bytes())
    except ValidationError as error:
        raise InputError(
            f"a {kind.__name__} in '{path}'",
            "something else",
            "Run kedro run --pipelines=evaluation.",
        ) from error


def _not_proven(name: str, obstacle: str) -> InputError:
    return InputError(
        f"an export of {name} that was proven equal to what is locked",
        obstacle,
        f"Export it: kedro export --model {name}",
    )


def _missing(what: str, fingerprint: str) -> InputError:
    return InputError(
        f"{what} with the weights that were evaluated ({fingerprint[:SHORT]})",
        "none of them",
        "Run kedro run --pipelines=evaluation.",
    )

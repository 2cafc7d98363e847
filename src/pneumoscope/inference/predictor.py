"""The one way from a film to its prediction: table, page, service and DICOM go through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.inference.exported import ExportedModel
from pneumoscope.inference.keras_scorer import KerasScorer
from pneumoscope.inference.maps import DecisionMaps, joined, maps_of_export
from pneumoscope.inference.occlusion import NoMap, occlusion_map
from pneumoscope.inference.predictions import Locked, decide, notice_of
from pneumoscope.inference.records import FilmPrediction
from pneumoscope.inference.scored import Pixels, ScoredFilms, Scorer
from pneumoscope.ingestion.appearance import appearance_warning
from pneumoscope.ingestion.file_scan import Reader, scan_file
from pneumoscope.ingestion.scanned_file import ScannedFile
from pneumoscope.models.records import ModelContract
from pneumoscope.naming import Column
from pneumoscope.options import DecodingOptions
from pneumoscope.out_of_distribution.judgement import judge
from pneumoscope.out_of_distribution.records import FalseAlarms
from pneumoscope.progress import track

NO_MAP = "none: the score of this model is not read off pooled feature maps"

BATCH = 32
"""Films scored at a time, so that memory does not grow with their number."""


@dataclass(frozen=True)
class Predictor:
    """A model with all that was locked for it; several threads may use it at once.

    Attributes:
        scorer: What runs the model.
        contract: What the model promises.
        locked: Threshold, zone and calibration.
        decoding: Scale and bounds that files are decoded with.
        synthetic: Whether the model was trained on phantoms.
        keras: Loads the models in Keras, for maps that an exported model does not give; None
            where that is not wanted.
        note: Why the exported model is not used where there is one; else empty.
    """

    scorer: Scorer
    contract: ModelContract
    locked: Locked
    decoding: DecodingOptions
    synthetic: bool
    keras: Callable[[], KerasScorer] | None = None
    note: str = ""

    @classmethod
    def of_export(
        cls, model: ExportedModel, keras: Callable[[], KerasScorer] | None = None
    ) -> Predictor:
        """Predict with an exported model.

        Args:
            model: The model.
            keras: As the attribute.
        """
        decoding = DecodingOptions.model_validate(dict(model.contract.export.decoding))
        return cls(
            model, model.contract, model.locked, decoding, model.contract.export.synthetic, keras
        )

    @property
    def runtime(self) -> str:
        """What runs the model, with its version."""
        return self.scorer.runtime

    @property
    def notice(self) -> str:
        """What every film says of its use."""
        return notice_of(self.synthetic, self.locked.update)

    @property
    def limits(self) -> FalseAlarms:
        """Which distance from train is too far."""
        return self.contract.out_of_distribution.false_alarms

    def read(self, name: str, reader: Reader) -> ScannedFile:
        """Decode one file as in training; a bad one has a reason, and nothing is raised."""
        return scan_file((name, reader), self.decoding)

    def predict(
        self, files: Sequence[ScannedFile], prevalence: float | None = None, maps: bool = False
    ) -> list[FilmPrediction]:
        """Predict files that were read, of any sizes; one that could not be keeps its reason.

        Args:
            files: As `read` gives them.
            prevalence: Share of PNEUMONIA that probabilities shall hold for; None for that of the
                model.
            maps: Whether to give what the model saw, and a map of what spoke for the decision.

        Returns:
            One record a file, in the same order.
        """
        locked = self.locked.at(prevalence)
        found: list[FilmPrediction] = []
        for start in range(0, len(files), BATCH):
            found += self._batch(files[start : start + BATCH], locked, maps)
        return found

    def _batch(
        self, files: Sequence[ScannedFile], locked: Locked, maps: bool
    ) -> list[FilmPrediction]:
        pixels = [file.pixels for file in files if file.pixels is not None]
        scored = self.scorer.score(pixels) if pixels else None
        rows = iter(_rows(self._judged(scored)) if scored else [])
        found = [
            decide(_known(file), locked, self.notice, None if file.pixels is None else next(rows))
            for file in files
        ]
        return self._with_maps(found, scored) if maps and scored else found

    def score(self, films: Mapping[str, Pixels], paths: Sequence[str]) -> pd.DataFrame:
        """Score decoded films and compare them with those of train, a batch in memory at a time.

        Args:
            films: Path to uint8 (rows, columns), of any sizes.
            paths: Which of them, one or more.

        Returns:
            One row a film: the score, and what `out_of_distribution.judgement.judge` says.
        """
        starts = range(0, len(paths), BATCH)
        parts = (
            self._judged(self.scorer.score([films[path] for path in paths[start : start + BATCH]]))
            for start in starts
        )
        found = list(track(parts, len(starts), f"scoring with {self.contract.name}"))
        return pd.DataFrame(
            {name: np.concatenate([one[name] for one in found]) for name in found[0]}
        )

    def explain(
        self, films: Mapping[str, Pixels], paths: Sequence[str], positive: NDArray[np.bool_]
    ) -> DecisionMaps:
        """Map what spoke for each decision, or say why there is no map.

        Args:
            films: Path to uint8 (rows, columns), of any sizes.
            paths: Which of them, few enough to lie in memory.
            positive: Shape (n,), whether the score speaks for PNEUMONIA.
        """
        starts = range(0, len(paths), BATCH)
        parts = [
            self._explained(
                self.scorer.score([films[path] for path in paths[start : start + BATCH]]),
                positive[start : start + BATCH],
            )
            for start in starts
        ]
        return joined(parts)

    def occluded(self, file: ScannedFile, found: FilmPrediction, seconds: float) -> FilmPrediction:
        """Map what speaks for the decision by hiding the film place by place; of any model.

        Args:
            file: As it was read.
            found: What was predicted of it, with maps.
            seconds: How long that may take.

        Returns:
            The same with that map, or with why there is none.
        """
        if file.pixels is None or found.score is None:
            return found
        towards = 1 if found.score >= self.locked.threshold else -1
        try:
            strength, method = occlusion_map(self.scorer, file.pixels, towards, seconds)
        except NoMap as error:
            return replace(found, attribution=None, attribution_method=f"none: {error}")
        return replace(found, attribution=strength, attribution_method=method)

    def _judged(self, scored: ScoredFilms) -> dict[str, NDArray[Any]]:
        """Give the columns `JUDGED` and score, (n,) each; a table would cost more than the film."""
        told = judge(scored.images, scored.features, self.contract.out_of_distribution)
        return {**told, Column.SCORE: scored.scores}

    def _explained(self, scored: ScoredFilms, positive: NDArray[np.bool_]) -> DecisionMaps:
        if scored.maps is not None:
            return maps_of_export(self.contract.name, scored, positive)
        if self.keras is None:
            return DecisionMaps(scored.images[..., 0], None, NO_MAP)
        return self.keras().explain(scored.images, positive)

    def _with_maps(
        self, found: Sequence[FilmPrediction], scored: ScoredFilms
    ) -> list[FilmPrediction]:
        made = self._explained(scored, scored.scores >= self.locked.threshold)
        places = iter(range(len(scored.scores)))
        return [one if one.score is None else _with_map(one, made, next(places)) for one in found]


def _rows(columns: Mapping[str, NDArray[Any]]) -> list[dict[str, Any]]:
    """Turn columns into a mapping a film, of values of Python's own types."""
    each = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [dict(zip(columns, values, strict=True)) for values in each]


def _known(file: ScannedFile) -> Mapping[str, Any]:
    looks = appearance_warning(file.orientation, file.brightness, file.contrast)
    warning = "" if file.reason else "; ".join(filter(None, [file.said, looks]))
    return {**vars(file), Column.WARNING.value: warning}


def _with_map(found: FilmPrediction, made: DecisionMaps, place: int) -> FilmPrediction:
    shown, method = made.of(place)
    return replace(found, seen=made.films[place], attribution=shown, attribution_method=method)

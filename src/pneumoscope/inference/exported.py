"""New radiographs predicted by an exported model: neither Keras nor Kedro is loaded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import ValidationError

from pneumoscope.errors import InputError
from pneumoscope.evaluation.calibration.recalibration import at_prevalence
from pneumoscope.exchange.graph import FILMS, SCORE
from pneumoscope.exchange.metadata import CONTRACT, read_contract
from pneumoscope.exchange.parity import session_of
from pneumoscope.exchange.records import ExportedContract
from pneumoscope.inference.predictions import OUTSIDE, Locked, mark_phantoms, predict
from pneumoscope.ingestion.private_names import DICOM_SUFFIXES
from pneumoscope.ingestion.scan import Reader, ScannedFile, scan_file
from pneumoscope.ingestion.tag_warnings import film_warnings
from pneumoscope.naming import Column
from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoding import warnings_refused

if TYPE_CHECKING:
    import onnxruntime


_DIGITS = 16
"""Hexadecimal digits of a hash that tell a file from all others."""


@dataclass(frozen=True)
class ExportedModel:
    """An exported model in onnxruntime, with all it promises.

    Attributes:
        session: Runs the graph.
        contract: As the file has it.
    """

    session: onnxruntime.InferenceSession
    contract: ExportedContract

    @classmethod
    def load(cls, path: Path) -> ExportedModel:
        """Load an exported file.

        Raises:
            InputError: There is none, it is no model, or no model of this project's exchange.
        """
        remedy = "Export one: kedro export --model <name>"
        if not path.is_file():
            what = "a folder" if path.is_dir() else "no such file"
            raise InputError(f"an exported model in '{path}'", what, remedy)
        try:
            session = session_of(path.read_bytes())
        except InputError:
            raise
        except Exception as error:  # onnxruntime's own kinds, which are not published
            raise InputError(
                f"an exported model in '{path}'", "a file that onnxruntime does not load", remedy
            ) from error
        contract = session.get_modelmeta().custom_metadata_map.get(CONTRACT, "")
        try:
            return cls(session, read_contract(contract))
        except ValidationError as error:
            raise InputError(
                f"an exported model with its contract in '{path}'", "a model without one", remedy
            ) from error

    def locked(self, prevalence: float | None = None) -> Locked:
        """Give what was locked for the model.

        Args:
            prevalence: Share of PNEUMONIA that probabilities shall hold for; None for that of the
                export.
        """
        promised, export = self.contract, self.contract.export
        line, learnt = promised.calibration.map, promised.calibration.prevalence
        calibration, holds_for = export.probability, export.prevalence
        if prevalence is not None and line is not None and learnt is not None:
            calibration, holds_for = at_prevalence(line, learnt, prevalence), prevalence
        return Locked(
            promised.name,
            promised.fingerprint,
            promised.operating_point.threshold,
            export.zone,
            calibration,
            holds_for,
        )

    def score(self, pixels: NDArray[np.uint8]) -> float:
        """Score one decoded film, uint8 (height, width)."""
        (found,) = self.session.run([SCORE], {FILMS: pixels[np.newaxis]})
        return float(found[0, 0])


def predict_films(
    model: ExportedModel,
    files: Mapping[str, Reader],
    prevalence: float | None = None,
    found: Collection[str] = (),
) -> pd.DataFrame:
    """Read, score and predict films one by one, as the inference pipeline does.

    Args:
        model: The exported model.
        files: Path to a function that reads that file's bytes.
        prevalence: Share of PNEUMONIA that probabilities shall hold for.
        found: Which of the paths nobody has named: of these, a DICOM is called by its hash, for
            the name of its file can name a patient.

    Returns:
        One row a file, with the columns of the predictions; a file that could not be read has
        its reason, and no score.
    """
    options = DecodingOptions.model_validate(dict(model.contract.export.decoding))
    with warnings_refused():
        rows = [_row(model, scan_file(item, options)) for item in files.items()]
    scored = pd.DataFrame(rows)
    is_dicom = scored["dicom"] | scored[Column.PATH].str.lower().str.endswith(DICOM_SUFFIXES)
    by_hash = scored[Column.SHA256].str[:_DIGITS].replace("", "unread") + ".dcm"
    hidden = is_dicom & scored[Column.PATH].isin(found)
    scored[Column.PATH] = scored[Column.PATH].where(~hidden, by_hash)
    scored[Column.WARNING] = film_warnings(scored)
    # Which films are unlike those of train is not known, and so left out: not "none of them".
    scored = scored.assign(**dict.fromkeys(OUTSIDE))
    scored[Column.SCORE] = scored[Column.SCORE].astype("float32")
    predicted = predict(scored, model.locked(prevalence), model.contract.notice)
    return mark_phantoms(predicted, scored[Column.SOURCE])


def _row(model: ExportedModel, file: ScannedFile) -> dict[str, Any]:
    found = {name: value for name, value in vars(file).items() if name != "pixels"}
    score = np.nan if file.pixels is None else model.score(file.pixels)
    return {**found, Column.SCORE.value: score}

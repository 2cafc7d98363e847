"""Exported models in onnxruntime: neither Keras nor Kedro is loaded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from pneumoscope.errors import InputError
from pneumoscope.exchange.graph import FEATURES, FILMS, MAP, PREPARED, SCORE
from pneumoscope.exchange.metadata import CONTRACT, read_contract
from pneumoscope.exchange.parity import session_of
from pneumoscope.exchange.records import ExportedContract
from pneumoscope.inference.predictions import Locked
from pneumoscope.inference.scored import ScoredFilms
from pneumoscope.options import PreprocessingOptions

if TYPE_CHECKING:
    import onnxruntime


AT_ONCE = min(4, os.cpu_count() or 1)
"""Films of a batch that are scored side by side; each takes memory of its own."""


@dataclass(frozen=True)
class ExportedModel:
    """An exported model in onnxruntime, with all it promises.

    Attributes:
        session: Runs the graph, for several threads at once.
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
                f"an exported model with its contract in '{path}'",
                "a model without one, or of an older release",
                remedy,
            ) from error

    @property
    def runtime(self) -> str:
        """Name and version of onnxruntime."""
        import onnxruntime

        return f"onnxruntime {onnxruntime.__version__}"

    @property
    def preprocessing(self) -> PreprocessingOptions:
        """What the graph does to films."""
        known = self.contract.export.preprocessing
        own = {name: known[name] for name in PreprocessingOptions.model_fields if name in known}
        return PreprocessingOptions.model_validate(own)

    @property
    def locked(self) -> Locked:
        """What was locked for the model."""
        return locked_in(self.contract)

    def score(self, films: Sequence[NDArray[np.uint8]]) -> ScoredFilms:
        """Score decoded films, uint8 (height, width) of any sizes, one or more.

        A film alone has all cores. Films of a batch are run side by side, each by itself: cores
        that share one film wait for each other. Both give the same bytes.
        """
        if len(films) == 1:
            each = [self._run(films[0])]
        else:
            with ThreadPoolExecutor(AT_ONCE) as threads:
                each = list(threads.map(self._run, films))
        found = dict(zip(self._given, map(np.concatenate, zip(*each, strict=True)), strict=True))
        images = found[PREPARED].astype(np.uint8)
        return ScoredFilms(found[SCORE][:, 0], images, found[FEATURES], found.get(MAP))

    @cached_property
    def _given(self) -> list[str]:
        given = {output.name for output in self.session.get_outputs()}
        return [name for name in (SCORE, FEATURES, PREPARED, MAP) if name in given]

    def _run(self, film: NDArray[np.uint8]) -> list[NDArray[Any]]:
        found: list[NDArray[Any]] = self.session.run(self._given, {FILMS: film[np.newaxis]})
        return found


def locked_in(contract: ExportedContract) -> Locked:
    """Read what was locked for a model from the contract of its export."""
    export = contract.export
    return Locked(
        contract.name,
        contract.fingerprint,
        contract.operating_point.threshold,
        export.zone,
        export.probability,
        export.prevalence,
        export.decides_out_of_distribution,
    )

"""Films predicted by one route, a task a turn; started by prediction.py."""

import argparse
import logging
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from parameters import load_parameters
from turns import Turns
from tutorial import predict_folder, predict_one

from pneumoscope.datasets.decoded_radiographs import DecodedRadiographsDataset
from pneumoscope.datasets.keras_model import KerasModelDataset
from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.inference.films import PreprocessedFilms
from pneumoscope.ingestion.scan import scan
from pneumoscope.models.scoring import score
from pneumoscope.models.training.execution import prepare_backend
from pneumoscope.options import IngestionOptions, PreprocessingOptions
from pneumoscope.radiographs.decoding import decode
from pneumoscope.radiographs.transforms import preprocess

BATCH_SIZE = 64


def main() -> None:
    """Predict by the route that is asked for, task by task, round by round."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("route", choices=["ours", "tutorial"])
    parser.add_argument("model")
    parser.add_argument("films", type=Path)
    parser.add_argument("rounds", type=int)
    parser.add_argument("--tasks", nargs="+", default=["one", "many"])
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    turns = Turns()
    route = (Ours if given.route == "ours" else Tutorial)(given.model, given.films)
    files = sorted(given.films.rglob("*.jpeg"))
    turns.ready(parameters=route.model.count_params())
    for turn in range(given.rounds):
        for task in given.tasks:
            route.many() if task == "many" else route.one(files[turn % len(files)])
            turns.over(last=turn + 1 == given.rounds and task == given.tasks[-1])
    turns.finish()


class Ours:
    """The functions that the inference pipeline calls, through its datasets."""

    def __init__(self, model: str, films: Path) -> None:
        """Load the model and the options."""
        prepare_backend(seed=0)
        parameters = load_parameters("kermany")
        self._ingestion = IngestionOptions.model_validate(parameters["ingestion"])
        self._preprocessing = PreprocessingOptions.model_validate(parameters["preprocessing"])
        self._films = films
        self.model = KerasModelDataset(filepath=model).load()

    def one(self, film: Path) -> Any:
        """Decode, preprocess and score one film."""
        pixels = decode(film.read_bytes(), self._ingestion).pixels
        image = preprocess(pixels, self._preprocessing)[np.newaxis]
        return score(self.model, image, 1, "scoring")

    def many(self) -> Any:
        """Scan, store, preprocess and score every film of the folder."""
        readers = RadiographFolderDataset(str(self._films)).load()
        stored = DecodedRadiographsDataset(f"{self._films}-decoded")
        stored.save(scan(readers, self._ingestion))
        films = PreprocessedFilms(stored.load(), sorted(readers), self._preprocessing)
        return score(self.model, films, BATCH_SIZE, "scoring")


class Tutorial:
    """What a script does: Keras reads the files, `model.predict` predicts them."""

    def __init__(self, model: str, films: Path) -> None:
        """Load the model."""
        self._films = films
        self.model = keras.models.load_model(model)
        self._side = self.model.input_shape[1]

    def one(self, film: Path) -> Any:
        """Load and predict one film."""
        return predict_one(self.model, film, self._side)

    def many(self) -> Any:
        """Predict every film of the folder."""
        return predict_folder(self.model, self._films, self._side)


if __name__ == "__main__":
    main()

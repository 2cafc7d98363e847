"""The route of a tutorial: files read by Keras, default compile, float32.

    python benchmarks/tutorial.py train cnn FOLDER EPOCHS SIDE
    python benchmarks/tutorial.py predict MODEL FILM SIDE

The model is the project's own architecture from a random start, so that nothing but the route
differs. FOLDER has train/ and test/ with a folder a class.
"""

import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from parameters import architecture_options
from timing import PROJECT

from pneumoscope.models.architectures.registry import build

BATCH_SIZE, SEED = 32, 7


def main() -> None:
    """Do what the command line asks for."""
    match sys.argv[1:]:
        case ["train", architecture, folder, epochs, side]:
            train(architecture, Path(folder), int(epochs), int(side))
        case ["predict", model, film, side]:
            print(predict_one(keras.models.load_model(model), Path(film), int(side)))
        case _:
            raise SystemExit(__doc__)


def train(architecture: str, folder: Path, epochs: int, side: int) -> None:
    """Train, evaluate on test and save beside the radiographs."""
    model = compiled(architecture, side)
    model.fit(batches(folder / "train", side), epochs=epochs, verbose=0)
    print(model.evaluate(batches(folder / "test", side), verbose=0))
    model.save(folder / f"tutorial_{architecture}.keras")


def compiled(architecture: str, side: int) -> keras.Model:
    """Build an architecture and compile it as `compile` is called when nobody thinks of it."""
    model = build(architecture_options(architecture), (side, side, 1), SEED)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def batches(folder: Path, side: int) -> Any:
    """Give batches that are decoded, resized and rescaled whenever they are iterated."""
    rescaling = keras.layers.Rescaling(1 / 255)
    return keras.utils.image_dataset_from_directory(
        folder, label_mode="binary", color_mode="grayscale", batch_size=BATCH_SIZE,
        image_size=(side, side), seed=SEED, verbose=False,
    ).map(lambda images, labels: (rescaling(images), labels))  # fmt: skip


def predict_one(model: keras.Model, film: Path, side: int) -> float:
    """Load, resize and predict one film."""
    image = keras.utils.load_img(film, color_mode="grayscale", target_size=(side, side))
    array = keras.utils.img_to_array(image)[np.newaxis] / 255
    return float(model.predict(array, verbose=0)[0, 0])


def predict_folder(model: keras.Model, folder: Path, side: int) -> np.ndarray:
    """Predict every film below a folder."""
    return model.predict(batches(folder, side).map(lambda images, _: images), verbose=0)


if __name__ == "__main__":
    os.chdir(PROJECT)
    main()

import numpy as np

from pneumoscope.inference.films import PreprocessedFilms
from pneumoscope.options import PreprocessingOptions
from pneumoscope.radiographs.transforms import preprocess

OPTIONS = PreprocessingOptions.model_validate({"size": [16, 24], "fit": "letterbox"})


def decoded(count: int = 5) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(2)
    return {
        f"{n}.png": rng.integers(0, 256, (30 + n, 40 + 2 * n), dtype=np.uint8) for n in range(count)
    }


def test_films_are_preprocessed_as_the_training_radiographs_were():
    radiographs = decoded()
    films = PreprocessedFilms(radiographs, ["3.png", "0.png", "4.png"], OPTIONS)
    assert films.shape == (3, 16, 24, 1)
    read = films[np.array([0, 2])]
    np.testing.assert_array_equal(read[0], preprocess(radiographs["3.png"], OPTIONS))
    np.testing.assert_array_equal(read[1], preprocess(radiographs["4.png"], OPTIONS))


def test_only_the_films_of_a_batch_are_read():
    read: list[str] = []

    class Storage(dict):
        def __getitem__(self, path):
            read.append(path)
            return super().__getitem__(path)

    films = PreprocessedFilms(Storage(decoded()), [f"{n}.png" for n in range(5)], OPTIONS)
    assert read == []
    films[np.array([1, 2])]
    assert read == ["1.png", "2.png"]

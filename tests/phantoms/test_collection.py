"""Tests of the synthetic data set as a whole: layout, names, patients, copies."""

import io
import pickle
import re
from collections import Counter

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError
from sklearn.metrics import roc_auc_score

from pneumoscope.options import PhantomOptions
from pneumoscope.phantoms.collection import make_phantoms

OPTIONS = PhantomOptions(patients=80, test_share=0.4)
NAMES = r"((NORMAL2-)?IM-\d{4}-0001(-\d{4})?|person\d+_(bacteria|virus)_\d+(_1)?)\.jpeg"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return {path: make() for path, make in make_phantoms(OPTIONS, seed=0).items()}


@pytest.fixture(scope="module")
def films(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if path.endswith(".jpeg")}


def part(path: str) -> str:
    return path.split("/")[0]


def is_pneumonia(path: str) -> bool:
    return path.split("/")[1] == "PNEUMONIA"


def child(path: str) -> str:
    return re.sub(r"-0001(-\d{4})?\.jpeg|_\d+(_1)?\.jpeg", "", path.split("/")[2])


def is_grey(path: str, films: dict[str, bytes]) -> bool:
    return Image.open(io.BytesIO(films[path])).mode == "L"


def test_files_lie_in_the_published_layout(films: dict[str, bytes]) -> None:
    folders = Counter(path.rsplit("/", 1)[0] for path in films)
    assert set(folders) == {
        f"{part}/{label}" for part in ("train", "val", "test") for label in ("NORMAL", "PNEUMONIA")
    }
    assert folders["val/NORMAL"] == folders["val/PNEUMONIA"] == 4
    assert all(re.fullmatch(NAMES, path.split("/")[2]) for path in films)


def test_no_child_is_in_test_and_elsewhere(films: dict[str, bytes]) -> None:
    in_test = {child(path) for path in films if part(path) == "test"}
    assert in_test
    assert in_test.isdisjoint(child(path) for path in films if part(path) != "test")


def test_a_number_without_its_subtype_names_several_patients(films: dict[str, bytes]) -> None:
    assert {"person1_bacteria", "person1_virus"} <= {child(path) for path in films}


def test_as_many_children_as_asked_for(films: dict[str, bytes]) -> None:
    per_child = Counter(child(path) for path in films)
    assert len(per_child) == 80
    assert sum(is_pneumonia(path) for path in {child(p): p for p in films}.values()) == 56
    assert max(per_child.values()) > 1


def test_each_class_has_one_byte_identical_copy_in_train(films: dict[str, bytes]) -> None:
    groups: dict[bytes, list[str]] = {}
    for path, content in films.items():
        groups.setdefault(content, []).append(path)
    copies = [paths for paths in groups.values() if len(paths) > 1]
    assert sorted(is_pneumonia(first) for first, _ in copies) == [False, True]
    assert all(child(first) == child(second) for first, second in copies)
    assert all(part(path) == "train" for paths in copies for path in paths)


def test_colour_occurs_in_train_pneumonia_alone(films: dict[str, bytes]) -> None:
    train = [path for path in films if part(path) == "train" and is_pneumonia(path)]
    colour = [path for path in films if not is_grey(path, films)]
    assert set(colour) <= set(train)
    assert 0.02 < len(colour) / len(train) < 0.1


def test_bytes_a_pixel_tell_the_class_in_train_but_not_in_test(films: dict[str, bytes]) -> None:
    def auroc(chosen: str) -> float:
        paths = [path for path in films if part(path) == chosen]
        sizes = [np.prod(Image.open(io.BytesIO(films[path])).size) for path in paths]
        density = [len(films[path]) / size for path, size in zip(paths, sizes, strict=True)]
        return float(roc_auc_score([not is_pneumonia(path) for path in paths], density))

    assert auroc("train") > 0.8
    assert 0.3 < auroc("test") < 0.7


def test_mean_grey_does_not_tell_the_class(films: dict[str, bytes]) -> None:
    means = [
        np.asarray(Image.open(io.BytesIO(film)).convert("L")).mean() for film in films.values()
    ]
    assert 0.3 < roc_auc_score([is_pneumonia(path) for path in films], means) < 0.7


def test_a_stray_file_is_no_image(files: dict[str, bytes]) -> None:
    assert [path for path in files if not path.endswith(".jpeg")] == ["train/.DS_Store"]
    assert b"Bud1" in files["train/.DS_Store"]


def test_a_file_does_not_depend_on_order_or_process(files: dict[str, bytes]) -> None:
    again = pickle.loads(pickle.dumps(make_phantoms(OPTIONS, seed=0)))
    assert list(again) == list(files)
    for path in list(again)[::-25]:
        assert again[path]() == files[path]


def test_the_smallest_set_fills_every_folder() -> None:
    phantoms = make_phantoms(PhantomOptions(patients=12, shorter_side=(64, 96)), seed=3)
    assert len({path.rsplit("/", 1)[0] for path in phantoms if path.endswith(".jpeg")}) == 6


def test_too_few_children_of_a_class_are_refused() -> None:
    with pytest.raises(ValueError, match=r"subtype normal, received 1 patients.*Raise `patients`"):
        PhantomOptions(patients=12, pneumonia_share=0.9)


def test_a_descending_size_range_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"`shorter_side` as \[low, high\]"):
        PhantomOptions(shorter_side=(300, 200))

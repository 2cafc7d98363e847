import tracemalloc
from io import BytesIO
from tempfile import TemporaryFile

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from pneumoscope.datasets.formats import ParquetDataset
from pneumoscope.ingestion import similarity
from pneumoscope.ingestion.descriptors import (
    COARSE,
    LENGTH,
    Described,
    Shortened,
    centred,
    describe,
    shared_part,
)
from pneumoscope.ingestion.similarity import (
    ALIKE,
    COPY,
    MOST,
    USUAL_FROM,
    compare,
    similar_radiographs,
    standing_out,
)
from pneumoscope.options import PhantomOptions
from pneumoscope.phantoms.collection import make_phantoms
from pneumoscope.radiographs.acquisition import measure_film
from pneumoscope.radiographs.decoding import decode
from pneumoscope.radiographs.measured import SMALL_SIDE


def decoded(data: bytes, options) -> np.ndarray:
    return decode(data, options).pixels


def small(films) -> np.ndarray:
    return np.stack([measure_film(film).small for film in films])


def compared(manifest, pixels) -> pd.DataFrame:
    return similar_radiographs(manifest, small(pixels[path] for path in manifest["path"]))


@pytest.fixture(scope="module")
def films() -> list[bytes]:
    """Give 30 phantoms of different patients."""
    options = PhantomOptions(
        patients=30, pneumonia_share=0.5, test_share=0.2, shorter_side=(220, 300)
    )
    drawn = make_phantoms(options, seed=5)
    seen, films = set(), []
    for path, read in drawn.items():
        child = path.rsplit("/", 1)[-1].split("_")[0].rsplit("-0001", 1)[0]
        if path.endswith(".jpeg") and child not in seen:
            seen.add(child)
            films.append(read())
    return films


@pytest.fixture(scope="module")
def collection(make_manifest, films, ingestion_options):
    """Give manifest and pixels of the films, each a patient of its own."""

    def collection(*more: bytes):
        data = [*films, *more]
        paths = [f"train/NORMAL/own {n:02}.jpeg" for n in range(len(data))]
        pixels = {
            path: decoded(film, ingestion_options) for path, film in zip(paths, data, strict=True)
        }
        return make_manifest(paths, sha256=[str(hash(film)) for film in data]), pixels

    return collection


def encoded(film: bytes, scale: float = 1, kind: str = "JPEG", **options) -> bytes:
    image, buffer = Image.open(BytesIO(film)).convert("L"), BytesIO()
    image.resize((round(image.width * scale), round(image.height * scale))).save(
        buffer, kind, **options
    )
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("scale", "kind", "options"),
    [
        (1, "PNG", {}),
        (1, "JPEG", {"quality": 30}),
        (1, "WEBP", {}),
        (0.5, "PNG", {}),
        (2, "JPEG", {"quality": 75}),
    ],
)
def test_a_film_that_is_stored_anew_is_found(collection, films, scale, kind, options):
    manifest, pixels = collection(encoded(films[3], scale, kind, **options))
    found = compared(manifest, pixels)
    copies = found[found["similarity"] >= COPY]
    assert copies[["first", "second"]].to_numpy().tolist() == [
        ["train/NORMAL/own 03", f"train/NORMAL/own {len(films):02}"]
    ]


def test_films_of_different_patients_are_no_copies(collection):
    found = compared(*collection())
    assert not (found["similarity"] >= COPY).any()


def test_byte_identical_films_are_compared_once(collection, films):
    manifest, pixels = collection(films[3], films[3])
    assert compared(manifest, pixels).equals(compared(*collection()))


def test_pairs_come_back_as_they_were_stored_and_take_a_few_bytes_each(collection, films, tmp_path):
    found = compared(*collection(*(encoded(films[3], quality=30 + n) for n in range(9))))
    assert len(found) == 45
    assert found["first"].cat.codes.dtype == np.int8
    for pairs in (found, found[:0], compared(*collection())):
        dataset = ParquetDataset(
            filepath=str(tmp_path / "pairs.parquet"), save_args={"index": False}
        )
        dataset.save(pairs)
        read = dataset.load()
        assert read.astype({"first": str, "second": str}).equals(
            pairs.astype({"first": str, "second": str})
        )
    assert [
        pair for pair in zip(found["first"], found["second"], strict=True) if pair[0] >= pair[1]
    ] == []


def test_films_of_one_patient_that_look_alike_are_no_news(collection):
    manifest, pixels = collection()
    one = manifest.assign(patient_id="one")
    assert compared(one, pixels).empty


def test_two_films_alone_can_be_compared(make_manifest, films, ingestion_options):
    paths = ["train/NORMAL/a.jpeg", "test/NORMAL/b.png"]
    manifest = make_manifest(paths)
    pairs = [films[0], encoded(films[0], kind="PNG")], films[:2]
    copy, other = (
        {path: decoded(film, ingestion_options) for path, film in zip(paths, pair, strict=True)}
        for pair in pairs
    )
    assert len(compared(manifest, copy)) == 1
    assert compared(manifest, other).empty


def test_a_frame_that_all_films_bear_makes_none_a_copy(collection):
    manifest, pixels = collection()
    framed = {}
    for path, image in pixels.items():
        framed[path] = np.pad(image, 20, constant_values=255)
        framed[path][5:15, 5:-5] = 0
    found = compared(manifest, framed)
    assert not (found["similarity"] >= COPY).any()


def less_shared(described):
    return centred(described, shared_part(described.sum(axis=0), len(described)))


def test_memory_is_for_a_block_of_films_however_many_there_are(make_manifest, monkeypatch):
    monkeypatch.setattr("pneumoscope.ingestion.similarity._BLOCK", 64 * 64)
    rng = np.random.default_rng(4)
    few = small([rng.integers(0, 256, (60, 60), dtype=np.uint8) for _ in range(7)])
    monkeypatch.setattr("pneumoscope.ingestion.similarity.USUAL_FROM", 64)
    monkeypatch.setattr("pneumoscope.ingestion.descriptors._AT_ONCE", 64)
    monkeypatch.setattr("pneumoscope.ingestion.descriptors.LONGER", 16)
    peaks = []
    for count in (128, 512):
        paths = [f"NORMAL/{number:04d}.png" for number in range(count)]
        manifest = make_manifest(paths)
        manifest["sha256"] = manifest["path"]
        films = few[np.arange(count) % 7]
        tracemalloc.start()
        found = similar_radiographs(manifest, films)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert len(found) > count
    # Of 384 films more: pairs and names, far less than their descriptors.
    assert peaks[1] - peaks[0] < 384 * LENGTH


def test_films_are_described_alike_in_any_company(monkeypatch):
    rng = np.random.default_rng(5)
    films = rng.integers(0, 256, (70, SMALL_SIDE, SMALL_SIDE), dtype=np.uint8)
    together = Described(films, np.arange(70))[np.arange(70)]
    monkeypatch.setattr("pneumoscope.ingestion.descriptors._IN_CACHE", 9)
    np.testing.assert_array_equal(Described(films, np.arange(70))[np.arange(70)], together)
    alone = np.stack([describe(films[one : one + 1])[0] for one in range(70)])
    np.testing.assert_array_equal(describe(films), alone)


def test_describing_takes_memory_for_what_it_returns_and_little_more():
    films = np.random.default_rng(6).integers(0, 256, (1024, SMALL_SIDE**2), dtype=np.uint8)
    films = films.reshape(-1, SMALL_SIDE, SMALL_SIDE)
    describe(films[:1])
    tracemalloc.start()
    found = describe(films)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * found.nbytes


def test_films_of_one_grey_level_resemble_nothing():
    blank = describe(small(np.full((300, 200), grey, np.uint8) for grey in (0, 7, 255)))
    assert not blank.any()
    assert [len(part) for part in compare(less_shared(blank), np.arange(3))] == [0, 0, 0, 3]


def test_any_number_of_copies_stays_tied_together_in_bounded_room(monkeypatch):
    monkeypatch.setattr("pneumoscope.ingestion.similarity._BLOCK", 1000)  # many small blocks
    rng = np.random.default_rng(0)
    one = rng.normal(size=LENGTH)
    films = np.float32(one + 0.01 * rng.normal(size=(4 * MOST, LENGTH)))
    films /= np.linalg.norm(films, axis=1, keepdims=True)
    first, second, similarity, _ = compare(films, np.arange(len(films)))
    assert (first < second).all()
    assert (similarity >= ALIKE).all()
    assert np.bincount(first).max() == MOST
    # Each but the last leads on to a later one, so all hang together.
    assert set(first) == set(range(len(films) - 1))


def test_the_correlation_is_that_of_numpy():
    rng = np.random.default_rng(1)
    films = [rng.integers(0, 256, (60, 60), dtype=np.uint8) for _ in range(2)]
    films.append(np.clip(films[0] + rng.normal(0, 9, (60, 60)), 0, 255).astype(np.uint8))
    described = less_shared(describe(small(films)))
    first, second, similarity, _ = compare(described, np.arange(3))
    assert (first.tolist(), second.tolist()) == ([0], [2])
    assert similarity[0] == pytest.approx(np.corrcoef(described)[0, 2], abs=2e-3)


def test_the_nearest_of_another_patient_is_known_of_each_film(monkeypatch):
    monkeypatch.setattr("pneumoscope.ingestion.similarity._BLOCK", 16)  # four films at a time
    rng = np.random.default_rng(2)
    films = np.float32(rng.normal(size=(10, LENGTH)))
    films /= np.linalg.norm(films, axis=1, keepdims=True)
    patient = np.array(list("aabbccddee"), dtype=object)
    correlation = films @ films.T
    correlation[patient[:, None] == patient[None]] = -1
    assert compare(films, patient)[3] == pytest.approx(correlation.max(axis=1), abs=1e-6)


def drawn(n: int, directions: int = LENGTH) -> np.ndarray:
    """Descriptors that lie along so many directions, each seventh much like the one before it."""
    rng = np.random.default_rng(6)
    films = rng.normal(size=(n, directions)) @ rng.normal(size=(directions, LENGTH))
    films[6::7] = films[5:-1:7] + 0.4 * films[6::7]
    return np.float32(films / np.linalg.norm(films, axis=1, keepdims=True))


@pytest.mark.parametrize("directions", [20, 300, LENGTH])
def test_no_pair_is_ruled_out_that_a_comparison_of_all_finds(monkeypatch, directions):
    monkeypatch.setattr(similarity, "_BLOCK", 50 * 50)
    films = drawn(333, directions)
    correlation = films @ films.T
    expected = np.argwhere(np.triu(correlation, 1) >= ALIKE)
    first, second, found, _ = compare(films, np.arange(len(films)))
    assert np.column_stack([first, second]).tolist() == expected.tolist()
    assert found == pytest.approx(correlation[first, second], abs=1e-6)
    assert len(found) > 40


@pytest.mark.parametrize("count", [3, 40, 600])
def test_short_descriptors_bound_the_correlation_and_leave_few_pairs(count):
    films = drawn(600, 300)[:count]
    with TemporaryFile() as file:
        shortened = Shortened(films[:300], count, file)
        shortened.append(films[: count // 2])
        shortened.append(films[count // 2 :])
        short, part = shortened.read(0, count), shortened.read(1, count - 1)
    np.testing.assert_array_equal(part.longer, short.longer[1:-1])
    correlation = films @ films.T
    for bound in (short.first @ short.first.T, short.longer @ short.longer.T):
        assert (bound >= correlation - 1e-5).all()
    alike = {tuple(pair) for pair in np.argwhere(correlation >= ALIKE)}
    left = set(zip(*short.may_reach(short, ALIKE), strict=True))
    assert alike <= left
    if count == 600:
        assert len(left) < len(alike) + 0.01 * count**2


def test_films_that_are_all_alike_are_all_left():
    films = np.tile(drawn(1), (50, 1))
    with TemporaryFile() as file:
        shortened = Shortened(films, 50, file)
        shortened.append(films)
        short = shortened.read(0, 50)
    assert len(short.may_reach(short, ALIKE)[0]) == 50 * 50


def test_what_is_usual_is_told_by_some_films_of_all(monkeypatch):
    monkeypatch.setattr(similarity, "USUAL_FROM", 5)
    films = drawn(21)
    correlation = films @ films.T
    np.fill_diagonal(correlation, -1)
    nearest = compare(films, np.arange(21))[3]
    assert nearest == pytest.approx(correlation.max(axis=1)[::5], abs=1e-6)
    assert USUAL_FROM > 1000


def test_a_descriptor_is_the_film_without_coarse_shading(films, ingestion_options):
    one = small([decoded(films[0], ingestion_options)])
    pixels = one[0].astype(np.float32)
    fine = (pixels - cv2.GaussianBlur(pixels, (0, 0), COARSE)).ravel()
    expected = (fine - fine.mean()) / np.linalg.norm(fine - fine.mean())
    assert describe(one)[0] == pytest.approx(expected, abs=1e-5)


def test_descriptors_are_those_of_the_chosen_films():
    films = np.random.default_rng(8).integers(0, 256, (9, SMALL_SIDE, SMALL_SIDE), dtype=np.uint8)
    chosen = np.array([7, 2, 5, 0])
    some = Described(films, chosen)
    expected = less_shared(describe(films[chosen]))[[2, 1]]
    assert some[np.array([2, 1])] == pytest.approx(expected, abs=1e-6)


def test_a_pair_stands_out_only_where_the_others_are_less_alike():
    # Fisher's z of 0.6 is 0.693; around it a spread of 0.1 by median and deviation.
    usual = np.tanh(0.693 + 0.1 * np.random.default_rng(3).normal(size=5000))
    assert standing_out(usual) == pytest.approx(np.tanh(0.693 + 0.4), abs=0.02)
    # A few that are found must not raise what counts as usual.
    assert standing_out(np.append(usual, [0.99] * 50)) == pytest.approx(
        standing_out(usual), abs=0.01
    )


def test_films_that_a_program_has_drawn_alike_are_not_pointed_out(collection):
    manifest, pixels = collection()
    assert compared(manifest, pixels).empty

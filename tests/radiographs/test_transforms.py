from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import roc_auc_score

from pneumoscope.naming import Fit
from pneumoscope.options import ClaheOptions, PreprocessingOptions
from pneumoscope.radiographs.transforms import (
    crop_border,
    equalise_contrast,
    preprocess,
    resize,
)


@pytest.fixture(scope="module")
def options(preprocessing_options):
    def options(**changes) -> PreprocessingOptions:
        return PreprocessingOptions(**preprocessing_options.model_dump() | changes)

    return options


@pytest.fixture(scope="module")
def anatomy() -> np.ndarray:
    """Smooth shapes with fine grain, uint8 (240, 300): compresses like a radiograph."""
    y, x = np.mgrid[0:240, 0:300] / 40
    grain = np.random.default_rng(0).normal(0, 6, (240, 300))
    return np.clip(128 + 60 * np.sin(x) * np.cos(y) + grain, 0, 255).astype(np.uint8)


def compressed(image: np.ndarray, quality: int) -> np.ndarray:
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def sharpness(image: np.ndarray) -> float:
    """Mean absolute Laplacian, in grey levels: what coarse compression takes away."""
    return float(np.abs(cv2.Laplacian(image.astype(float), cv2.CV_64F)).mean())


@pytest.mark.parametrize("fit", list(Fit))
@pytest.mark.parametrize("shape", [(160, 200), (300, 90), (64, 48), (1, 700), (500, 1)])
@pytest.mark.parametrize("border_crop", [0.0, 0.49])
def test_films_of_any_shape_come_to_one_shape(options, fit, shape, border_crop):
    pixels = np.full(shape, 90, dtype=np.uint8)
    image = preprocess(pixels, options(fit=fit, size=(16, 64), border_crop=border_crop))
    assert (image.shape, image.dtype) == ((16, 64, 1), np.uint8)
    assert image.max() == 90


@pytest.mark.parametrize("level", [0, 77, 255])
def test_a_constant_film_stays_constant(options, level):
    pixels = np.full((200, 160), level, dtype=np.uint8)
    every = options(fit="crop", border_crop=0.1, equalise_quality=60)
    image = preprocess(pixels, every).astype(int)
    # JPEG rounds the grey level itself by less than its coarsest step.
    assert image.min() == image.max() == pytest.approx(level, abs=1)


def test_the_film_is_left_as_it_was(options, gradient):
    before = gradient.copy()
    preprocess(gradient, options(border_crop=0.1, clahe={}, equalise_quality=60))
    np.testing.assert_array_equal(gradient, before)


def test_preprocessing_is_deterministic(options, anatomy):
    every = options(border_crop=0.1, clahe={}, equalise_quality=60)
    np.testing.assert_array_equal(preprocess(anatomy, every), preprocess(anatomy, every))


def test_squashing_shows_the_whole_ramp(gradient):
    image = resize(gradient, (40, 40), Fit.SQUASH)
    assert image[:, 0].max() < 10
    assert image[:, -1].min() > 245
    assert (np.diff(image[0].astype(int)) >= 0).all()


@pytest.mark.parametrize(
    ("shape", "inside"),
    [((100, 200), np.s_[16:48, :]), ((200, 100), np.s_[:, 16:48]), ((50, 50), np.s_[:, :])],
)
def test_a_letterbox_keeps_the_aspect_ratio_and_pads_with_black(shape, inside):
    image = resize(np.full(shape, 200, dtype=np.uint8), (64, 64), Fit.LETTERBOX)
    assert (image[inside] == 200).all()
    assert int(image.sum()) == 200 * image[inside].size


def test_a_crop_keeps_the_centre():
    pixels = np.zeros((60, 100), dtype=np.uint8)
    pixels[:, 20:80] = 200
    np.testing.assert_array_equal(resize(pixels, (30, 30), Fit.CROP), np.full((30, 30), 200))


def test_a_crop_of_the_right_shape_is_a_plain_resize(gradient):
    np.testing.assert_array_equal(
        resize(gradient, (80, 100), Fit.CROP), resize(gradient, (80, 100), Fit.SQUASH)
    )


@pytest.mark.parametrize(
    ("shape", "inside"),
    # 40 * 73 / 80 is 36.5, halfway: up. So is 40 * 1 / 80, which leaves a line in any case.
    [((80, 73), np.s_[:, 1:38]), ((80, 1), np.s_[:, 19:20]), ((1000, 1), np.s_[:, 19:20])],
)
def test_a_side_of_a_letterbox_that_lies_halfway_is_rounded_up(shape, inside):
    image = resize(np.full(shape, 200, dtype=np.uint8), (40, 40), Fit.LETTERBOX)
    assert (image[inside] == 200).all()
    assert int(image.sum()) == 200 * image[inside].size


def test_rows_are_resized_before_columns_whatever_the_shape():
    tall = np.random.default_rng(0).integers(0, 256, (700, 90), dtype=np.uint8)
    narrow = Image.fromarray(tall).resize((40, 700), Image.Resampling.BILINEAR)
    both = narrow.resize((40, 60), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(resize(tall, (60, 40), Fit.SQUASH), both)


def test_a_share_is_read_as_it_was_written(options):
    # In floating point 0.29 * 100 is less than 29, and 0.07 * 100 more than 7.
    for share, cut in ((0.29, 29), (0.07, 7), (0.335, 33), (0.0, 0)):
        kept = crop_border(np.zeros((100, 100), np.uint8), options(border_crop=share))
        assert kept.shape == (100 - 2 * cut,) * 2


def test_the_border_is_cut_from_all_four_sides(options):
    pixels = np.arange(200, dtype=np.uint8).reshape(10, 20)
    np.testing.assert_array_equal(crop_border(pixels, options(border_crop=0.1)), pixels[1:9, 2:18])
    np.testing.assert_array_equal(crop_border(pixels, options(border_crop=0.0)), pixels)


def test_a_marker_in_the_corner_is_cut_off(options):
    pixels = np.full((200, 200), 50, dtype=np.uint8)
    pixels[:15, :15] = 255
    assert preprocess(pixels, options(border_crop=0.1)).max() == 50
    assert preprocess(pixels, options()).max() == 255


def test_local_contrast_is_raised(anatomy):
    faint = (100 + anatomy.astype(float) / 8).astype(np.uint8)
    clear = equalise_contrast(faint, ClaheOptions(clip_limit=4.0, tiles=4))
    tiles = [image.reshape(6, 40, 6, 50).astype(float).std(axis=(1, 3)) for image in (faint, clear)]
    assert (tiles[1] > tiles[0]).all()
    assert clear.shape == faint.shape


def test_contrast_is_equalised_after_the_resize(options, anatomy):
    resized = preprocess(anatomy, options())[..., 0]
    clear = preprocess(anatomy, options(clahe={"clip_limit": 3.0}))[..., 0]
    np.testing.assert_array_equal(clear, equalise_contrast(resized, ClaheOptions(clip_limit=3.0)))


def test_a_higher_clip_limit_gives_more_contrast(anatomy):
    faint = (100 + anatomy.astype(float) / 8).astype(np.uint8)
    spread = [equalise_contrast(faint, ClaheOptions(clip_limit=c)).std() for c in (1.0, 2.0, 4.0)]
    assert spread == sorted(spread)
    assert spread[0] < spread[-1]


def sharpness_of_copies(preprocessing: PreprocessingOptions) -> list[list[float]]:
    """Sharpness of ten films, each as a large fine file and as a small coarse one."""
    y, x = np.mgrid[0:480, 0:600] / 80
    found: list[list[float]] = [[], []]
    for rng in map(np.random.default_rng, range(10)):
        shapes = 128 + 60 * np.sin(x + rng.uniform(0, 6)) * np.cos(y + rng.uniform(0, 6))
        large = np.clip(shapes + rng.normal(0, 8, x.shape), 0, 255).astype(np.uint8)
        copies = compressed(large, 95), compressed(resize(large, (240, 300), Fit.SQUASH), 30)
        for kind, copy in zip(found, copies, strict=True):
            kind.append(sharpness(preprocess(copy, preprocessing)))
    return found


def test_equalised_encoding_hides_which_copy_of_a_film_was_compressed_more(options):
    def told_apart(quality: int | None) -> tuple[float, float]:
        fine, coarse = sharpness_of_copies(options(equalise_quality=quality))
        auroc = roc_auc_score([0] * 10 + [1] * 10, [*fine, *coarse])
        return max(auroc, 1 - auroc), abs(np.log(np.mean(fine) / np.mean(coarse)))

    aurocs, gaps = zip(*map(told_apart, (None, 60, 20)), strict=True)
    assert aurocs[0] == 1.0
    assert aurocs[2] < 0.75
    assert gaps[0] > 3 * gaps[1] > 9 * gaps[2]

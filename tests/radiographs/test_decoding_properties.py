"""What holds of every file, whatever it holds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from image_files import Tiff, bmp, png, tiff
from reference_decoder import turn

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders.deep import deep_to_grey
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph
from pneumoscope.radiographs.decoding import decode

BOUNDS = DecodingOptions(
    working_side=64, max_megabytes=1, max_megapixels=1, max_aspect=60, max_scans=20
)
SIGNATURES = [
    b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"BM",
    b"GIF89a", b"RIFF\x20\0\0\0WEBPVP8L", b"\x00\x00\x00\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51",
    b"\0\0\0\x20ftypavif", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"II+\0\x08\0\0\0",
]  # fmt: skip

sizes = st.tuples(st.integers(1, 40), st.integers(1, 40))
shallow = sizes.flatmap(lambda size: arrays(np.uint8, size))
deep = sizes.flatmap(lambda size: arrays(np.uint16, size))
quick = settings(deadline=None, max_examples=60)


@quick
@given(st.sampled_from(SIGNATURES), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_reason(signature, rest):
    try:
        found = decode(signature + rest, BOUNDS)
    except UnreadableRadiograph as error:
        assert str(error)
    else:
        assert found.pixels.dtype == np.uint8


@quick
@given(shallow, st.sampled_from([png, bmp, tiff]))
def test_grey_of_eight_bits_comes_back_as_it_went(pixels, write):
    found = decode(write(pixels), BOUNDS)
    np.testing.assert_array_equal(found.pixels, pixels)
    assert (found.height, found.width) == pixels.shape


@quick
@given(shallow, st.integers(1, 8))
def test_an_orientation_turns_what_is_stored(pixels, orientation):
    turned = decode(tiff(pixels, Tiff(orientation=orientation)), BOUNDS).pixels
    np.testing.assert_array_equal(turned, turn(pixels, orientation))


@quick
@given(shallow)
def test_white_is_zero_and_black_is_zero_are_each_others_negative(pixels):
    negative = decode(tiff(pixels, Tiff(photometric=0)), BOUNDS).pixels
    np.testing.assert_array_equal(negative, 255 - decode(tiff(pixels), BOUNDS).pixels)


@quick
@given(shallow, st.integers(1, 20))
def test_no_side_is_reduced_below_the_working_side_nor_left_twice_as_long(pixels, side):
    found = decode(png(pixels), BOUNDS.model_copy(update={"working_side": side})).pixels
    least = min(pixels.shape)
    assert min(found.shape) == least if least < side else side <= min(found.shape) < 2 * side


@quick
@given(deep)
def test_deep_storage_is_the_same_film_in_every_format(samples):
    expected = decode(png(samples), BOUNDS).pixels
    for order in "<>":
        for deflate in (False, True):
            how = Tiff(order=order, deflate=deflate)
            np.testing.assert_array_equal(decode(tiff(samples, how), BOUNDS).pixels, expected)


@quick
@given(deep)
def test_the_scale_keeps_the_order_of_grey_levels(samples):
    grey = np.asarray(deep_to_grey(samples)[0]).ravel()
    assert (np.diff(grey[np.argsort(samples.ravel(), kind="stable")]) >= 0).all()


@quick
@given(st.integers(255, 30_000), st.integers(0, 400), st.integers(40_000, 65_534))
def test_one_level_more_hardly_changes_a_film(top, marked, mark):
    y, x = np.mgrid[:40, :50]
    film = np.rint((x + y) / 87 * top).astype(np.uint16)
    film[:8, :50].flat[:marked] = mark
    more = np.where(film >= min(top, mark), film + 1, film).astype(np.uint16)
    before, after = (np.asarray(deep_to_grey(each)[0]).mean() for each in (film, more))
    assert after == pytest.approx(before, rel=0.01)

import numpy as np
import pytest
from image_files import Tiff, tiff
from PIL import Image

from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph

RAMP = np.tile(np.linspace(0, 4095, 64), (48, 1)).astype(np.uint16)
SHALLOW = (RAMP >> 4).astype(np.uint8)
ORDERS = pytest.mark.parametrize("order", ["<", ">"])


def colours(grey: np.ndarray, *more: np.ndarray) -> np.ndarray:
    return np.stack([grey, grey, grey, *more], axis=-1)


@ORDERS
@pytest.mark.parametrize("deflate", [False, True])
@pytest.mark.parametrize("rows", [None, 7])
@pytest.mark.parametrize("samples", [SHALLOW, RAMP, colours(SHALLOW), colours(RAMP)])
def test_every_depth_order_and_layout_is_the_same_film(samples, order, deflate, rows, read):
    photometric = 2 if samples.ndim == 3 else 1
    how = Tiff(photometric=photometric, order=order, deflate=deflate, rows=rows)
    found = read(tiff(samples, how), working_side=48)
    peak = 255 if samples.dtype == np.uint8 else 207
    assert np.abs(found.pixels - np.linspace(0, peak, 64)).max() <= 1.5
    assert found.bits == 8 * samples.itemsize


@ORDERS
@pytest.mark.parametrize("samples", [SHALLOW, RAMP, RAMP << 4])
def test_white_is_zero_at_every_depth(samples, order, read):
    found = read(tiff(samples, Tiff(photometric=0, order=order)), working_side=48)
    straight = read(tiff(samples, Tiff(order=order)), working_side=48)
    assert found.white_is_zero
    assert "inverted, as its file says that white is zero" in found.note
    assert not straight.white_is_zero
    assert "inverted" not in straight.note
    np.testing.assert_allclose(found.pixels[:, ::-1], straight.pixels, atol=2)


def test_white_is_zero_under_a_declared_depth(read):
    how = Tiff(photometric=0, more={281: 4095})
    found = read(tiff(RAMP // 2, how), working_side=48)
    assert (found.pixels.max(), found.pixels.min()) == (255, 128)


def test_the_brightest_pixel_of_a_film_is_no_declared_depth(read):
    assert "half a per cent" in read(tiff(RAMP // 2, Tiff(more={281: 2047}))).note


@pytest.mark.parametrize("samples", [SHALLOW, RAMP])
def test_its_orientation_is_applied_and_noted_once(samples, read):
    found = read(tiff(samples, Tiff(orientation=6)), working_side=48)
    assert found.pixels.shape == (64, 48)
    assert (found.width, found.height) == (64, 48)
    assert found.pixels[0].max() < 10 < 200 < found.pixels[-1].min()
    assert found.note.count("turned as its EXIF orientation says") == 1


def test_alpha_is_multiplied_where_it_was_not_yet(read):
    half = np.full_like(RAMP, 32768)
    for alpha, grey in ((2, RAMP), (1, RAMP // 2)):
        found = read(tiff(colours(grey, half), Tiff(photometric=2, alpha=alpha)), working_side=48)
        assert "transparent in 100.00%" in found.note
    unspecified = read(tiff(colours(RAMP, half), Tiff(photometric=2, alpha=0)), working_side=48)
    assert "transparent" not in unspecified.note


def test_planes_are_read_right_or_refused(read):
    shallow = read(tiff(colours(SHALLOW), Tiff(photometric=2, planar=True)), working_side=48)
    np.testing.assert_array_equal(shallow.pixels, SHALLOW)
    np.testing.assert_array_equal(
        read(tiff(SHALLOW, Tiff(planar=True)), working_side=48).pixels, SHALLOW
    )
    half = np.full_like(SHALLOW, 128)
    for samples, how in (
        (colours(RAMP), Tiff(photometric=2, planar=True)),
        (colours(SHALLOW // 2, half), Tiff(photometric=2, planar=True, alpha=1)),
        (SHALLOW, Tiff(photometric=0, planar=True)),
    ):
        with pytest.raises(UnreadableRadiograph, match="each channel for itself, is not read"):
            read(tiff(samples, how))


def test_a_deflated_strip_that_does_not_fit_its_checksum_is_refused(read):
    for samples in (SHALLOW, RAMP):
        data = tiff(samples, Tiff(deflate=True))
        end = int.from_bytes(data[4:8], "little")
        with pytest.raises(UnreadableRadiograph, match="incorrect data check"):
            read(data[: end - 1] + bytes([data[end - 1] ^ 1]) + data[end:])


@pytest.mark.parametrize(
    ("samples", "how", "reason"),
    [
        (SHALLOW, Tiff(photometric=None), "received no photometric interpretation"),
        (SHALLOW, Tiff(photometric=6), "received number 6 as photometric interpretation"),
        (SHALLOW, Tiff(more={259: 7}), "compression jpeg is not read"),
        (SHALLOW, Tiff(more={259: 4}), "compression group4 is not read"),
        (SHALLOW, Tiff(more={259: 9999}), "compression unknown is not read"),
        (SHALLOW.astype(np.float32), Tiff(), "floating-point grey values have no known range"),
        (RAMP.astype(np.int16) - 5, Tiff(), "at most 16 bits, received -5 to 4090"),
        (RAMP.astype(np.int32) << 8, Tiff(), "at most 16 bits, received 0 to 1048320"),
        (SHALLOW, Tiff(more={257: 49, 278: 49}), "cut short, or its header lies of it"),
        (SHALLOW, Tiff(rows=7, more={257: 200}), "expected 29 strips or tiles, received 7"),
        (SHALLOW, Tiff(deflate=True, more={279: 10**6}), "cut short"),
        (SHALLOW, Tiff(more={278: 0}), "does not say where its pixels lie"),
    ],
)
def test_what_would_be_misread_is_refused_by_name(samples, how, reason, read):
    with pytest.raises(UnreadableRadiograph, match=reason):
        read(tiff(samples, how))


def test_integers_that_fit_into_sixteen_bits_are_read(read):
    for kind in (np.int16, np.int32, np.uint32):
        found = read(tiff(RAMP.astype(kind)), working_side=48)
        assert found.pixels.max() == 207


def test_packed_twelve_bits_are_read_at_their_scale(read):
    pairs = RAMP.reshape(-1, 2).astype(np.uint32)
    packed = np.stack(
        [pairs[:, 0] >> 4, (pairs[:, 0] & 15) << 4 | pairs[:, 1] >> 8, pairs[:, 1] & 255], axis=-1
    )
    as_bytes = packed.astype(np.uint8).reshape(48, -1)
    found = read(tiff(as_bytes, Tiff(more={256: 64, 258: 12})), working_side=48)
    np.testing.assert_allclose(found.pixels, RAMP / 4095 * 255, atol=1)
    assert "12 bits as its file declares" in found.note


def test_the_page_of_a_tiff_of_pillow_is_read(encode, gradient, read):
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        film = encode(Image.fromarray(gradient), "TIFF", compression=compression)
        np.testing.assert_array_equal(read(film, working_side=160).pixels, gradient)

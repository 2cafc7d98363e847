import struct
from functools import partial

import numpy as np
import pytest
from PIL import Image

from pneumoscope.radiographs.decoding import UnreadableRadiograph, decode

read = partial(decode, working_side=32, max_megapixels=1.0)


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of 41 bytes whose header claims any size."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    import zlib

    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header
        + struct.pack(">I", zlib.crc32(header)) + struct.pack(">I", 0) + b"IDAT"
    )  # fmt: skip


def test_a_grey_jpeg_keeps_what_its_header_says(encode, gradient):
    found = read(encode(gradient, quality=95))
    assert (found.width, found.height, found.mode, found.note) == (200, 160, "L", "")
    assert found.pixels.dtype == np.uint8


@pytest.mark.parametrize(("kind", "side"), [("JPEG", 40), ("PNG", 40), ("PNG", 37), ("BMP", 32)])
def test_the_working_scale_is_small_but_never_below_the_side_asked_for(
    encode, gradient, kind, side
):
    shape = decode(encode(gradient, kind), side, 1.0).pixels.shape
    assert side <= min(shape) < 2 * side
    assert shape[1] / shape[0] == pytest.approx(200 / 160, rel=0.05)


def test_an_image_smaller_than_the_working_side_is_left_as_it_is(encode, gradient):
    np.testing.assert_array_equal(decode(encode(gradient, "PNG"), 500, 1.0).pixels, gradient)


def test_grey_levels_survive_the_reduction(encode, gradient):
    pixels = read(encode(gradient, quality=95)).pixels.astype(int)
    # Averaging neighbours of a ramp gives a ramp.
    assert abs(pixels.mean() - gradient.mean()) < 1
    assert (np.diff(pixels.mean(axis=0)) > 0).all()


def test_a_colour_jpeg_is_quietly_read_in_grey(encode, gradient):
    found = read(encode(Image.fromarray(gradient).convert("RGB"), quality=95))
    assert (found.mode, found.note, found.pixels.ndim) == ("RGB", "", 2)


@pytest.mark.parametrize(
    ("mode", "kind", "options"),
    [
        ("CMYK", "JPEG", {"quality": 95}),
        ("P", "PNG", {}),
        ("P", "PNG", {"transparency": b"\x00\x80"}),
        ("RGBA", "PNG", {}),
        ("LA", "PNG", {}),
    ],
)
def test_an_unusual_mode_is_converted_and_noted(encode, gradient, mode, kind, options):
    found = read(encode(Image.fromarray(gradient).convert("RGB").convert(mode), kind, **options))
    assert found.mode == mode
    assert found.note == f"converted from mode {mode} to grey"
    expected = read(encode(gradient, "PNG")).pixels.astype(int)
    assert abs(np.resize(found.pixels, expected.shape).mean() - expected.mean()) < 3


@pytest.mark.parametrize(("bits", "kind"), [(12, "PNG"), (16, "PNG"), (10, "TIFF")])
def test_sixteen_bit_storage_is_scaled_by_the_bits_that_are_used(encode, bits, kind):
    deep = np.linspace(0, 2**bits - 1, 64 * 64).reshape(64, 64).astype(np.uint16)
    found = read(encode(deep, kind))
    assert found.note == f"converted from 16-bit storage ({bits} bits used) to 8 bits"
    assert found.pixels.max() > 250
    assert found.pixels.mean() == pytest.approx(127.5, abs=1)


def test_negative_grey_values_are_refused(encode):
    with pytest.raises(UnreadableRadiograph, match="at most 16 bits, received -5 to 0"):
        read(encode(np.array([[-5, 0]], dtype=np.int32), "TIFF"))


def test_floating_point_grey_values_are_refused(encode, gradient):
    with pytest.raises(UnreadableRadiograph, match="floating-point grey values"):
        read(encode(gradient.astype(np.float32), "TIFF"))


def test_a_radiograph_lying_on_its_side_is_turned(encode, gradient):
    exif = Image.Exif()
    exif[0x0112] = 6
    found = read(encode(gradient, quality=95, exif=exif))
    assert found.note == "turned as its EXIF orientation says"
    assert (found.width, found.height) == (200, 160)
    assert found.pixels.shape[0] > found.pixels.shape[1]
    rows = found.pixels.mean(axis=1)
    assert rows[0] < 30
    assert rows[-1] > 225


@pytest.mark.parametrize("orientation", [0, 1, 9])
def test_an_orientation_that_says_nothing_turns_nothing(encode, gradient, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert read(encode(gradient, exif=exif)).note == ""


def test_an_empty_file_is_refused():
    with pytest.raises(UnreadableRadiograph, match=r"the file is empty \(0 bytes\)"):
        read(b"")


def test_text_named_jpeg_is_refused():
    with pytest.raises(UnreadableRadiograph, match="not an image in any known format"):
        read(b"patient,label\n1,NORMAL\n")


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_truncated_jpeg_is_refused(encode, gradient, kept):
    data = encode(gradient, quality=95)
    with pytest.raises(UnreadableRadiograph, match=r"cannot be decoded: .*truncated"):
        read(data[: int(len(data) * kept)])


def test_several_frames_are_refused(encode, gradient):
    film = Image.fromarray(gradient)
    frames = [film.rotate(angle) for angle in (10, 20)]
    animated = encode(film, "GIF", save_all=True, append_images=frames)
    with pytest.raises(UnreadableRadiograph, match=r"animated \(3 frames\)"):
        read(animated)


def test_a_still_gif_is_read(encode, gradient):
    assert read(encode(gradient, "GIF")).pixels.shape == (32, 40)


@pytest.mark.parametrize(
    ("width", "height", "reason"),
    [
        (2000, 1000, "decompression bomb: 2000×1000 pixels exceed 1 megapixels"),
        (10_000, 10_000, "decompression bomb"),  # Pillow warns
        (40_000, 40_000, "decompression bomb"),  # Pillow refuses
    ],
)
def test_a_bomb_is_refused_by_its_header(width, height, reason):
    with pytest.raises(UnreadableRadiograph, match=reason):
        read(png_claiming(width, height))


def test_damage_anywhere_is_told_and_never_raised_otherwise(encode, gradient):
    rng = np.random.default_rng(0)
    small = gradient[::4, ::4].copy()
    kinds = ("JPEG", "PNG", "BMP", "JPEG2000", "GIF")
    good = [np.frombuffer(encode(small, kind), np.uint8) for kind in kinds]
    refused = 0
    for _ in range(400):
        bad = good[rng.integers(len(good))].copy()
        bad[rng.integers(0, 80, size=3)] = rng.integers(0, 256, size=3)
        try:
            read(bad.tobytes())
        except UnreadableRadiograph as error:
            refused += bool(str(error))
    assert refused > 100

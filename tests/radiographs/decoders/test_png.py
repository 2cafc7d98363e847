import zlib
from io import BytesIO

import numpy as np
import pytest
from image_files import png, png_chunk
from PIL import Image

from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph

RAMP = np.tile(np.linspace(0, 4095, 64), (48, 1)).astype(np.uint16)
OPAQUE = np.full_like(RAMP, 65535)


def channels(*planes: np.ndarray) -> np.ndarray:
    return np.stack(planes, axis=-1)


@pytest.mark.parametrize("filters", [0, 1, 2])
@pytest.mark.parametrize(
    ("samples", "mode"),
    [
        (RAMP, "I;16"),
        (channels(RAMP, RAMP, RAMP), "RGB"),
        (channels(RAMP, OPAQUE), "RGBA"),
        (channels(RAMP, RAMP, RAMP, OPAQUE), "RGBA"),
    ],
)
def test_sixteen_bits_are_noticed_in_colour_too(samples, mode, filters, read):
    found = read(png(samples, filters=filters), working_side=48)
    assert (found.mode, found.bits) == (mode, 16)
    # The brightest half per cent begins at 4095 and becomes 207.
    assert found.pixels.max() == 207
    assert found.pixels.mean() == pytest.approx(RAMP.mean() / 4095 * 207, abs=2)
    assert found.note.startswith("converted from more than 8 bits to 8 (level ")


def test_colours_weigh_as_in_shallow_files(read):
    colours = channels(RAMP, RAMP // 2, RAMP // 4)
    deep = read(png(colours), working_side=48).pixels.astype(int)
    shallow = read(png((colours >> 4).astype(np.uint8)), working_side=48).pixels
    scale = deep.max() / shallow.max()
    assert np.abs(deep - shallow * scale).max() < 2


@pytest.mark.parametrize(
    ("declared", "stored", "bits"),
    [(12, RAMP, 12), (10, RAMP // 4, 10), (12, RAMP << 4, 16), (16, RAMP, None)],
)
def test_declared_depth_is_the_scale_if_the_samples_do_not_exceed_it(declared, stored, bits, read):
    found = read(png(stored, (b"sBIT", bytes([declared]))), working_side=48)
    if bits is None:
        assert "half a per cent" in found.note
    else:
        assert f"({bits} bits as its file declares)" in found.note
        assert found.pixels.max() == 255


def test_a_dark_film_of_declared_depth_stays_dark(read):
    assert read(png(RAMP // 8, (b"sBIT", b"\x0c"))).pixels.max() == 32


def test_what_is_transparent_is_read_as_on_black_at_depth_too(read):
    alpha = OPAQUE.copy()
    alpha[:24] = 0
    found = read(png(channels(RAMP, alpha)), working_side=48)
    assert found.pixels[:24].max() == 0
    assert found.pixels[24:].max() > 200
    assert "transparent in 50.00% of its pixels" in found.note


def test_a_transparent_grey_level_is_read_as_black(read):
    samples = RAMP.copy()
    samples[:12] = 777
    found = read(png(samples, (b"tRNS", (777).to_bytes(2, "big"))), working_side=48)
    assert found.pixels[:12].max() == 0
    assert "transparent in 25.00%" in found.note


@pytest.mark.parametrize("kind", [b"IHDR", b"IDAT", b"IEND"])
def test_a_flipped_bit_in_any_chunk_is_found(kind, read):
    data = bytearray(png((RAMP >> 4).astype(np.uint8)))
    data[data.index(kind) + (5 if kind != b"IEND" else 1)] ^= 4
    with pytest.raises(UnreadableRadiograph, match=r"checksum|cut short"):
        read(bytes(data))


@pytest.mark.parametrize("samples", [RAMP, (RAMP >> 4).astype(np.uint8)])
@pytest.mark.parametrize(("said", "there", "told"), [(48, 20, "fewer"), (20, 48, "more")])
def test_other_rows_than_the_header_says_are_refused(samples, said, there, told, read):
    with pytest.raises(UnreadableRadiograph, match=f"{told} pixels than its header says"):
        read(png(samples[:said])[:33] + png(samples[:there])[33:])


@pytest.mark.parametrize("samples", [RAMP, (RAMP >> 4).astype(np.uint8)])
def test_an_unknown_filter_is_refused_before_libpng_prints_of_it(samples, read):
    with pytest.raises(UnreadableRadiograph, match="a row has an unknown filter"):
        read(png(samples, filters=7))


@pytest.mark.parametrize("kind", ["L", "RGB", "P", "1"])
def test_interlaced_files_are_counted_pass_by_pass(kind, gradient, read):
    # Pillow writes none: its pixels are the same, stored row by row.
    film = Image.fromarray(gradient).convert(kind)
    assert read(interlaced(film), working_side=160).pixels.shape == gradient.shape


def interlaced(film: Image.Image) -> bytes:
    """Write a PNG in seven passes."""
    buffer = BytesIO()
    film.save(buffer, "PNG")
    data, bits = buffer.getvalue(), {"1": 1, "L": 8, "P": 8, "RGB": 24}[film.mode]
    raw = b""
    for column, row, across, down in (
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
        (0, 1, 1, 2),
    ):  # fmt: skip
        for y in range(row, film.height, down):
            line = film.crop((0, y, film.width, y + 1)).resize(
                (-(-(film.width - column) // across), 1), Image.Resampling.NEAREST
            )
            raw += b"\0" + line.tobytes()[: -(-line.width * bits // 8)]
    header = png_chunk(b"IHDR", data[16:28] + b"\1")
    before = data[33 : data.index(b"IDAT") - 4]
    pixels = png_chunk(b"IDAT", zlib.compress(raw))
    return data[:8] + header + before + pixels + png_chunk(b"IEND", b"")

import numpy as np
import pytest
from image_files import png

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


def test_fewer_rows_than_the_header_says_are_refused(read):
    short, tall = png(RAMP[:20]), png(RAMP)
    with pytest.raises(UnreadableRadiograph):
        read(tall[:33] + short[33:])
    shallow = (RAMP >> 4).astype(np.uint8)
    with pytest.raises(UnreadableRadiograph):
        read(png(shallow)[:33] + png(shallow[:20])[33:])

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from image_files import jpeg_segments, relabelled
from PIL import Image

from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph

FILMS = Path(__file__).parents[4] / "shared" / "chest_xray_original"


@pytest.fixture(scope="session")
def film(encode) -> bytes:
    """A JPEG with detail, so that a flipped bit is of consequence."""
    rng = np.random.default_rng(0)
    rough = Image.fromarray(rng.integers(0, 256, (20, 25)).astype(np.uint8))
    return encode(rough.resize((200, 160), Image.Resampling.BICUBIC), quality=90)


def scans_of(data: bytes, count: int) -> bytes:
    """Repeat the first scan of a JPEG."""
    *_, (_, start, _) = jpeg_segments(data)
    end = data.index(b"\xff\xda", start + 2) if data.count(b"\xff\xda") > 1 else len(data) - 2
    return data[:start] + data[start:end] * count + data[end:]


def test_it_keeps_what_its_header_says(encode, gradient, read):
    found = read(encode(gradient, quality=95))
    assert (found.width, found.height, found.mode, found.bits, found.note) == (200, 160, "L", 8, "")
    assert found.pixels.dtype == np.uint8


def test_colour_is_quietly_read_in_grey(encode, gradient, read):
    found = read(encode(Image.fromarray(gradient).convert("RGB"), quality=95))
    assert (found.mode, found.note, found.pixels.ndim) == ("RGB", "", 2)


@pytest.mark.parametrize("side", [20, 40, 80, 160])
@pytest.mark.parametrize("progressive", [False, True])
def test_its_pixels_are_those_of_pillow_at_every_scale(film, side, progressive, read):
    if progressive:
        again = BytesIO()
        Image.open(BytesIO(film)).save(again, "JPEG", progressive=True)
        film = again.getvalue()
    with Image.open(BytesIO(film)) as expected:
        expected.draft("L", (side, side))
        np.testing.assert_array_equal(
            read(film, working_side=side, max_scans=20).pixels, np.asarray(expected)
        )


def test_cmyk_is_inverted_as_adobe_has_it(encode, gradient, read):
    data = encode(Image.fromarray(gradient).convert("RGB").convert("CMYK"), quality=95)
    expected = np.asarray(Image.open(BytesIO(data)).convert("L")).astype(int)
    assert np.abs(read(data, working_side=160).pixels - expected).max() <= 1


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("end", [b"", b"\xff\xd9"])
def test_what_is_cut_short_is_refused_even_where_it_was_closed_again(film, kept, end, read):
    with pytest.raises(UnreadableRadiograph, match="damaged JPEG: "):
        read(film[: int(len(film) * kept)] + end)


@pytest.mark.parametrize(("height", "width"), [(900, 900), (168, 200), (160, 240)])
def test_a_header_that_claims_more_than_there_is_is_refused(film, height, width, read):
    (start,) = [start for kind, start, _ in jpeg_segments(film) if kind == 0xC0]
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    with pytest.raises(UnreadableRadiograph, match="damaged JPEG: "):
        read(film[: start + 5] + size + film[start + 9 :])


def test_of_flipped_bits_those_that_libjpeg_warns_of_are_refused(film, read):
    rng = np.random.default_rng(0)
    scan, reasons = jpeg_segments(film)[-1][2], set()
    for _ in range(200):
        bad = bytearray(film)
        bad[rng.integers(scan, len(film) - 2)] ^= 1 << rng.integers(8)
        try:
            read(bytes(bad))
        except UnreadableRadiograph as error:
            reasons.add(str(error))
    assert len(reasons) > 1
    assert all(reason.startswith("damaged JPEG: ") for reason in reasons)


@pytest.mark.parametrize(
    ("marker", "name"),
    [(0xC9, "arithmetic-coded"), (0xCA, "arithmetic-coded"), (0xC3, "lossless"),
     (0xC5, "hierarchical"), (0xF7, "JPEG-LS")],
)  # fmt: skip
def test_a_coding_that_is_not_read_is_named(film, marker, name, read):
    with pytest.raises(UnreadableRadiograph, match=f"{name}.* is not read: save it as"):
        read(relabelled(film, marker))


@pytest.mark.parametrize("factors", [0x31, 0x14, 0x33])
def test_an_unusual_sampling_of_colours_is_named(encode, gradient, factors, read):
    data = bytearray(encode(Image.fromarray(gradient).convert("RGB")))
    (start,) = [start for kind, start, _ in jpeg_segments(bytes(data)) if kind == 0xC0]
    data[start + 11] = factors
    with pytest.raises(UnreadableRadiograph, match="colours are sampled unusually is not read"):
        read(bytes(data))


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
def test_every_usual_sampling_is_read(encode, gradient, subsampling, read):
    film = Image.fromarray(gradient).convert("RGB")
    found = read(encode(film, quality=95, subsampling=subsampling), working_side=160)
    assert np.abs(found.pixels.astype(int) - gradient).mean() < 1


def test_twelve_bits_are_named(film, read):
    (start,) = [start for kind, start, _ in jpeg_segments(film) if kind == 0xC0]
    deep = relabelled(film[: start + 4] + b"\x0c" + film[start + 5 :], 0xC1)
    with pytest.raises(UnreadableRadiograph, match="JPEG of 12 bits a sample is not read"):
        read(deep)


def test_scans_are_counted_before_any_is_decoded(encode, gradient, read):
    data = encode(gradient, progressive=True)
    honest = data.count(b"\xff\xda")
    assert read(data, max_scans=honest).pixels.shape == (40, 50)
    with pytest.raises(UnreadableRadiograph, match=rf"JPEG of {honest}, more than {honest - 1}"):
        read(data, max_scans=honest - 1)
    with pytest.raises(UnreadableRadiograph, match=r"ingestion\.max_scans"):
        read(scans_of(data, 50))


def test_a_preview_in_the_header_counts_as_no_scan(encode, gradient, read):
    data = encode(gradient, progressive=True)
    preview = b"\xff\xe5" + (2 + 60 * 4).to_bytes(2, "big") + b"\xff\xda\0\x08" * 60
    assert read(data[:2] + preview + data[2:]).note == ""


def test_the_first_picture_of_a_phone_is_the_film(encode, gradient, read):
    second = Image.fromarray(255 - gradient)
    data = encode(Image.fromarray(gradient), "MPO", save_all=True, append_images=[second])
    found = read(data)
    assert found.note == "the first of several pictures (MPO)"
    assert (np.diff(found.pixels.mean(axis=0)) > 0).all()


@pytest.mark.skipif(not FILMS.is_dir(), reason="no real radiographs at hand")
def test_real_films_are_read_as_pillow_reads_them(read):
    for path in sorted(FILMS.rglob("*.jp*g"))[::20]:
        with Image.open(path) as expected:
            mode = expected.mode
            expected.draft("L", (128, 128))
            found = read(path.read_bytes(), working_side=128, max_megapixels=80)
            factor = min(expected.size) // 128
            small = expected.convert("L").reduce(factor) if factor > 1 else expected.convert("L")
            np.testing.assert_array_equal(found.pixels, np.asarray(small))
        assert (found.mode, found.note) == (mode, "")

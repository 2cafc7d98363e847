import contextlib
import os
import shutil
import struct
import subprocess
import threading
import time
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FunctionType

import numpy as np
import pytest
from image_files import Tiff, png, png_chunk, tiff
from PIL import Image
from processor import usual_seconds

from pneumoscope.radiographs.decoders import png as png_decoder
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph, alone_if_large

READ = {"AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "TIFF", "WEBP"}


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of one pixel whose header claims any size, with checksums that fit."""
    honest = png(np.zeros((1, 1), np.uint8))
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + honest[24:29]
    return honest[:8] + png_chunk(b"IHDR", header) + honest[33:]


@pytest.mark.parametrize(("kind", "side"), [("JPEG", 40), ("PNG", 40), ("PNG", 37), ("BMP", 32)])
def test_the_working_scale_is_small_but_never_below_the_side_asked_for(
    encode, gradient, kind, side, read
):
    shape = read(encode(gradient, kind), working_side=side).pixels.shape
    assert side <= min(shape) < 2 * side
    assert shape[1] / shape[0] == pytest.approx(200 / 160, rel=0.05)


def test_an_image_smaller_than_the_working_side_is_left_as_it_is(encode, gradient, read):
    np.testing.assert_array_equal(read(encode(gradient, "PNG"), working_side=500).pixels, gradient)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP", "JPEG2000", "AVIF"])
def test_a_film_is_read_from_every_format(encode, gradient, kind, read):
    found = read(encode(gradient, kind), working_side=160)
    assert (found.width, found.height, found.bits, found.white_is_zero) == (200, 160, 8, False)
    assert np.abs(found.pixels.astype(int) - gradient).mean() < 2
    assert found.note == ("converted from mode P to grey" if kind == "GIF" else "")


@pytest.mark.parametrize(
    ("mode", "kind"), [("CMYK", "JPEG"), ("P", "PNG"), ("RGBA", "PNG"), ("LA", "PNG"), ("1", "BMP")]
)
def test_an_unusual_mode_is_converted_and_noted(encode, gradient, mode, kind, read):
    found = read(encode(Image.fromarray(gradient).convert("RGB").convert(mode), kind))
    assert found.mode == mode
    assert found.note == f"converted from mode {mode} to grey"
    assert found.pixels.mean() == pytest.approx(gradient.mean(), abs=3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "GIF"])
def test_what_is_transparent_is_read_as_on_black_and_noted(encode, gradient, kind, read):
    film = Image.fromarray(gradient).convert("RGBA")
    hidden = np.full(gradient.shape, 255, np.uint8)
    hidden[:80] = 0
    film.putalpha(Image.fromarray(hidden))
    options = {"lossless": True} if kind == "WEBP" else {}
    found = read(encode(film, kind, **options), working_side=160)
    assert found.pixels[:80].max() == 0
    assert np.abs(found.pixels[80:].astype(int) - gradient[80:]).mean() < 5
    assert found.note.endswith("transparent in 50.00% of its pixels, read as on black")


def test_a_film_that_is_transparent_all_over_is_refused(encode, gradient, read):
    film = Image.fromarray(gradient).convert("RGBA")
    film.putalpha(0)
    with pytest.raises(UnreadableRadiograph, match="transparent all over"):
        read(encode(film, "PNG"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_radiograph_lying_on_its_side_is_turned(encode, gradient, kind, read):
    exif = Image.Exif()
    exif[0x0112] = 6
    found = read(encode(gradient, kind, exif=exif))
    assert found.note == "turned as its EXIF orientation says"
    assert (found.width, found.height) == (200, 160)
    assert found.pixels.shape[0] > found.pixels.shape[1]
    rows = found.pixels.mean(axis=1)
    assert rows[0] < 30
    assert rows[-1] > 225


@pytest.mark.parametrize("orientation", [0, 1, 9])
def test_an_orientation_that_says_nothing_turns_nothing(encode, gradient, orientation, read):
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert read(encode(gradient, exif=exif)).note == ""


def test_a_picture_smaller_than_its_frame_is_refused(encode, gradient, read):
    data = bytearray(encode(gradient, "GIF"))
    data[8:10] = (170).to_bytes(2, "little")
    with pytest.raises(UnreadableRadiograph, match="does not fill its frame"):
        read(bytes(data))


def test_an_empty_file_is_refused(read):
    with pytest.raises(UnreadableRadiograph, match=r"the file is empty \(0 bytes\)"):
        read(b"")


def test_text_named_jpeg_is_refused(read):
    with pytest.raises(UnreadableRadiograph, match="not an image in any known format"):
        read(b"patient,label\n1,NORMAL\n")


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF", "AVIF"])
def test_several_pictures_in_a_file_are_refused(encode, gradient, kind, read):
    film = Image.fromarray(gradient)
    others = [film.rotate(angle) for angle in (10, 20)]
    several = encode(film, kind, save_all=True, append_images=others)
    with pytest.raises(UnreadableRadiograph, match="several p"):
        read(several)


@pytest.mark.parametrize(
    ("width", "height", "reason"),
    [
        (2000, 1000, r"bomb: 2000×1000 pixels exceed 1 megapixels \(ingestion.max_megapixels\)"),
        (40_000, 40_000, "bomb"),
        (
            100,
            401,
            r"100×401 pixels, .* more than 4 times .*\(ingestion.max_aspect\)",
        ),
        (401, 100, "more than 4 times"),
    ],
)
def test_an_image_beyond_the_bounds_is_refused_by_its_header(width, height, reason, read):
    with pytest.raises(UnreadableRadiograph, match=reason):
        read(png_claiming(width, height))


def test_an_image_at_the_bounds_is_read(read):
    assert read(png(np.zeros((400, 100), np.uint8))).height == 400
    assert read(png(np.zeros((1000, 1000), np.uint8))).height == 1000


def test_a_file_of_too_many_bytes_is_refused(encode, gradient, read):
    with pytest.raises(UnreadableRadiograph, match=r"more than 1 \(ingestion.max_megabytes\)"):
        read(encode(gradient) + bytes(1_000_000))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP", "JPEG2000", "AVIF"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_is_cut_short_is_refused(encode, gradient, kind, kept, read):
    data = encode(gradient, kind)
    with pytest.raises(UnreadableRadiograph):
        read(data[: int(len(data) * kept)])


@pytest.fixture
def others(monkeypatch):
    """Give the formats of Pillow that no radiograph is read from; opening one fails the test."""

    def forbidden(*_, **__):
        raise BaseException("another reader was asked, or a program started")

    Image.init()
    others = set(Image.ID) - READ
    for name in others:
        monkeypatch.setitem(Image.OPEN, name, (forbidden, Image.OPEN[name][1]))
    monkeypatch.setattr(subprocess, "Popen", forbidden)
    monkeypatch.setattr(os, "system", forbidden)
    return others


HEADS = {
    "BLP": b"BLP2", "BUFR": b"BUFR", "CUR": b"\0\0\2\0", "DCX": b"\xb1\x68\xde\x3a", "DDS": b"DDS ",
    "DIB": b"\x28\0\0\0", "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n", "FITS": b"SIMPLE  =",
    "FLI": b"\0\0\0\0\x11\xaf" + bytes(10), "FTEX": b"FTEX", "GBR": b"\0\0\0\x14\0\0\0\1",
    "GRIB": b"GRIB\0\0\0\1", "HDF5": b"\x89HDF\r\n\x1a\n", "ICNS": b"icns", "ICO": b"\0\0\1\0",
    "MCIDAS": b"\0\0\0\0\0\0\0\4", "MPEG": b"\0\0\1\xb3", "MSP": b"DanM", "PCX": b"\x0a\x05",
    "PIXAR": b"\x80\xe8\0\0", "PPM": b"P5\n2 2\n255\nabcd", "PSD": b"8BPS\0\1", "QOI": b"qoif",
    "SGI": b"\x01\xda", "SUN": b"\x59\xa6\x6a\x95", "WMF": b"\xd7\xcd\xc6\x9a\0\0",
    "XBM": b"#define w 2", "XPM": b"/* XPM */", "XVTHUMB": b"P7 332",
}  # fmt: skip
NAMELESS = {"IM", "IMT", "IPTC", "PCD", "SPIDER", "TGA"}
"""Formats that have no certain beginning."""


def test_every_other_format_that_pillow_knows_is_refused_by_name(others, read):
    assert others == set(HEADS) | NAMELESS
    for name, head in HEADS.items():
        with pytest.raises(UnreadableRadiograph, match=rf"those of (\w+ or )?{name}\b.* as PNG"):
            read(head + bytes(40))


def test_what_pillow_writes_in_other_formats_is_refused(others, encode, gradient, read):
    written = []
    for name in sorted(others & set(Image.SAVE)):
        for mode in ("L", "RGB", "1", "P"):
            with contextlib.suppress(OSError, ValueError, KeyError):
                written.append(encode(Image.fromarray(gradient).convert(mode), name))
    assert len(written) > 20
    for data in written:
        with pytest.raises(UnreadableRadiograph, match=r"is not read|not an image in any known"):
            read(data)


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [
        ("a zip", "zip"),
        ("a tar", "tar"),
        ("a gzip", "gztar"),
        ("a bzip2", "bztar"),
        ("an xz", "xztar"),
    ],
)
def test_an_archive_among_films_is_named_with_what_to_do(tmp_path, kind, suffix, read):
    (tmp_path / "films").mkdir()
    (tmp_path / "films/a.jpeg").write_bytes(b"a" * 100)
    made = shutil.make_archive(str(tmp_path / "nested"), suffix, tmp_path / "films")
    with pytest.raises(UnreadableRadiograph, match=f"^{kind} archive among the films: unpack it"):
        read(Path(made).read_bytes())


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize(
    ("head", "name"), [(b"\xc5\xd0\xd3\xc6" + bytes(40), "EPS"), (b"%PDF-1.7\n", "PDF")]
)
def test_what_is_not_read_is_named_with_what_to_do(head, name, read):
    with pytest.raises(UnreadableRadiograph, match=rf"those of (\w+ or )?{name}\b.* as PNG"):
        read(head)


def test_what_pillow_warns_of_is_a_reason(encode, gradient, read):
    damaged = bytearray(encode(gradient, "WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\x09\0" + bytes(9)))
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        with pytest.raises(UnreadableRadiograph, match="EXIF block is damaged"):
            read(bytes(damaged))


def test_checksums_are_those_of_zlib():
    # The writer of the tests and the decoder share no code but this.
    assert png(np.zeros((2, 2), np.uint8))[29:33] == zlib.crc32(
        b"IHDR\0\0\0\2\0\0\0\2\x08\0\0\0\0"
    ).to_bytes(4, "big")


def test_one_large_image_is_decoded_at_a_time():
    with alone_if_large(5000, 5000), ThreadPoolExecutor(1) as other:
        assert not other.submit(is_free, 5000).result()
        assert other.submit(is_free, 1000).result()
    assert is_free(5000)


def is_free(side: int) -> bool:
    """Tell whether an image of that size could be decoded now."""
    guard = alone_if_large(side, side)
    if not isinstance(guard, type(threading.Lock())):
        return True
    free = guard.acquire(blocking=False)
    if free:
        guard.release()
    return free


def crowded(kind: str, encode, gradient) -> bytes:
    """Give a film in a file with 100,001 parts that hold nothing."""
    many, data = 100_001, encode(gradient, kind)
    if kind == "JPEG":
        return data[:2] + b"\xff\xe5\0\2" * many + data[2:]
    if kind == "PNG":
        return data[:33] + png_chunk(b"teXt", b"") * many + data[33:]
    if kind == "JPEG2000":
        start = data.index(b"\xff\x90")
        return data[:start] + b"\xff\x64\0\4\0\1" * many + data[start:]
    if kind == "GIF":
        start = 13 + 3 * (2 << (data[10] & 7))
        return data[:start] + b"\x21\xfe\1a\0" * 2 * many + data[start:]
    return tiff(gradient, Tiff(more={273: 8})).replace(
        struct.pack("<HHI", 273, 4, 1), struct.pack("<HHI", 273, 4, many)
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "JPEG2000", "GIF", "TIFF"])
def test_a_file_of_countless_parts_is_refused_before_it_takes_time(kind, encode, gradient, read):
    data = crowded(kind, encode, gradient)
    started = time.process_time()
    with pytest.raises(UnreadableRadiograph, match="too many parts: more than 100,000"):
        read(data, max_megabytes=9)
    assert usual_seconds(started) < 1
    read(encode(gradient, kind))


def test_fill_bytes_before_a_marker_are_skipped_at_once(encode, gradient, read):
    data = encode(gradient)
    started = time.process_time()
    assert read(data[:2] + b"\xff" * 8_000_000 + data[2:], max_megabytes=9).note == ""
    assert usual_seconds(started) < 0.5


@pytest.mark.parametrize("fault", [TypeError, AttributeError, NameError, AssertionError])
def test_a_mistake_of_the_program_is_not_taken_for_a_damaged_file(monkeypatch, read, fault):
    def mistaken(*_):
        raise fault("a mistake")

    # As if written in a module of the package.
    mistaken = FunctionType(mistaken.__code__, vars(png_decoder), closure=mistaken.__closure__)
    monkeypatch.setattr(png_decoder, "decode", mistaken)
    with pytest.raises(fault, match="a mistake"):
        read(png(np.zeros((4, 4), np.uint8)))


@pytest.mark.parametrize("raised", [TypeError, AttributeError, OSError, ValueError])
def test_what_a_library_raises_refuses_the_file(monkeypatch, read, raised):
    def damaged(*_):
        raise raised("of the library")

    monkeypatch.setattr(png_decoder, "decode", damaged)
    with pytest.raises(UnreadableRadiograph, match=r"damaged.*of the library"):
        read(png(np.zeros((4, 4), np.uint8)))

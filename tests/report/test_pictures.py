import base64
from io import BytesIO

import numpy as np
from PIL import Image

from pneumoscope.report import pictures
from pneumoscope.report.pictures import embedded

LOSSLESS = {"lossless": True, "method": 1, "quality": 50}


def decoded(source: str) -> np.ndarray:
    head, data = source.split(",")
    assert head == "data:image/webp;base64"
    with Image.open(BytesIO(base64.b64decode(data))) as picture:
        return np.asarray(picture.convert("RGB"))


def test_a_chart_keeps_every_pixel_and_its_size(encode):
    chart = np.full((40, 60, 3), 255, dtype=np.uint8)
    chart[10:12, :, 0] = 0
    picture = embedded(encode(Image.fromarray(chart), "PNG"))
    assert (picture.width, picture.height) == (60, 40)
    np.testing.assert_array_equal(decoded(picture.source), chart)


def test_a_chart_and_a_film_are_compressed_once_and_what_lies_between_twice(encode, monkeypatch):
    ways = []
    webp = pictures._webp
    monkeypatch.setattr(
        pictures, "_webp", lambda *given, **how: ways.append(how) or webp(*given, **how)
    )
    chart = np.full((40, 60, 3), 255, dtype=np.uint8)
    embedded(encode(Image.fromarray(chart), "PNG"))
    assert ways == [LOSSLESS]
    noise = np.random.default_rng(7).integers(0, 256, (40, 60)).astype(np.uint8)
    embedded(encode(noise, "PNG"))
    assert ways[1:] == [{"quality": 90, "method": 4}]
    mixed = np.full((200, 200), 255, dtype=np.uint8)
    mixed[:60, :100] = np.random.default_rng(7).integers(0, 256, (60, 100))
    embedded(encode(mixed, "PNG"))
    assert ways[2:] == [LOSSLESS, {"quality": 90, "method": 4}]


def test_a_film_becomes_smaller_and_looks_the_same(encode):
    rows, columns = np.mgrid[:200, :200] / 200
    noise = np.random.default_rng(7).normal(0, 3, (200, 200))
    film = np.clip(120 + 80 * np.sin(3 * rows) * columns + noise, 0, 255).astype(np.uint8)
    png = encode(film, "PNG")
    picture = embedded(png)
    assert len(picture.source) < 0.6 * len(png)
    assert np.abs(decoded(picture.source)[..., 0].astype(int) - film).mean() < 4

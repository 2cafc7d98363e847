"""A page with a small model in it, and films to drop on it: fixtures to import."""

import base64
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from browser import packed
from example_exports import INGESTION
from example_metrics import model_metrics
from image_files import png, png_chunk
from PIL import Image, ImageCms

from pneumoscope.datasets.files import FilesDataset
from pneumoscope.datasets.npm_files import NpmFilesDataset
from pneumoscope.naming import Subtype
from pneumoscope.phantoms.films import Film, render_film

CATALOG = Path(__file__).parents[2] / "conf/base/web_page/catalog.yml"
ORIENTATION = 0x112


@pytest.fixture(scope="session")
def onnxruntime_web(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """Files of onnxruntime-web, as the catalog has them."""
    entry = yaml.safe_load(CATALOG.read_text())["onnxruntime_web"]
    place = tmp_path_factory.mktemp("npm")
    archive = packed(f"{entry['package']}@{entry['release']}", place)
    return NpmFilesDataset(
        str(place), entry["package"], entry["release"], entry["sha256"], str(archive.parent)
    ).load()


@pytest.fixture(scope="session")
def web_folder(exported, onnxruntime_web, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a page with the exported network in it."""
    from pneumoscope.exchange.web import web_page
    from pneumoscope.inference.exported import ExportedModel
    from pneumoscope.inference.facts import figures_of

    _, bundle = exported
    model = ExportedModel.load(bundle / "model.onnx")
    figures = figures_of("cnn", model_metrics(), {})
    content = (bundle / "model.onnx").read_bytes()
    folder = tmp_path_factory.mktemp("hosted") / "web"
    FilesDataset(str(folder)).save(
        web_page(content, model.contract, model.locked, figures, onnxruntime_web)
    )
    return folder


def phantom(number: int, shorter_side: tuple[int, int] = (60, 90), **options: Any) -> bytes:
    """Draw a phantom as JPEG."""
    subtype = (Subtype.NORMAL, Subtype.BACTERIA, Subtype.VIRUS)[number % 3]
    film = Film("train", subtype, f"person{number}", f"person{number}_{number}", **options)
    return render_film(film, shorter_side, 3)


def grey_of(jpeg: bytes) -> np.ndarray:
    """Return the pixels of a phantom, uint8 (height, width)."""
    return np.asarray(Image.open(BytesIO(jpeg)).convert("L"))


def saved(image: Image.Image | np.ndarray, kind: str, **options: Any) -> bytes:
    """Encode a picture."""
    buffer = BytesIO()
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def turned(orientation: int) -> bytes:
    """Make an EXIF block."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif.tobytes()


def as_png() -> dict[str, bytes]:
    """Phantoms as PNG of every kind that a page reads, and all that a browser would heed."""
    films = [grey_of(phantom(number)) for number in range(14)]
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    colours = np.stack([films[3], np.roll(films[3], 5, 0), 255 - films[3]], axis=-1)
    large = grey_of(phantom(20, (330, 380)))
    gamma, white = (100_000).to_bytes(4, "big"), np.full(8, 25_000, ">u4").tobytes()
    alpha = np.linspace(0, 255, films[13].size).astype(np.uint8).reshape(films[13].shape)
    palette = Image.fromarray(films[4]).quantize(64)
    return {
        **{f"grey{number}.png": png(film) for number, film in enumerate(films[:3])},
        "colours.png": png(colours),
        "palette.png": saved(palette, "PNG"),
        "opaque.png": png(np.dstack([films[5], np.full_like(films[5], 255)])),
        "opaque_colours.png": png(np.dstack([colours, np.full(colours.shape[:2], 255, np.uint8)])),
        "see_through.png": png(np.dstack([films[13], alpha])),
        "colours_see_through.png": png(np.dstack([colours, colours[..., 1]])),
        "four_bits.png": saved(Image.fromarray(films[2]).quantize(9), "PNG", bits=4),
        "bilevel.png": saved(Image.fromarray(films[6]).convert("1"), "PNG"),
        "gamma.png": png(films[7], (b"gAMA", gamma), (b"cHRM", white)),
        "profile.png": saved(Image.fromarray(films[8]), "PNG", icc_profile=profile),
        "exif6.png": png(films[9], (b"eXIf", turned(6)[6:])),
        "xmp3.png": png(films[10], (b"iTXt", _XMP)),
        "large.png": png(large),
        "larger.png": png(np.tile(large, (1, 2))),
        "comment.png": png(films[11], (b"tEXt", b"Comment\0scanned")),
        "filtered.png": png(films[12], filters=2),
    }


_XMP = b'XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta><rdf:Description tiff:Orientation="3"/></x:xmpmeta>'


def as_jpeg() -> dict[str, bytes]:
    """Phantoms as JPEG of every kind that a page reads."""
    small, large = grey_of(phantom(15)), grey_of(phantom(16, (400, 450)))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return {
        **{f"phantom{number}.jpeg": phantom(number) for number in range(5)},
        "rgb.jpeg": phantom(6, is_rgb=True),
        "half.jpeg": phantom(7, (110, 140)),
        "quarter.jpeg": phantom(8, (200, 250)),
        "eighth.jpeg": phantom(9, (390, 480)),
        "sixteenth.jpeg": phantom(10, (800, 900)),
        "progressive.jpeg": saved(small, "JPEG", progressive=True),
        "restarts.jpeg": saved(small, "JPEG", restart_marker_blocks=3),
        "profile.jpeg": saved(large, "JPEG", icc_profile=profile, quality=90),
        **{
            f"exif{way}.jpeg": saved(large[:, :-3], "JPEG", exif=turned(way), quality=95)
            for way in range(1, 9)
        },
    }


def refused() -> dict[str, tuple[bytes, str]]:
    """Files that a page must not read, each with words of the reason."""
    film = grey_of(phantom(12))
    whole, jpeg = png(film), phantom(12)
    wrong = bytearray(whole)
    wrong[-30] ^= 1
    fewer = whole.replace(
        png_chunk(b"IHDR", whole[16:29]),
        png_chunk(b"IHDR", whole[16:20] + (film.shape[0] + 8).to_bytes(4, "big") + whole[24:29]),
    )
    cmyk = Image.merge("CMYK", [Image.fromarray(film)] * 4)
    broad = np.zeros((40, 40 * 12), np.uint8)
    return {
        "empty.png": (b"", "0 bytes"),
        "text.jpeg": (b"no film", "not a JPEG or PNG"),
        "deep.png": (png(film.astype(np.uint16) * 257), "16 bits"),
        "film.dcm": (bytes(128) + b"DICM" + bytes(99), "a DICOM is not read in the browser"),
        "film.tiff": (saved(film, "TIFF"), "a TIFF is not read in the browser"),
        "film.bmp": (saved(film, "BMP"), "a BMP"),
        "film.webp": (saved(film, "WEBP"), "a WebP"),
        "film.gif": (saved(film, "GIF"), "a GIF"),
        "films.zip": (b"PK\x03\x04" + bytes(60), "a zip archive"),
        "cut.png": (whole[:-20], "cut short"),
        "wrong.png": (bytes(wrong), "does not fit its checksum"),
        "fewer.png": (fewer, "fewer pixels"),
        "key.png": (png(film, (b"tRNS", b"\0\7")), "a transparent colour"),
        "clear.png": (png(np.dstack([film, np.zeros_like(film)])), "transparent all over"),
        "rgb.jpeg": (saved(np.dstack([film] * 3), "JPEG", keep_rgb=True), "red, green and blue"),
        "cut.jpeg": (jpeg[: len(jpeg) // 2], "cut short"),
        "cmyk.jpeg": (saved(cmyk, "JPEG"), "4 colours"),
        "broad.png": (png(broad), "too long for a radiograph"),
        "exif.jpeg": (
            saved(film, "JPEG", exif=_DAMAGED_EXIF),
            "EXIF block is damaged",
        ),
        "animated.png": (png(film, (b"acTL", bytes(8))), "several pictures"),
    }


_DAMAGED_EXIF = b"Exif\0\0MM\0*\0\0\xff\xff"

_PREDICT = """async (files) => {
  const {Browser} = await import("./page/browser.js");
  const engine = new Browser(), found = {};
  await engine.describe();
  for (const [name, content] of Object.entries(files)) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    [found[name]] = await engine.predict(new File([bytes], name), name);
  }
  return found;
}"""

_DECODE = """async ([files, options]) => {
  const {decode} = await import("./page/decoding.js");
  const found = {};
  for (const [name, content] of Object.entries(files)) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    try {
      const {grey, width, height} = await decode(bytes, options);
      let text = "";
      for (const value of grey) text += String.fromCharCode(value);
      found[name] = {width, height, grey: btoa(text)};
    } catch (error) { found[name] = error.constructor.name + ": " + error.message; }
  }
  return found;
}"""


def predicted(page: Any, files: Mapping[str, bytes]) -> dict[str, dict]:
    """Have the page's own engine predict films; every digit of what it finds."""
    return dict(page.evaluate(_PREDICT, packed_texts(files)))


def decoded(page: Any, files: Mapping[str, bytes]) -> dict[str, np.ndarray | str]:
    """Have the page decode films: uint8 (height, width), or the reason."""
    options = INGESTION.model_dump(mode="json")
    found = page.evaluate(_DECODE, [packed_texts(files), options])
    return {name: one if isinstance(one, str) else _pixels(one) for name, one in found.items()}


def _pixels(found: Mapping[str, Any]) -> np.ndarray:
    grey = np.frombuffer(base64.b64decode(found["grey"]), np.uint8)
    return grey.reshape(found["height"], found["width"])


def packed_texts(files: Mapping[str, bytes]) -> dict[str, str]:
    """Give files as text that a page can be handed."""
    return {name: base64.b64encode(content).decode() for name, content in files.items()}

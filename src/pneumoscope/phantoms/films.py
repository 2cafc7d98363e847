"""One synthetic radiograph: chest and disease exposed onto a film, encoded as JPEG bytes."""

import hashlib
import io
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from pneumoscope.naming import Label, Subtype
from pneumoscope.phantoms.anatomy import draw_chest
from pneumoscope.phantoms.body import Body, Grid, Pose
from pneumoscope.phantoms.opacities import lost_air
from pneumoscope.provenance import PHANTOM_COMMENT

# Attenuation that a full lung takes away from the chest in front of and behind it.
AIR_CONTRAST = 0.72
# JPEG quality, lowest and highest. As in the published data, the NORMAL class was compressed
# less outside test; in test both classes were compressed alike.
QUALITY, LESS_COMPRESSED = (62, 86), (82, 94)


@dataclass(frozen=True)
class Film:
    """One radiograph to be made: the part and class folder, the patient, the file's stem."""

    part: str
    subtype: Subtype
    patient: str
    stem: str
    is_rgb: bool = False

    @property
    def label(self) -> Label:
        """The class that the file's folder names."""
        return Label.NORMAL if self.subtype is Subtype.NORMAL else Label.PNEUMONIA

    @property
    def path(self) -> str:
        """Relative POSIX path in the published layout."""
        return f"{self.part}/{self.label}/{self.stem}.jpeg"


def generator(seed: int, *names: str) -> Generator:
    """Make a random generator that depends on the seed and the names alone.

    Args:
        seed: Non-negative.
        names: What the randomness is for.

    Returns:
        The generator.
    """
    digest = hashlib.sha256("/".join(names).encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "big")])


def render_film(film: Film, shorter_side: tuple[int, int], seed: int) -> bytes:
    """Draw, expose and encode one film.

    Args:
        film: What is drawn.
        shorter_side: Smallest and largest shorter side, in pixels.
        seed: Non-negative; the films of one patient share its build and its disease.

    Returns:
        A JPEG file with the comment `PHANTOM_COMMENT`.
    """
    rng = generator(seed, film.path)
    width, height = _size(film.label, shorter_side, rng)
    chest = _attenuation(film, width / height, seed, rng)
    grey = _develop(_expose(chest, rng), (width, height), rng)
    image = Image.fromarray(grey)
    _mark(image, rng)
    return _encode(image.convert("RGB") if film.is_rgb else image, _quality(film, rng))


def _size(label: Label, shorter_side: tuple[int, int], rng: Generator) -> tuple[int, int]:
    """Return width and height; NORMAL films are larger and squarer, with much overlap."""
    is_normal = label is Label.NORMAL
    low, high = shorter_side
    shorter = low + (high - low) * rng.beta(*((3.0, 1.8) if is_normal else (1.8, 3.0)))
    aspect = float(np.clip(rng.normal(1.25 if is_normal else 1.32, 0.15), 0.8, 1.6))
    height = shorter / min(1.0, aspect)
    return round(height * aspect), round(height)


def _attenuation(film: Film, aspect: float, seed: int, rng: Generator) -> Grid:
    body = Body.draw(generator(seed, film.patient, "build"))
    chest = draw_chest(body, Pose.draw(rng), aspect, rng)
    disease = generator(seed, film.patient, "disease")
    lost = lost_air(film.subtype, body, chest, disease, rng)
    return np.maximum(chest.tissue - AIR_CONTRAST * chest.air * (1.0 - lost), 0.0)


def _expose(attenuation: Grid, rng: Generator) -> Grid:
    """Return grey values in [0, 1] that grow with attenuation; exposure and contrast vary."""
    grey = 1.0 - np.exp(-rng.uniform(1.1, 1.9) * attenuation)
    black, white = rng.uniform(0.0, 0.08), rng.uniform(0.72, 0.98)
    scaled = (grey / np.quantile(grey, 0.99)) ** rng.uniform(0.85, 1.45)
    return np.asarray(black + (white - black) * scaled, dtype=np.float32)


def _develop(grey: Grid, size: tuple[int, int], rng: Generator) -> np.ndarray:
    """Enlarge to (width, height), add film grain and quantise to uint8."""
    large = np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BICUBIC))
    grain = ndimage.uniform_filter(rng.standard_normal(large.shape, dtype=np.float32), 2)
    noisy = large + np.float32(rng.uniform(0.01, 0.03)) * grain
    return np.rint(255.0 * np.clip(noisy, 0.0, 1.0)).astype(np.uint8)


def _mark(image: Image.Image, rng: Generator) -> None:
    """Draw, on some films, a side marker in a corner or an electrode with its lead."""
    pen, unit = ImageDraw.Draw(image), min(image.size)
    white = int(rng.integers(200, 256))
    if rng.random() < 0.35:
        letter, left = ("R", 0.04) if rng.random() < 0.7 else ("L", 0.88)
        where = (left * image.width, rng.uniform(0.03, 0.2) * image.height)
        pen.text(where, letter, fill=white, font=ImageFont.load_default(size=0.09 * unit))
    if rng.random() < 0.15:
        x, y = rng.uniform(0.2, 0.8, 2) * image.size
        radius = 0.018 * unit
        pen.line([(x, y), (x + rng.normal(0.0, 0.3) * unit, image.height)], white, 2)
        pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=white)


def _quality(film: Film, rng: Generator) -> int:
    less_compressed = film.label is Label.NORMAL and film.part != "test"
    return int(rng.integers(*(LESS_COMPRESSED if less_compressed else QUALITY), endpoint=True))


def _encode(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, comment=PHANTOM_COMMENT)
    return buffer.getvalue()

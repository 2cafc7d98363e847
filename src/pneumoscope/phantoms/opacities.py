"""Pneumonia as a phantom shows it: how much of the lungs' air is lost, and where."""

import numpy as np
from numpy.random import Generator

from pneumoscope.naming import Subtype
from pneumoscope.phantoms.anatomy import Chest
from pneumoscope.phantoms.body import Body, Grid, step, value_noise


def lost_air(
    subtype: Subtype, body: Body, chest: Chest, patient: Generator, film: Generator
) -> Grid:
    """Draw the share of air that disease, or shallow breathing, has replaced.

    Args:
        subtype: Bacteria give one focal consolidation, a virus a diffuse haze with streaks,
            normal a slight unevenness that a mild case may resemble.
        body: The patient's build.
        chest: The chest without opacities.
        patient: Randomness that the patient's films share: where the disease lies, how severe.
        film: Randomness of this film: texture, and the course of the disease.

    Returns:
        float32 in [0, 1], the shape of the chest.

    Raises:
        ValueError: If the subtype has no drawing.
    """
    lost = _unevenness(chest, film)
    if subtype is Subtype.BACTERIA:
        lost = lost + _consolidation(body, chest, patient, film)
    elif subtype is Subtype.VIRUS:
        lost = lost + _interstitial_haze(body, chest, patient, film)
    elif subtype is not Subtype.NORMAL:
        raise ValueError(f"expected normal, bacteria or virus, received {subtype!r}")
    return np.clip(lost, 0.0, 1.0).astype(np.float32)


def _unevenness(chest: Chest, film: Generator) -> Grid:
    level, amplitude = film.uniform(0.0, 0.16), film.uniform(0.02, 0.08)
    return level + amplitude * value_noise(film, chest.air.shape, 4)


def _consolidation(body: Body, chest: Chest, patient: Generator, film: Generator) -> Grid:
    severity = patient.uniform(0.45, 1.05) * film.uniform(0.8, 1.1)
    side = patient.choice([-1.0, 1.0])
    centre_x = side * patient.uniform(0.40, 0.72) * body.rib_cage
    centre_y = patient.uniform(body.apex + 0.28, body.dome - 0.08)
    width, height = patient.uniform(0.18, 0.36, 2)
    radius = np.hypot((chest.x - centre_x) / width, (chest.y - centre_y) / height)
    ragged = 1.0 - radius + 0.35 * value_noise(film, radius.shape, 9)
    patchy = 1.0 + 0.25 * value_noise(film, radius.shape, 22)
    return severity * patchy * step(ragged, 0.22)


def _interstitial_haze(body: Body, chest: Chest, patient: Generator, film: Generator) -> Grid:
    severity = patient.uniform(0.60, 1.60) * film.uniform(0.85, 1.1)
    hilum = np.hypot(np.abs(chest.x) - 0.2, chest.y - body.dome + 0.4)
    central = 0.45 + 0.55 * np.exp(-((hilum / 0.45) ** 2))
    # Thin curves along which smooth noise vanishes: a net of thickened septa.
    net = sum(np.exp(-((value_noise(film, hilum.shape, n) / 0.22) ** 2)) for n in (14, 26))
    cloud = value_noise(film, hilum.shape, 10)
    return severity * central * (0.16 + 0.10 * cloud + 0.24 * net)

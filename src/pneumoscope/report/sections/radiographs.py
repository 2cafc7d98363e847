"""What the radiographs look like, class by class."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pneumoscope.naming import Label
from pneumoscope.radiographs.fields import CENTRAL_FIELD, central_field
from pneumoscope.report.blocks import Block, Figure, Section
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import joined


def radiographs_section(
    histograms: Mapping[str, NDArray[np.integer]],
    means: Mapping[str, NDArray[np.floating]],
    figures: Mapping[str, bytes],
) -> Section:
    """Return samples, grey-level histograms and class means with their conclusions.

    Args:
        histograms: Class to the count of pixels at each grey level, shape (256,).
        means: NORMAL and PNEUMONIA to the mean image, shape (height, width) in [0, 255].
        figures: PNGs under the names `samples`, `intensity_histograms` and `class_means`; one
            left out is not shown.
    """
    captions = {
        "samples": prose("samples"),
        "intensity_histograms": _histogram_caption(histograms),
        "class_means": _means_caption(means[Label.PNEUMONIA] - means[Label.NORMAL]),
    }
    alts = {
        "samples": "Sample radiographs of both classes, raw and processed.",
        "intensity_histograms": "Share of pixels at each grey level by class.",
        "class_means": "Mean radiograph of each class and their difference.",
    }
    blocks: list[Block] = [
        Figure(figures[key], caption, alts[key])
        for key, caption in captions.items()
        if key in figures
    ]
    return Section("What the radiographs look like", blocks)


def _histogram_caption(histograms: Mapping[str, NDArray[np.integer]]) -> str:
    shares = [counts / counts.sum() for counts in histograms.values()]
    medians = [int(np.searchsorted(np.cumsum(share), 0.5)) for share in shares]
    named = joined([f"{m} for {label}" for m, label in zip(medians, histograms, strict=True)])
    overlap = float(np.minimum.reduce(shares).sum())
    return (
        f"The median grey level is {named}. The histograms share {overlap:.0%} of their area; at "
        "100% grey levels alone could not tell the classes apart."
    )


def _means_caption(difference: NDArray[np.floating]) -> str:
    centre = central_field((difference.shape[0], difference.shape[1]))
    size = np.abs(difference)
    inner, outer = float(size[centre].mean()), float(size[~centre].mean())
    brighter = float((difference > 0).mean())
    height, width = CENTRAL_FIELD
    return (
        f"PNEUMONIA is brighter (orange) in {brighter:.0%} of the pixels. The mean difference is "
        f"{inner:.1f} grey levels in the centre ({height:.0%} of the height, {width:.0%} of the "
        f"width) and {outer:.1f} outside it, where position, collimation and exposure differ too."
    )

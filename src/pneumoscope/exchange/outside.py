"""Tell whether a film is unlike those that the model was trained on: numpy alone; read it, copy it.

Compared are nine numbers of the pixels, the layout at 16 × 16 and the features of the model, each
by a Mahalanobis distance in steps of its usual spread; and whether the film looks turned or
inverted. What train looks like travels in the metadata of `model.onnx`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating]

SIDE, FARTHEST = 16, 1000.0


def judge(
    seen: NDArray[np.uint8], features: Numbers, train: dict[str, Any], measures: dict[str, Any]
) -> dict[str, Any]:
    """Tell whether one film lies too far from train, how far, and by what.

    Args:
        seen: As the model sees it, uint8 (height, width): the output `prepared`.
        features: The output `features`, (n,).
        train: `out_of_distribution` of the contract.
        measures: The metadata `measures`: how the numbers are scaled, and an upright film.
    """
    references = list((train["members"] or {"": train["reference"]}).values())
    first, limits = references[0]["subspaces"], train["false_alarms"]
    layout, turned = standardised(seen), way_it_lies(seen, measures)
    lengths = [len(one["subspaces"]["features"]["centre"]) for one in references]
    parts = np.split(features.astype(np.float64), np.cumsum(lengths)[:-1])
    own = [steps(one["subspaces"]["features"], part) for one, part in zip(references, parts)]  # noqa: B905
    far = {
        "pixels": steps(first["pixels"], even(pixel_numbers(seen), measures)),
        "layout": steps(first["layout"], layout.ravel()),
        "features": float(np.mean(own)),
    }
    distance = FARTHEST if turned else min(max(far.values()), FARTHEST)
    place = int(np.searchsorted(limits["cuts"], distance, side="left"))
    return {
        "out_of_distribution": distance > limits["threshold"],
        "out_of_distribution_p": [1.0, *limits["shares"]][place],
        "out_of_distribution_distance": distance,
        "unlike_by": [*turned, *(kind for kind in far if far[kind] > limits["threshold"])],
    }


def steps(train: dict[str, Any], numbers: Numbers) -> float:
    """By how many robust standard deviations numbers lie farther than is usual."""
    apart = numbers - np.array(train["centre"])
    along = np.array(train["directions"]) @ apart
    squared = (along**2 / train["variances"]).sum()
    if train["rest"] is not None:
        squared += max((apart**2).sum() - (along**2).sum(), 0) / train["rest"]
    return float((np.log(squared + np.finfo(float).tiny) - train["usual"]) / train["spread"])


def even(numbers: dict[str, float], measures: dict[str, Any]) -> Numbers:
    """Bring the numbers of pixels to one scale."""
    logarithms, least = measures["logarithms"], measures["least_number"]
    scaled = (
        np.log(number + least) if name in logarithms else number for name, number in numbers.items()
    )
    return np.array([*scaled]) / np.array([measures["units"][name] for name in numbers])


def pixel_numbers(seen: NDArray[np.uint8]) -> dict[str, float]:
    """Compute exposure, sharpness and border of a film."""
    edge = np.ones(seen.shape, dtype=bool)
    high, wide = (max(1, round(side * 0.05)) for side in seen.shape)
    edge[high:-high, wide:-wide] = False
    shares = np.bincount(seen.ravel(), minlength=256) / seen.size
    present, border, grey = shares[shares > 0], seen[edge], seen.astype(np.float64)
    around = np.pad(grey, 1, mode="reflect")
    beside = around[:-2, 1:-1] + around[2:, 1:-1] + around[1:-1, :-2] + around[1:-1, 2:]
    power = np.abs(np.fft.rfft2(grey - grey.mean())) ** 2
    rows, columns = np.fft.fftfreq(seen.shape[0]), np.fft.rfftfreq(seen.shape[1])
    fine = power[np.maximum(np.abs(rows)[:, None], columns) >= 0.25].sum()
    return {
        "mean_grey": grey.mean(),
        "grey_spread": grey.std(),
        "dark_tones": np.percentile(seen, 5),
        "bright_tones": np.percentile(seen, 95),
        "entropy": -(present * np.log2(present)).sum(),
        "sharpness": (beside - 4 * grey).var(),
        "fine_detail": fine / power.sum() if power.sum() > 0 else 0.0,
        "border_grey": border.mean(),
        "black_border": (border < 16).mean(),
    }


def standardised(seen: NDArray[np.uint8]) -> Numbers:
    """Shrink a film to 16 × 16 by the mean of areas; of mean 0 and variance 1."""
    rows, columns = (_areas(side) for side in seen.shape)
    means = rows @ seen @ columns.T
    # OpenCV, which was trained with, rounds the halves of pairs up, and others to the even number.
    small = np.floor(means + 0.5) if seen.shape == (2 * SIDE, 2 * SIDE) else np.rint(means)
    return np.asarray(np.clip((small - small.mean()) / max(small.std(), 1.0), -2.5, 2.5))


def _areas(length: int) -> Numbers:
    """Share of each of `length` pixels in each of 16 areas, (16, length)."""
    ends, pixels = np.linspace(0, length, SIDE + 1), np.arange(length)
    shared = np.minimum(ends[1:, None], pixels + 1) - np.maximum(ends[:-1, None], pixels)
    return np.maximum(shared, 0) * SIDE / length


def way_it_lies(seen: NDArray[np.uint8], measures: dict[str, Any]) -> list[str]:
    """Say how a film looks if not upright; mirrored alone is no reason, it is told wrongly."""
    template, least = np.reshape(measures["template"], (SIDE, SIDE)), measures["least"]
    ways = [np.rot90(way, turns) for way in (template, template[:, ::-1]) for turns in range(4)]
    logits = np.array([(way * standardised(seen)).sum() for way in ways])
    inverted = -logits.min() - logits.max() > least["inverted"]
    logits = -logits if inverted else logits
    places = {"on its side": [1, 3, 5, 7], "upside down": [2, 6], "mirrored": [4]}
    margins = {way: logits[place].max() - logits[0] for way, place in places.items()}
    shown = [way for way in margins if margins[way] > least[way]]
    likeliest = max(shown, key=margins.__getitem__, default="mirrored")
    return ["inverted"] * bool(inverted) + [likeliest] * (likeliest != "mirrored")

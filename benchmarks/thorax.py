"""Find the thorax on a film, and bring films to one frame around it.

    python benchmarks/thorax.py --env kermany

Boxes read by eye (`docs/thorax_boxes.csv`) hold both lungs from the outer margins of the ribs and
from the apices to the costophrenic angles. Two ridge regressions on histograms of oriented
gradients (Dalal and Triggs 2005) learn them: the first looks at the whole film, the second at the
box of the first and its surroundings. Prints how far they are off on patients left out, and how
well shape and place of the boxes alone tell the class in train.
"""

import argparse
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

from pneumoscope.arrays import Grey

BOXES = Path(__file__).parents[1] / "docs" / "thorax_boxes.csv"
EDGES = ["left", "top", "right", "bottom"]
STORED, SIDE, CELLS, BINS = 128, 64, 8, 8
PENALTIES, COPIES = (10.0, 3.0), 6
SHAKEN, SPREAD, AROUND = 0.05, (0.015, 0.035, 0.015, 0.035), 0.15
"""Shares of the sides: how far copies for the first look are cut and padded, how far the first look
is off, as the second is taught, and what it sees around the box, as a share of the box."""

FRAMINGS = {"thorax and a tenth around it": 0.1, "thorax": 0.0}
"""How far each frame is widened, as a share of the box."""

Box = np.ndarray
"""Left, top, right, bottom, as shares of the film's sides."""


def gradients(film: Grey) -> np.ndarray:
    """Describe a film (SIDE, SIDE) by the directions of its edges in CELLS x CELLS cells."""
    smooth = cv2.GaussianBlur(film.astype(np.float32), (3, 3), 0)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, *way, ksize=1) for way in ((1, 0), (0, 1)))
    size, angle = cv2.cartToPolar(across, down)
    size = np.sqrt(size / (size.mean() + 1e-3))
    place = angle * (BINS / (2 * np.pi))
    low = np.floor(place)
    share, low = place - low, low.astype(int) % BINS
    planes = np.zeros((SIDE, SIDE, BINS), np.float32)
    row, column = np.ogrid[:SIDE, :SIDE]
    planes[row, column, low] = size * (1 - share)
    planes[row, column, (low + 1) % BINS] += size * share
    side = SIDE // CELLS
    cells = planes.reshape(CELLS, side, CELLS, side, BINS).mean((1, 3))
    nearby = cv2.blur(np.ascontiguousarray(cells.sum(2)), (3, 3))
    return (cells / (nearby[..., np.newaxis] + 0.1)).ravel()


def framed(film: Grey, frame: Box, side: int) -> Grey:
    """Cut a film to a frame, side x side; what lies outside of it goes on as its edge."""
    height, width = film.shape
    left, top, right, bottom = frame * [width, height, width, height]
    steps = (right - left) / side, (bottom - top) / side
    # Shrinking by more than two would alias: average areas first.
    if max(steps) > 2:
        film = cv2.resize(film, (round(width / steps[0]), round(height / steps[1])),
                          interpolation=cv2.INTER_AREA)  # fmt: skip
        return framed(film, frame, side)
    way = np.array([[steps[0], 0, left + steps[0] / 2 - 0.5],
                    [0, steps[1], top + steps[1] / 2 - 0.5]])  # fmt: skip
    return np.asarray(
        cv2.warpAffine(
            film,
            way,
            (side, side),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )


def within(box: Box, frame: Box) -> Box:
    """Give a box of the film as a box of the frame."""
    start, size = np.tile(frame[:2], 2), np.tile(frame[2:] - frame[:2], 2)
    return np.asarray((box - start) / size)


def without(box: Box, frame: Box) -> Box:
    """Give a box of the frame as a box of the film."""
    return box * np.tile(frame[2:] - frame[:2], 2) + np.tile(frame[:2], 2)


def widened(box: Box, by: float) -> Box:
    """Widen a box on every side, by a share of its own sides."""
    size = box[2:] - box[:2]
    return np.concatenate([box[:2] - by * size, box[2:] + by * size])


def mirrored(box: Box) -> Box:
    """Give the box of the mirrored film."""
    left, top, right, bottom = box.T
    return np.stack([1 - right, top, 1 - left, bottom], axis=-1)


class Finder:
    """Finds the thorax."""

    def __init__(self, films: Sequence[Grey], boxes: np.ndarray) -> None:
        """Learn from films and their boxes (n, 4)."""
        rng = np.random.default_rng(0)
        whole = np.array([0.0, 0.0, 1.0, 1.0])
        frames = [whole + rng.uniform(-SHAKEN, SHAKEN, 4) * (at > 0)
                  for _ in films for at in range(COPIES + 1)]  # fmt: skip
        self._first = self._taught(films, boxes, frames, PENALTIES[0])
        frames = [widened(box + rng.normal(0, SPREAD), AROUND)
                  for box in boxes for _ in range(COPIES)]  # fmt: skip
        self._second = self._taught(films, boxes, frames, PENALTIES[1])

    def __call__(self, film: Grey) -> Box:
        """Return the box of the thorax on a film of any size, uint8 (height, width)."""
        film = cv2.resize(film, (STORED, STORED), interpolation=cv2.INTER_AREA)
        box = self._looked(self._first, film, np.array([0.0, 0.0, 1.0, 1.0]))
        return self._looked(self._second, film, widened(box, AROUND))

    def _taught(
        self, films: Sequence[Grey], boxes: np.ndarray, frames: Sequence[Box], penalty: float
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        described, wanted = [], []
        for at, frame in enumerate(frames):
            of = at // (len(frames) // len(films))
            seen, box = framed(films[of], frame, SIDE), within(boxes[of], frame)
            described += [gradients(seen), gradients(np.ascontiguousarray(seen[:, ::-1]))]
            wanted += [box, mirrored(box)]
        features, target = np.array(described), np.array(wanted)
        middle, mean = features.mean(0), target.mean(0)
        features -= middle
        gram = features.T @ features + penalty * np.eye(features.shape[1])
        return middle, np.linalg.solve(gram, features.T @ (target - mean)), mean

    def _looked(self, taught: tuple[np.ndarray, ...], film: Grey, frame: Box) -> Box:
        middle, weights, mean = taught
        seen = framed(film, frame, SIDE)
        there, back = ((gradients(np.ascontiguousarray(one)) - middle) @ weights + mean
                       for one in (seen, seen[:, ::-1]))  # fmt: skip
        return without((there + mirrored(back)) / 2, frame)


def read_boxes(rows: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the rows of the films whose boxes were read, and the boxes."""
    table = pd.read_csv(BOXES)
    known = table[table["reading"] == 1].set_index("film")
    names = rows["path"].str.split("/").str[1:].str.join("/")
    inside = rows[names.isin(known.index)]
    return inside, known.loc[names[inside.index], EDGES].to_numpy()


def small(films: Any) -> list[Grey]:
    """Shrink films."""
    return [cv2.resize(film, (STORED, STORED), interpolation=cv2.INTER_AREA) for film in films]


def framings(decoded: Any, rows: pd.DataFrame, side: int) -> dict[str, Callable[[Grey], Grey]]:
    """Return ways to bring a film to one frame, learnt from the boxes on train."""

    @cache
    def finder() -> Finder:
        inside, boxes = read_boxes(rows)
        return Finder(small(decoded.films(inside["path"])), boxes)

    def around(margin: float) -> Callable[[Grey], Grey]:
        return lambda film: framed(film, widened(finder()(film), margin), side)

    return {name: around(margin) for name, margin in FRAMINGS.items()}


def overlap(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return intersection over union of boxes (n, 4)."""
    low, high = np.maximum(one[:, :2], other[:, :2]), np.minimum(one[:, 2:], other[:, 2:])
    common = np.clip(high - low, 0, None).prod(1)
    areas = sum((boxes[:, 2:] - boxes[:, :2]).prod(1) for boxes in (one, other))
    return np.asarray(common / (areas - common))


def line(name: str, found: np.ndarray, read: np.ndarray) -> str:
    """Tell how far boxes are off: overlap, then each edge in percent of the side."""
    common, off = overlap(found, read), 100 * np.abs(found - read)
    edges = [f"{np.median(edge):.1f}, {np.quantile(edge, 0.9):.1f}" for edge in off.T]
    shown = f"{common.mean():.3f} | {np.quantile(common, 0.1):.3f}"
    return f"| {name} | {shown} | {' | '.join(edges)} |"


def main() -> None:
    """Measure the finder on patients left out, beside the mean box and the second reading."""
    from ablation import load
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--env", default="kermany")
    given = parser.parse_args()
    catalog, _ = load(given.env)
    train, decoded = catalog.load("train_rows"), catalog.load("decoded_radiographs")
    rows, boxes = read_boxes(train)
    films = small(decoded.films(rows["path"]))
    found = {"mean box": np.zeros_like(boxes), "finder": np.zeros_like(boxes)}
    for taught, asked in GroupKFold(4).split(films, groups=rows["patient_id"]):
        finder = Finder([films[at] for at in taught], boxes[taught])
        found["mean box"][asked] = boxes[taught].mean(0)
        found["finder"][asked] = [finder(films[at]) for at in asked]
    print(f"{len(rows)} films of {rows['patient_id'].nunique()} patients")
    print("| boxes | mean overlap | 10th percentile | left | top | right | bottom |")
    for name, of in found.items():
        print(line(name, of, boxes))
    table = pd.read_csv(BOXES)
    again = table[table["reading"] == 2].set_index("film")
    first = table[table["reading"] == 1].set_index("film").loc[again.index]
    print(line(f"second reading, {len(again)}", again[EDGES].to_numpy(), first[EDGES].to_numpy()))
    finder = Finder(films, boxes)
    every = np.array([finder(film) for film in decoded.films(train["path"])])
    width, height = (every[:, 2:] - every[:, :2]).T
    ill = train["label"] == "PNEUMONIA"
    for name, cue in {
        "top edge": -every[:, 1],
        "height": height,
        "height over width": height / width,
    }.items():
        print(f"{name}: AUROC {roc_auc_score(ill, cue):.2f}")


if __name__ == "__main__":
    main()

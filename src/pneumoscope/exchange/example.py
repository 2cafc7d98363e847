"""Score radiographs, python example.py FILM [FILM ...], a line of JSON each: read it, copy it.

It needs requirements.txt and outside.py, and reads JPEG and PNG of 8 bits a sample, grey or RGB.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np
from outside import judge  # type: ignore[import-not-found]  # beside it, in the bundle
from PIL import Image, ImageOps

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # else it sends its maker hashes of each model
import onnxruntime


def read(path: str, working_side: int) -> np.ndarray:
    """Decode a film as grey, upright, reduced as in training: uint8 (1, height, width)."""
    with Image.open(path, formats=("JPEG", "PNG")) as image:
        if image.mode not in ("L", "RGB"):
            sys.exit(f"{path}: expected 8 bits a sample, grey or RGB, received mode {image.mode}")
        grey = ImageOps.exif_transpose(image.convert("L"))
    factor = min(grey.size) // working_side
    return np.asarray(grey.reduce(factor) if factor > 1 else grey)[np.newaxis]


def probability(score: float, line: dict[str, float] | None) -> float | None:
    """Bring a score through the calibration; None where none could be fitted."""
    if line is None:
        return None
    odds = np.log(np.clip(score, 1e-7, 1 - 1e-7)) - np.log1p(-np.clip(score, 1e-7, 1 - 1e-7))
    return float(1 / (1 + np.exp(-line["intercept"] - line["slope"] * odds)))


def main(paths: list[str]) -> None:
    """Print one line of JSON a film; the promise of the model lies in its own file."""
    model = str(Path(__file__).with_name("model.onnx"))
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    known = session.get_modelmeta().custom_metadata_map
    contract, measures = json.loads(known["contract"]), json.loads(known["measures"])
    export, threshold = contract["export"], contract["operating_point"]["threshold"]
    low, high = export["zone"] or (2, 2)
    for path in paths:
        films = {"films": read(path, export["preprocessing"]["working_side"])}
        given, features, seen = session.run(["score", "features", "prepared"], films)
        score, seen = float(given[0, 0]), seen[0, ..., 0].astype(np.uint8)
        far = judge(seen, features[0], contract["out_of_distribution"], measures)
        unlike, called = far["out_of_distribution"], ("NORMAL", "PNEUMONIA")[score >= threshold]
        decided = not unlike or export["decides_out_of_distribution"]
        calibrated = None if unlike else probability(score, export["probability"])
        found = {"film": path, "prediction": called if decided else None, "score": score}
        found |= {"grey_zone": low <= score < high, "probability": calibrated}
        print(json.dumps({**found, "prevalence": export["prevalence"], **far}))
    print(contract["notice"], file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])

"""One film by an exported model: cold, warm, and the memory, against a tutorial's TensorFlow.

python benchmarks/exported.py [--radiographs FOLDER] [--architecture mobilenetv2]
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from memory import peak_memory
from originals import gather
from parameters import architecture_options, load_parameters
from timing import Row, Section, alternate, arguments, progress, publish, speed

COLD_AIM, WARM_AIM = 5.0, 10.0
"""How many times as fast as the tutorial a new film was to be answered: from a cold start, and in
a process that has predicted before."""

TUTORIAL = """\
import sys
import numpy as np
import tensorflow as tf
model = tf.keras.models.load_model(sys.argv[1])
side = model.input_shape[1:3]
image = tf.keras.utils.load_img(sys.argv[2], color_mode="grayscale", target_size=side)
array = tf.keras.utils.img_to_array(image)[np.newaxis]
print(float(model.predict(array, verbose=0)[0, 0]))
"""

TEXT = """\
{architecture} with random weights on an original, at {height}×{width}. *This project*: `python -m
pneumoscope predict FILM`, with hash, decoding, the warnings of the ingestion, the exported model
on onnxruntime and the row of the inference. *Tutorial*: `load_model`, `load_img` and
`model.predict` as they are. Cold is a new process each, from its start to its end; memory the most
that it held; warm a further film in a process that has predicted before. Routes take turns.
Profile: a warm film and its parts by turns, without the tutorial in between; medians. On all cores
the exported model gains only where these share a cache: those of a virtual machine may lie apart,
and where does not stay the same."""


def main() -> None:
    """Measure and print."""
    parser = arguments(__doc__, repeats=5)
    parser.add_argument("--architecture", default="mobilenetv2")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        section = measure(given, Path(scratch))
    publish(section, given.into)


def measure(given: argparse.Namespace, scratch: Path) -> Section:
    """Export a model; let both routes take turns, cold and warm."""
    films = gather(given.radiographs, 2, scratch / "films") / "train"
    film = next(path for path in sorted(films.rglob("*")) if path.is_file())
    parameters = load_parameters("kermany")
    height, width = parameters["preprocessing"]["size"]
    keras_file, onnx_file = export(given.architecture, parameters, scratch)
    commands = {
        "ours": [sys.executable, "-m", "pneumoscope", "predict", str(film), f"--model={onnx_file}"],
        "tutorial": [sys.executable, "-c", TUTORIAL, str(keras_file), str(film)],
    }
    cold = alternate({name: partial(_run, command) for name, command in commands.items()},
                     given.repeats)  # fmt: skip
    peaks: dict[str, list[float]] = {name: [] for name in commands}
    for repeat in range(1, given.repeats + 1):
        for name, command in commands.items():
            peaks[name].append(peak_memory(command))
        progress(f"memory, {repeat} of {given.repeats}")
    warm = alternate(_warm(keras_file, onnx_file, film), 5 * given.repeats)
    name = given.architecture
    memory = [other / own for own, other in zip(peaks["ours"], peaks["tutorial"], strict=True)]
    rows = [
        speed(f"{name}: one film, cold", "tutorial", cold["ours"], cold["tutorial"], aim=COLD_AIM),
        speed(f"{name}: one film, warm", "tutorial", warm["ours"], warm["tutorial"], 1000, "ms",
              aim=WARM_AIM),
        Row(f"{name}: one film, peak memory", "tutorial", sorted(peaks["ours"])[given.repeats // 2],
            sorted(peaks["tutorial"])[given.repeats // 2], "MiB", memory),
    ]  # fmt: skip
    text = TEXT.format(architecture=name, height=height, width=width)
    profile = [
        (f"{name}, warm: {part}", f"{1000 * seconds:.1f} ms")
        for part, seconds in _parts(onnx_file, film, 10 * given.repeats).items()
    ]
    title = "One film by an exported model"
    return Section(title, "python benchmarks/exported.py", text, rows, profile)


def export(architecture: str, parameters: dict, scratch: Path) -> tuple[Path, Path]:
    """Save a model both ways, the exported one with a made-up threshold."""
    from pneumoscope.evaluation.access import model_fingerprint
    from pneumoscope.evaluation.records import CalibrationMap, OperatingPoint
    from pneumoscope.exchange.core import core_graph
    from pneumoscope.exchange.film import film_graph
    from pneumoscope.exchange.graph import OPSET, chained
    from pneumoscope.exchange.metadata import with_metadata
    from pneumoscope.exchange.records import Export, ExportedContract, Parity
    from pneumoscope.models.architectures.registry import build
    from pneumoscope.models.records import ContractedCalibration
    from pneumoscope.models.scoring import describe_batch
    from pneumoscope.naming import CalibrationMethod, ExportFormat, ThresholdRule
    from pneumoscope.options import DecodingOptions, IngestionOptions, PreprocessingOptions
    from pneumoscope.out_of_distribution.distances import FEATURES, describe, fit_reference
    from pneumoscope.out_of_distribution.false_alarms import limit_false_alarms
    from pneumoscope.out_of_distribution.records import Contracted

    prepared = PreprocessingOptions.model_validate(parameters["preprocessing"])
    decoded = IngestionOptions.model_validate(parameters["ingestion"])
    model = build(architecture_options(architecture), (*prepared.size, 1), 7)
    line, patients = CalibrationMap(1.0), np.arange(199)
    noise = np.random.default_rng(7).integers(0, 256, (40, *prepared.size, 1), dtype=np.uint8)
    numbers = {**describe(noise), FEATURES: describe_batch(model, noise)[1].astype(np.float64)}
    reference = fit_reference(numbers, patients[:40].astype(str), model_fingerprint(model))
    limits = limit_false_alarms(patients / 100, patients.astype(str), 0.01, "")
    contract = ExportedContract(
        name=architecture,
        fingerprint=model_fingerprint(model),
        operating_point=OperatingPoint(ThresholdRule.FIXED, 0.5, "for this benchmark"),
        calibration=ContractedCalibration(CalibrationMethod.TEMPERATURE, 0.5, line, None),
        out_of_distribution=Contracted(limits, reference),
        export=Export(
            ExportFormat.ONNX, OPSET, [], [], {"working_side": decoded.working_side},
            decoded.model_dump(mode="json", include=set(DecodingOptions.model_fields)),
            True, (0.4, 0.6), line, 0.5, True, [], Parity({}, 0.0, 0.0, 0, 0.0, 0, "none"),
        ),
    )  # fmt: skip
    film = chained(film_graph(prepared), core_graph(model)).SerializeToString()
    keras_file, onnx_file = scratch / "model.keras", scratch / "model.onnx"
    model.save(keras_file)
    onnx_file.write_bytes(with_metadata(film, contract, "").SerializeToString())
    return keras_file, onnx_file


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _warm(keras_file: Path, onnx_file: Path, film: Path) -> dict:
    import keras

    from pneumoscope.inference.files import predict_files
    from pneumoscope.inference.finished_run import predictor_of_file

    loaded, exported = keras.models.load_model(keras_file), predictor_of_file(onnx_file)
    side = loaded.input_shape[1:3]

    def tutorial() -> None:
        image = keras.utils.load_img(film, color_mode="grayscale", target_size=side)
        loaded.predict(keras.utils.img_to_array(image)[np.newaxis], verbose=0)

    return {
        "ours": lambda: predict_files(exported, {film.name: film.read_bytes}),
        "tutorial": tutorial,
    }


def _parts(onnx_file: Path, film: Path, repeats: int) -> dict[str, float]:
    """Give the median seconds of what is done for one film."""
    import onnxruntime

    from pneumoscope.inference.files import predict_files
    from pneumoscope.inference.finished_run import predictor_of_file
    from pneumoscope.radiographs.decoding import decode

    predictor, data = predictor_of_file(onnx_file), film.read_bytes()
    pixels = decode(data, predictor.decoding).pixels
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    on_one_core = replace(
        predictor.scorer, session=onnxruntime.InferenceSession(str(onnx_file), options)
    )
    parts: dict[str, Callable[[], object]] = {
        "decoding": lambda: decode(data, predictor.decoding),
        "the exported model": lambda: predictor.scorer.score([pixels]),
        "the exported model on one core": lambda: on_one_core.score([pixels]),
        "all of it": lambda: predict_files(predictor, {film.name: film.read_bytes}),
    }
    return {part: float(np.median(taken)) for part, taken in alternate(parts, repeats).items()}


if __name__ == "__main__":
    main()

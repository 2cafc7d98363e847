"""`pneumoscope predict`: films by an exported model, without starting TensorFlow or Kedro."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pneumoscope.datasets.stores.local_file import LocalFile
from pneumoscope.errors import InputError, three_lines

if TYPE_CHECKING:
    from pneumoscope.inference.records import FilmPrediction
    from pneumoscope.ingestion.file_scan import Reader


def main(arguments: Sequence[str]) -> int:
    """Predict the films that are named, and print a line each.

    Args:
        arguments: Of the command line, behind `predict`.

    Returns:
        Exit status: 0; 2 where nothing could be predicted at all; 130 after Ctrl-C.
    """
    given = _parser().parse_args(arguments)
    try:
        read = _predict(given)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except Exception as error:
        lines = three_lines(error)
        if lines is None:
            raise
        print("\n".join(lines), file=sys.stderr)
        return 2
    return 0 if read else 2


def _predict(given: argparse.Namespace) -> int:
    """Print what is found; return how many films could be read."""
    from pneumoscope.inference.files import predict_files
    from pneumoscope.inference.finished_run import SHORT, FinishedRun, predictor_of_file
    from pneumoscope.out_of_distribution.wording import outside_sentence

    run = FinishedRun(Path(os.environ.get("RESULTS", "data")))
    if given.model is not None and given.model.endswith(".onnx"):
        predictor = predictor_of_file(Path(given.model))
    else:
        predictor = run.predictor(given.model)
    if given.site is not None:
        predictor = run.updated(predictor, given.site)
    files = _files(given.films)
    listed = files.keys() - {_name(path) for path in given.films}
    found = predict_files(predictor, files, given.prevalence, listed)
    for line in _as_json(found) if given.json else _as_text(found):
        print(line)
    if not given.json:
        print(f"Model {predictor.locked.model}, weights {predictor.locked.fingerprint[:SHORT]}.")
        outside = [one.path for one in found if one.out_of_distribution]
        if outside:
            print(outside_sentence(outside, _read(found), predictor.limits))
        print(predictor.notice)
    return _read(found)


def _read(found: Sequence[FilmPrediction]) -> int:
    return sum(not one.reason for one in found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pneumoscope predict",
        description="Predict radiographs with an exported model. "
        "For research and teaching. Not for diagnosis.",
    )
    parser.add_argument("films", nargs="+", type=Path, help="files, or folders of them")
    parser.add_argument(
        "--model", help="model.onnx, or name of a model below RESULTS; else the only one there"
    )
    parser.add_argument(
        "--prevalence", type=_share, help="share of PNEUMONIA that probabilities shall hold for"
    )
    parser.add_argument(
        "--site", help="whose update is applied, or site@version; else none (docs/external.md)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a film")
    return parser


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f"expected a share between 0 and 1, received {text}")
    return share


def _files(named: Sequence[Path]) -> Mapping[str, Reader]:
    files: dict[str, Reader] = {}
    for path in named:
        if path.is_dir():
            # Kedro, which takes as long to load as all else, is behind it.
            from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset

            inside = RadiographFolderDataset(str(path)).load()
            files |= {f"{_name(path)}/{name}": read for name, read in inside.items()}
        elif path.exists():
            files[_name(path)] = LocalFile(path)
        else:
            raise InputError(f"a film at '{path}'", "no such file", "Name one that is there.")
    if not files:
        raise InputError("at least one film", "folders without a file", "Name the films.")
    return files


def _name(path: Path) -> str:
    """Return a path as the text of one line, as the folder's own names are."""
    from pneumoscope.ingestion.file_names import escape_name

    return escape_name(path.as_posix())


def _as_json(found: Sequence[FilmPrediction]) -> list[str]:
    from pneumoscope.inference.predictions import COLUMNS

    rows = ({name: _plain(getattr(one, name)) for name in COLUMNS} for one in found)
    return [json.dumps(row, ensure_ascii=False) for row in rows]


def _plain(value: object) -> object:
    """Give a value as JSON has it, which knows no NaN."""
    return None if value != value else value


def _as_text(found: Sequence[FilmPrediction]) -> list[str]:
    return [f"{one.path}: {'; '.join(_told(one))}" for one in found]


def _told(film: FilmPrediction) -> list[str]:
    from pneumoscope.report.wording import percent

    if film.reason or film.score is None:
        return [f"not read: {film.reason}"]
    parts = [f"{film.prediction or 'not decided'}, score {film.score:.4f}"]
    parts.append(f"threshold {film.threshold:.4f}")
    if film.grey_zone:
        parts.append("in the grey zone: a human should look first")
    if film.out_of_distribution:
        parts.append(f"unlike those of train: {film.out_of_distribution_reason}")
    if film.probability is not None and film.prevalence is not None:
        parts.append(
            f"probability {percent(film.probability)} where "
            f"{percent(film.prevalence)} have PNEUMONIA"
        )
    return [*parts, *filter(None, (film.note, film.warning))]

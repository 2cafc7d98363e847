"""`pneumoscope predict`: films by an exported model, without starting TensorFlow or Kedro."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pneumoscope.errors import InputError, three_lines

if TYPE_CHECKING:
    import pandas as pd

    from pneumoscope.ingestion.scan import Reader


UNTOLD = (
    "Whether a film is unlike those of training is not told by an exported model: "
    "kedro run --pipelines=inference tells it."
)


@dataclass(frozen=True)
class _File:
    """One file of the command line."""

    path: Path

    @property
    def size(self) -> int:
        """Size in bytes."""
        return self.path.stat().st_size

    def __call__(self) -> bytes:
        """Return its bytes."""
        return self.path.read_bytes()


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
    from pneumoscope.inference.exported import ExportedModel, predict_films
    from pneumoscope.inference.outdated import SHORT, outdated
    from pneumoscope.naming import Column

    place = given.model or _exported()
    model = ExportedModel.load(place)
    files = _files(given.films)
    listed = files.keys() - {_name(path) for path in given.films}
    found = predict_films(model, files, given.prevalence, listed)
    for line in _as_json(found) if given.json else _as_text(found):
        print(line)
    if not given.json:
        print(f"Model {model.contract.name}, weights {model.contract.fingerprint[:SHORT]}.")
        print(UNTOLD)
        print(model.contract.notice)
    if parts := outdated(place, model.contract):
        print(parts, file=sys.stderr)
    return int((found[Column.REASON] == "").sum())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pneumoscope predict",
        description="Predict radiographs with an exported model. "
        "For research and teaching. Not for diagnosis.",
    )
    parser.add_argument("films", nargs="+", type=Path, help="files, or folders of them")
    parser.add_argument("--model", type=Path, help="model.onnx; else the only one below RESULTS")
    parser.add_argument(
        "--prevalence", type=_share, help="share of PNEUMONIA that probabilities shall hold for"
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


def _exported() -> Path:
    results = Path(os.environ.get("RESULTS", "data"))
    found = sorted(results.glob("06_models/*/exchange/model.onnx"))
    if len(found) != 1:
        raise InputError(
            f"one exported model below '{results}'",
            f"{len(found)} of them: {', '.join(map(str, found))}" if found else "none",
            "Name it: --model <file>; or export one: kedro export --model <name>",
        )
    return found[0]


def _files(named: Sequence[Path]) -> Mapping[str, Reader]:
    files: dict[str, Reader] = {}
    for path in named:
        if path.is_dir():
            # Kedro, which takes as long to load as all else, is behind it.
            from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset

            inside = RadiographFolderDataset(str(path)).load()
            files |= {f"{_name(path)}/{name}": read for name, read in inside.items()}
        elif path.exists():
            files[_name(path)] = _File(path)
        else:
            raise InputError(f"a film at '{path}'", "no such file", "Name one that is there.")
    if not files:
        raise InputError("at least one film", "folders without a file", "Name the films.")
    return files


def _name(path: Path) -> str:
    """Return a path as the text of one line, as the folder's own names are."""
    from pneumoscope.ingestion.file_names import escape_name

    return escape_name(path.as_posix())


def _as_json(found: pd.DataFrame) -> list[str]:
    rows = found.astype(object).where(found.notna(), None).to_dict("records")
    return [json.dumps(row, default=_plain, ensure_ascii=False) for row in rows]


def _plain(value: object) -> object:
    return value.item()  # type: ignore[attr-defined]  # of NumPy


def _as_text(found: pd.DataFrame) -> list[str]:
    from pneumoscope.naming import Column
    from pneumoscope.report.wording import percent

    lines = []
    for row in found.astype(object).where(found.notna(), None).to_dict("records"):
        if row[Column.REASON]:
            lines.append(f"{row[Column.PATH]}: not read: {row[Column.REASON]}")
            continue
        parts = [f"{row[Column.PREDICTION]}, score {row[Column.SCORE]:.4f}"]
        parts.append(f"threshold {row[Column.THRESHOLD]:.4f}")
        if row[Column.GREY_ZONE]:
            parts.append("in the grey zone: a human should look first")
        if row[Column.PROBABILITY] is not None:
            parts.append(
                f"probability {percent(row[Column.PROBABILITY])} where "
                f"{percent(row[Column.PREVALENCE])} have PNEUMONIA"
            )
        parts += [row[name] for name in (Column.NOTE, Column.WARNING) if row[name]]
        lines.append(f"{row[Column.PATH]}: {'; '.join(parts)}")
    return lines

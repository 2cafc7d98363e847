"""Predictions for people: films with maps of what their decision rests on, doubt first."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.counts import agreeing, counted
from pneumoscope.inference.worklist import DOUBTFUL, FILMS, HIGHEST, MEAN_SCORE
from pneumoscope.naming import Column, Label, Source
from pneumoscope.radiographs.recorded import BURNT_IN, may_be_shown
from pneumoscope.report.blocks import Block, Bullets, Card, Cards, Note, Paragraph, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.page import Page
from pneumoscope.report.pictures import as_png, overlaid, thumbnail
from pneumoscope.report.prose import prose, sentences
from pneumoscope.report.wording import percent

ROWS = 200
"""Rows at most of a table of patients or of files that were not read."""

TABLE = "the table of the predictions, a .csv file beside this page"

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class ShownFilm:
    """One film to show.

    Attributes:
        film: As it was decoded, uint8 (height, width).
        seen: As the model saw it, uint8 (height, width).
        attribution: Of the shape of `seen`, from 0 to 1; None where the model has no maps.
    """

    film: Grey
    seen: Grey
    attribution: NDArray[np.float32] | None


@dataclass(frozen=True)
class PageContext:
    """What a page of predictions says besides its films.

    Attributes:
        promise: How often films are flagged as out of distribution in error.
        no_probability: Why there is no probability; empty with one.
        maps: How maps were made, or why there are none.
        meaning: What a map shows.
        synthetic: What is synthetic; empty where nothing is.
        update: By which update at a site scores are read; empty without one.
    """

    promise: str
    no_probability: str
    maps: str
    meaning: str
    synthetic: str
    update: str = ""


def predictions_page(
    predictions: pd.DataFrame,
    shown: Mapping[Hashable, ShownFilm],
    patients: pd.DataFrame,
    context: PageContext,
) -> Page:
    """Put predictions on a page of bounded size.

    Args:
        predictions: As `inference.predictions.predict` gives them.
        shown: Row of the predictions to its pictures, in the order of the page.
        patients: As `worklist.by_patient` gives them.
        context: What else the page says.
    """
    read = predictions[predictions[Column.REASON] == ""]
    unread = predictions[predictions[Column.REASON] != ""]
    sections = [
        _films(predictions, read, shown, context),
        *([_patients(patients)] if len(patients) else []),
        *([_unread(unread)] if len(unread) else []),
        _model(predictions, context),
    ]
    return Page(
        title="Predictions",
        sections=sections,
        synthetic=context.synthetic,
        summary=_summary(read, unread, context),
    )


def _summary(read: pd.DataFrame, unread: pd.DataFrame, context: PageContext) -> list[str]:
    called = read[Column.PREDICTION].value_counts()
    outside = int(read[Column.OUT_OF_DISTRIBUTION].astype(bool).sum())
    zone = int(read[Column.GREY_ZONE].astype(bool).sum())
    undecided = int(read[Column.PREDICTION].isna().sum())
    labels = ", ".join(f"{called.get(label, 0):,} called {label}" for label in Label)
    left = f", {undecided:,} left undecided" if undecided else ""
    return [
        *([context.update] if context.update else []),
        f"Of {counted(len(read), 'film')} that could be read, {labels}{left}.",
        *([f"{zone:,} in the grey zone: a human should look first."] if zone else []),
        *(
            [f"{outside:,} unlike those that the model was trained on. {context.promise}"]
            if outside
            else []
        ),
        *([f"{counted(len(unread), 'file')} not read; each with its reason below."]
          if len(unread) else []),
        *([f"No probabilities: {context.no_probability}."] if context.no_probability else []),
    ]  # fmt: skip


def _films(
    predictions: pd.DataFrame,
    read: pd.DataFrame,
    shown: Mapping[Hashable, ShownFilm],
    context: PageContext,
) -> Section:
    kept = read[may_be_shown(read)]
    withheld, left = len(read) - len(kept), len(kept) - len(shown)
    chosen = predictions.loc[list(shown)].to_dict("records")
    rows = zip(chosen, shown.values(), strict=True)
    blocks: list[Block] = [
        Paragraph(prose("worklist")),
        *(
            [Note(f"Shown are {len(shown):,} of {counted(len(kept), 'film')}, the most doubtful. "
                  f"The other {left:,} {agreeing(left, 'stands', 'stand')} in {TABLE}.")]
            if left
            else []
        ),
        *(
            [Note(f"Not shown: {counted(withheld, 'film')} with tags that speak of {BURNT_IN}. "
                  f"What is predicted of them stands in {TABLE}.")]
            if withheld
            else []
        ),
        *([Cards([_card(row, film, context) for row, film in rows])]
          if shown else []),
    ]  # fmt: skip
    return Section("Films, doubt first", blocks)


def _card(row: dict[Any, Any], shown: ShownFilm, context: PageContext) -> Card:
    seen = shown.seen if shown.attribution is None else overlaid(shown.seen, shown.attribution)
    flags = [
        *(["unlike train"] if row[Column.OUT_OF_DISTRIBUTION] else []),
        *(["grey zone"] if row[Column.GREY_ZONE] else []),
    ]
    remarks = [
        *([f"Unlike train: {row[Column.OUT_OF_DISTRIBUTION_REASON]}"]
          if row[Column.OUT_OF_DISTRIBUTION] else []),
        *([f"Warning: {more}"] if (more := _not_yet_told(row)) else []),
        *([f"Converted: {row[Column.NOTE]}"] if row[Column.NOTE] else []),
    ]  # fmt: skip
    return Card(
        title=str(row[Column.PATH]),
        verdict=_verdict(row),
        warns=bool(row[Column.PREDICTION] == Label.PNEUMONIA),
        pictures=[
            (as_png(thumbnail(shown.film)), "the film"),
            (as_png(thumbnail(seen)), _second(shown, context)),
        ],
        flags=flags,
        facts=_facts(row),
        remarks=[f"{remark}." for remark in remarks],
    )


def _verdict(row: dict[Any, Any]) -> str:
    return "not decided" if pd.isna(row[Column.PREDICTION]) else str(row[Column.PREDICTION])


def _not_yet_told(row: dict[Any, Any]) -> str:
    """Return what the warning of a film says that is not among the reasons above it."""
    reason = f"{row[Column.OUT_OF_DISTRIBUTION_REASON] or ''};"
    parts = str(row[Column.WARNING] or "").split(", ")
    return ", ".join(part for part in parts if part and f"{part};" not in reason)


def _second(shown: ShownFilm, context: PageContext) -> str:
    if shown.attribution is None:
        return "as the model saw it"
    if not shown.attribution.any():
        return "as the model saw it; the map is empty"
    return context.meaning


def _facts(row: dict[Any, Any]) -> list[tuple[str, str]]:
    zone = not pd.isna(row[Column.ZONE_LOW])
    return [
        ("score", f"{row[Column.SCORE]:.3f} (PNEUMONIA from {row[Column.THRESHOLD]:.3f})"),
        *([("grey zone", f"{row[Column.ZONE_LOW]:.3f} to {row[Column.ZONE_HIGH]:.3f}")]
          if zone else []),
        *([] if pd.isna(row[Column.PROBABILITY]) else [("probability", _probability(row))]),
        ("this far from train", f"{percent(row[Column.OUT_OF_DISTRIBUTION_P])} of validation"),
    ]  # fmt: skip


def _probability(row: dict[Any, Any]) -> str:
    # It was fitted on films like those of validation.
    if row[Column.OUT_OF_DISTRIBUTION]:
        return "none for a film unlike train"
    share, prevalence = percent(row[Column.PROBABILITY]), percent(row[Column.PREVALENCE])
    return f"{share} where {prevalence} have pneumonia"


def _patients(patients: pd.DataFrame) -> Section:
    rows: list[Sequence[Cell]] = [
        [str(row[Column.PATIENT_ID]), int(row[FILMS]), float(row[MEAN_SCORE]), float(row[HIGHEST]),
         _verdict(row), int(row[DOUBTFUL])]
        for row in patients.head(ROWS).to_dict("records")
    ]  # fmt: skip
    header = ["patient", FILMS, MEAN_SCORE, HIGHEST, "called, by the mean", "doubtful films"]
    blocks: list[Block] = [Paragraph(prose("by_patient_new")), Table(header, rows)]
    if len(patients) > ROWS:
        blocks.insert(1, Note(_left(len(patients), "patient")))
    return Section("By patient", blocks)


def _unread(unread: pd.DataFrame) -> Section:
    pairs = unread[[Column.PATH, Column.REASON]].head(ROWS).itertuples(index=False)
    rows: list[Sequence[Cell]] = [[str(path), str(reason)] for path, reason in pairs]
    blocks: list[Block] = [Table(["file", "reason"], rows)]
    if len(unread) > ROWS:
        blocks.insert(0, Note(_left(len(unread), "file")))
    return Section("Files that were not read", blocks)


def _left(count: int, noun: str) -> str:
    return f"Shown are the first {ROWS} of {counted(count, noun)}; every film stands in {TABLE}."


def _model(predictions: pd.DataFrame, context: PageContext) -> Section:
    row = predictions.iloc[0]
    rows: list[Sequence[Cell]] = [
        ["model", str(row[Column.MODEL])],
        ["SHA-256 of its weights", str(row[Column.FINGERPRINT])],
        ["PNEUMONIA from a score of", float(row[Column.THRESHOLD])],
        ["maps", context.maps],
        ["all predictions", TABLE],
    ]
    blocks: list[Block] = [
        Table(["what", "value"], rows),
        Paragraph(context.promise),
        Bullets(sentences("reading_predictions")),
    ]
    return Section("How to read this page", blocks)


def synthetic_predictions(trained_on_phantoms: bool, sources: pd.Series) -> str:
    """Say what of the predictions is synthetic; empty where nothing is.

    Args:
        trained_on_phantoms: Whether the model has seen any.
        sources: Where each file comes from, as the scan gives it.
    """
    phantoms, read = int((sources == Source.PHANTOMS.value).sum()), int((sources != "").sum())
    some = f"{counted(phantoms, 'film')} {agreeing(phantoms, 'is a phantom', 'are phantoms')}"
    films = "the films are phantoms" if phantoms == read else some
    return "; ".join(
        [
            *(["the model was trained on phantoms"] if trained_on_phantoms else []),
            *([films] if phantoms else []),
        ]
    )

"""What a folder holds: by every path, and by a sample of the films; nothing is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pneumoscope.errors import InputError
from pneumoscope.ingestion.checks import check_worth_running
from pneumoscope.ingestion.doubts import SHOWN, folder_warnings
from pneumoscope.ingestion.layout import NO_KEY, UNASSIGNED, Layout
from pneumoscope.ingestion.litter import is_called_spreadsheet, may_be_litter
from pneumoscope.ingestion.manifest import Ingested, sort_out
from pneumoscope.ingestion.recognition import FOLDERS, NAMES, Files
from pneumoscope.ingestion.records import Shortcut
from pneumoscope.ingestion.scan import scan
from pneumoscope.ingestion.shortcuts import measure_shortcuts
from pneumoscope.ingestion.similarity import SIMILAR_COLUMNS
from pneumoscope.naming import Column, SplitPolicy
from pneumoscope.options import IngestionOptions, SplitOptions
from pneumoscope.splitting.assignment import assign_splits
from pneumoscope.splitting.policy import settled

SAMPLE = 240
"""Films that are opened at most: a second's work, or a few where they are large."""


@dataclass(frozen=True)
class Preview:
    """What a folder holds, as far as its paths, its tables and a sample of its films tell.

    Attributes:
        layout: What tells the classes.
        files: Files that were found.
        counts: Radiographs by part and class.
        left_out: Reason to number of files that are left out on purpose.
        refused: Files that have no class or contradictory ones; columns path and reason.
        litter: Files whose names are of litter or of accompanying text.
        opened: Films of the sample.
        unread: Those of it that cannot be read; columns path and reason.
        shorter_side: Median of the shorter sides of the sample, in pixels; 0 without a film.
        patients: Patients by their keys.
        keyless: Radiographs without a patient key.
        dicom: DICOM films of the sample, whose tags may tell the patient to a run.
        shortcuts: Numbers that tell the classes of the sample apart.
        policy: How the splits would be cut.
        remarks: What should be known besides, in sentences.
        obstacle: What would stop the run; None if nothing is seen.
    """

    layout: str
    files: int
    counts: Mapping[tuple[str, str], int]
    left_out: Mapping[str, int]
    refused: pd.DataFrame
    litter: int
    opened: int
    unread: pd.DataFrame
    shorter_side: int
    patients: int
    keyless: int
    dicom: int
    shortcuts: Sequence[Shortcut]
    policy: SplitPolicy
    remarks: Sequence[str]
    obstacle: InputError | None

    @property
    def radiographs(self) -> int:
        """Files that count as radiographs, as far as is known without opening them."""
        return sum(self.counts.values())


def look(
    files: Files, layout: Layout, options: IngestionOptions, split: SplitOptions, seed: int
) -> Preview:
    """Look at every path and at a sample of the films; nothing is kept.

    Args:
        files: Relative POSIX path to a function that reads that file's bytes.
        layout: As it was recognised.
        options: Bounds of the decoding and of the quarantine.
        split: How patients would be shared out.
        seed: Seed of that draw, and of the sample.
    """
    offered = sorted(path for path in files if not may_be_litter(path))
    left_out = {path: why for path in offered if (why := layout.left_out(path))}
    known = sort_out(_unopened([path for path in offered if path not in left_out]), options, layout)
    rows, refused = known.manifest, known.quarantine
    opened = _open(files, _sample(rows, seed), layout, options)
    unread = opened.quarantine
    chosen, why = settled(split, rows)
    keyless = rows[Column.PATIENT_ID].str.startswith(NO_KEY).astype(bool)
    sides = opened.manifest[[Column.WIDTH, Column.HEIGHT]].min(axis=1)
    pooled = opened.manifest.assign(**{Column.SOURCE_SPLIT: UNASSIGNED})
    shortcuts = measure_shortcuts(pooled, options.warn_auroc)
    return Preview(
        layout=layout.name,
        files=len(files),
        counts=Counter(zip(rows[Column.SOURCE_SPLIT], rows[Column.LABEL], strict=True)),
        left_out=Counter(left_out.values()),
        refused=refused,
        litter=len(files) - len(offered),
        opened=len(opened.manifest) + len(unread),
        unread=unread,
        shorter_side=int(sides.median()) if len(sides) else 0,
        patients=int(rows.loc[~keyless, Column.PATIENT_ID].nunique()),
        keyless=int(keyless.sum()),
        dicom=int((opened.manifest[Column.TRANSFER_SYNTAX].fillna("") != "").sum()),
        shortcuts=[found for found in shortcuts if found.warns],
        policy=chosen.policy,
        remarks=[
            *layout.remarks,
            *_spreadsheets(files, layout),
            *folder_warnings(rows, layout),
            *([why] if why else []),
        ],
        obstacle=_obstacle(known, opened, layout, options, chosen, seed),
    )


def _spreadsheets(files: Files, layout: Layout) -> list[str]:
    """Name them where no table tells the classes; a run, which writes, names none."""
    if layout.name not in (FOLDERS, NAMES):
        return []
    found = sorted(path for path in files if is_called_spreadsheet(path))
    more = ["…"] if len(found) > SHOWN else []
    return [f"spreadsheets: {', '.join([*found[:SHOWN], *more])}"] if found else []


def _unopened(paths: Sequence[str]) -> pd.DataFrame:
    """Return the table of a scan that has opened nothing and takes every file for a film."""
    found: dict[str, Any] = {
        Column.BYTES: 0, Column.WIDTH: 1, Column.HEIGHT: 1, Column.MODE: "L", Column.NOTE: "",
        Column.REASON: "", Column.SOURCE: "", "brightness": 1.0, "contrast": 1.0,
        "orientation": "",
    }  # fmt: skip
    rows = pd.DataFrame({Column.PATH: pd.Series(paths, dtype=object)})
    # Whether two files have the same bytes is not known: each has its own.
    return rows.assign(**found, **{Column.SHA256: rows[Column.PATH]})


def _sample(rows: pd.DataFrame, seed: int) -> list[str]:
    """Draw as many films of each class as there are, up to half of `SAMPLE`."""
    rng, drawn = np.random.default_rng(seed), []
    for _, paths in rows.groupby(Column.LABEL)[Column.PATH]:
        drawn += list(rng.choice(paths, min(len(paths), SAMPLE // 2), replace=False))
    return sorted(drawn)


def _open(
    files: Files, paths: Sequence[str], layout: Layout, options: IngestionOptions
) -> Ingested:
    scanned = scan({path: files[path] for path in paths}, options)
    found = [
        {name: value for name, value in vars(file).items() if name != "pixels"} for file in scanned
    ]
    return sort_out(
        pd.DataFrame(found, columns=list(found[0]) if found else _UNSEEN), options, layout
    )


_UNSEEN = list(_unopened([]))


def _obstacle(
    known: Ingested,
    opened: Ingested,
    layout: Layout,
    options: IngestionOptions,
    split: SplitOptions,
    seed: int,
) -> InputError | None:
    """Return what would stop a run; of what cannot be read the sample's share counts."""
    unread = opened.quarantine
    share = len(unread) / max(1, len(opened.manifest) + len(unread))
    more = round(share * len(known.manifest))
    alike = unread.iloc[np.arange(more) % max(1, len(unread))] if more else unread
    try:
        refused = pd.concat([known.quarantine, alike])
        check_worth_running(Ingested(known.manifest[: -more or None], refused), options, layout)
        assign_splits(known.manifest, pd.DataFrame(columns=SIMILAR_COLUMNS), split, seed)
    except InputError as error:
        return error
    return None

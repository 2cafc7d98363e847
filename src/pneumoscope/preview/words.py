"""A preview in words, and the command that goes on from it."""

import shlex
from collections.abc import Mapping, Sequence

import pandas as pd

from pneumoscope.counts import agreeing, counted
from pneumoscope.errors import three_lines
from pneumoscope.ingestion.doubts import refusal_warnings
from pneumoscope.ingestion.layout import UNASSIGNED
from pneumoscope.ingestion.shortcuts import shortcut_warnings
from pneumoscope.preview.look import Preview

SIDES = (224, 160, 128, 96, 64, 48, 32)
"""Sides of the stored radiographs that a command may ask for, in pixels."""


def preview_lines(found: Preview, place: str, env: str | None, params: str, side: int) -> str:
    """Return what was found, what would be refused, and the next command.

    Args:
        found: The preview.
        place: The folder as the user wrote it.
        env: The environment as the user named it.
        params: What the user gave as --params, as it was written.
        side: Side of the stored radiographs in that environment, in pixels.
    """
    lines = [
        *_recognised(found),
        *_refused(found),
        *_patients(found),
        *_seen(found),
        *_next(found, place, env, params, side),
    ]
    return "\n".join(lines)


def _recognised(found: Preview) -> list[str]:
    by = {"folders": "folders", "file names": "the names of the files"}
    lines = [
        f"{counted(found.files, 'file')}, {found.radiographs:,} taken for "
        f"{agreeing(found.radiographs, 'a radiograph', 'radiographs')}; their classes are "
        f"told by {by.get(found.layout, f'the collection `{found.layout}`')}",
        *(
            f"  {'of no part' if part == UNASSIGNED else part}: {n:,} {label}"
            for (part, label), n in sorted(found.counts.items())
        ),
        f"  splits: {found.policy}",
        *(f"  left out on purpose: {n:,}, {why}" for why, n in _commonest(found.left_out)),
    ]
    if found.litter:
        lines.append(f"  litter or text, by their names: {found.litter:,}")
    return [*lines, *(f"  {remark}" for remark in found.remarks)]


def _refused(found: Preview) -> list[str]:
    lines = ["", "Would be refused:"]
    lines += [f"  {sentence}" for sentence in refusal_warnings(found.refused)]
    lines += [
        f"  of {found.opened:,} that were opened: {s}" for s in refusal_warnings(found.unread)
    ]
    if len(lines) == 2:
        lines[1] += " nothing that was seen"
    if found.opened < found.radiographs:
        lines.append(
            f"  Opened were {found.opened:,} of {found.radiographs:,} films, drawn at random; the "
            "run reads them all."
        )
    return lines


def _patients(found: Preview) -> list[str]:
    known = f"{found.patients:,} by their keys"
    have = agreeing(found.keyless, "has", "have")
    keyless = f"{counted(found.keyless, 'radiograph')} {have}"
    if not found.keyless:
        return ["", f"Patients: {known}"]
    if found.dicom:
        return [
            "",
            f"Patients: {known} in names, folders or a table; {keyless} none",
            "  DICOM may tell them by its tags, which the run reads; what then has no key counts "
            "as a patient of its own.",
        ]
    return [
        "",
        f"Patients: {known if found.patients else 'none found'}; {keyless} "
        "no patient key; each counts as a patient",
        "  Nothing will prove that no patient stands in two splits. Name them: a column `patient` "
        "in labels.csv, a folder a patient, or a pattern in ingestion.patient_patterns.",
    ]


def _seen(found: Preview) -> list[str]:
    lines = shortcut_warnings(found.shortcuts)
    return ["", "Shortcuts in those opened:", *(f"  {line}" for line in lines)] if lines else []


def _next(found: Preview, place: str, env: str | None, params: str, side: int) -> list[str]:
    if found.obstacle is not None:
        return [
            "",
            "A run would stop:",
            *(f"  {line}" for line in three_lines(found.obstacle) or ()),
        ]
    smaller = next((one for one in SIDES if one <= found.shorter_side), SIDES[-1])
    size = f"preprocessing.size=[{smaller},{smaller}]"
    fits = smaller >= side or "preprocessing.size" in params
    chosen = ",".join(filter(None, [params, "" if fits else size]))
    words = ["kedro", "run", *(["--env", env] if env else [])]
    words += ["--params", chosen] if chosen else []
    return ["", f"Next: RADIOGRAPHS={shlex.quote(place)} {shlex.join(words)}"]


def _commonest(counts: Mapping[str, int], shown: int = 10) -> Sequence[tuple[str, int]]:
    table = pd.Series(dict(counts), dtype=int).sort_values(ascending=False, kind="stable")
    rest = int(table[shown:].sum())
    first = [(str(why), int(n)) for why, n in table[:shown].items()]
    return [*first, *([("for other reasons", rest)] if rest else [])]

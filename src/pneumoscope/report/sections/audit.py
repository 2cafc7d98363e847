"""The audit of the radiographs: counts, shortcuts, sizes, patients and copies."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from pneumoscope.counts import counted
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.ingestion.records import (
    CompressionQuartiles,
    Duplicates,
    IngestionAudit,
    PatientCounts,
    Resemblances,
    Shortcut,
    SizeRange,
)
from pneumoscope.naming import Label
from pneumoscope.radiographs.measured import ACQUISITION
from pneumoscope.report.blocks import Block, Figure, Heading, Note, Paragraph, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import joined, readable

SIZE_FEATURES = ("width", "height", "area", "aspect")
COMPRESSION_FEATURES = ("bytes_per_pixel",)
LISTED = 100
"""Most rows of a list of single files or pairs: a report does not grow with the collection."""

InPart = TypeVar("InPart", SizeRange, CompressionQuartiles)


def audit_section(audit: IngestionAudit, figures: Mapping[str, bytes]) -> Section:
    """Return the audit of the radiographs: warnings first, then counts, sizes, compression.

    Args:
        audit: The ingestion audit.
        figures: PNGs under the names `sizes` and `bytes_per_pixel`; one left out is not shown.
    """
    return Section(
        "Audit of the radiographs",
        [
            *_warnings(audit.warnings),
            Paragraph(_overview(audit)),
            _counts(audit),
            Heading("Shortcuts: properties of the file that separate the classes"),
            _shortcuts(audit, "property of the file"),
            *_compression(audit, figures),
            *_sizes(audit, figures),
            *_off_centre(audit),
            Heading("Patients and copies"),
            Paragraph(_patients(audit.patients)),
            Paragraph(f"{_duplicates(audit.duplicates)} {_stored_anew(audit)}"),
            *_lists(audit),
        ],
    )


def _warnings(warnings: Sequence[str]) -> list[Block]:
    return [Note("Before trusting any result", warnings, warns=True)] if warnings else []


def _overview(audit: IngestionAudit) -> str:
    left_out = f", {audit.total_left_out:,} left out on purpose" if audit.left_out else ""
    return (
        f"{counted(audit.files, 'file')} were found: "
        f"{counted(audit.radiographs, 'radiograph')}, {len(audit.quarantined):,} in quarantine"
        f"{left_out} and {audit.litter:,} of known litter. Their classes are told by "
        f"{told_by(audit)}. {_owners(audit)} Converted to grey first: "
        f"{counted(len(audit.converted), 'file')}."
    )


def told_by(audit: IngestionAudit) -> str:
    """Return what told the classes, in the plural."""
    paths = {"folders": "the folders", "file names": "the names of the files"}
    return paths.get(audit.layout, f"the labels of the collection `{audit.layout}`")


def _owners(audit: IngestionAudit) -> str:
    patients = audit.patients
    if patients.without_pattern == audit.radiographs:
        return "Nothing tells which of them are of one patient."
    keyless = patients.without_pattern
    of_others = f", but for {counted(keyless, 'radiograph')} of patients not told apart"
    return (
        f"The radiographs are of {counted(patients.total - keyless, 'patient')} by their keys, at "
        f"most {patients.most_radiographs:,} of one{of_others if keyless else ''}."
    )


def _counts(audit: IngestionAudit) -> Table:
    shares = [
        f"{label} {audit.of_class(label):,} ({audit.of_class(label) / audit.radiographs:.0%})"
        for label in Label
    ]
    caption = f"Radiographs as they came: {joined(shares)}."
    return _table(audit.counts, ("source_split", "label", "subtype", "n"), caption)


def _table(
    records: Sequence[Any], keys: Sequence[str], caption: str, folded: bool = False
) -> Table:
    rows = [attrgetter(*keys)(record) for record in records]
    return Table([readable(key) for key in keys], rows, caption, folded=folded)


def _off_centre(audit: IngestionAudit) -> list[Block]:
    if not any(found.feature in ACQUISITION for found in audit.shortcuts):
        return []
    return [
        Heading("Shortcuts: marks, borders, tones and sharpness outside the centre"),
        _shortcuts(audit, "outside the centre"),
    ]


def _shortcuts(audit: IngestionAudit, kind: str) -> Table:
    """Return each number of one kind alone, which the table's first column names."""
    off_centre = kind == "outside the centre"
    shortcuts = [one for one in audit.shortcuts if (one.feature in ACQUISITION) == off_centre]
    splits = list(dict.fromkeys(found.source_split for found in shortcuts))
    features = list(dict.fromkeys(found.feature for found in shortcuts))
    strengths = {(f.feature, f.source_split): f.estimate for f in shortcuts}
    too_few = Estimate(None, reason="too few radiographs of a class")
    rows: list[list[Cell]] = [
        [_called(feature), *(strengths.get((feature, split), too_few) for split in splits)]
        for feature in features
    ]
    return Table(
        [kind, *(f"AUROC in {split}" for split in splits)],
        rows,
        f"{prose('off_centre') if off_centre else prose('shortcuts')} "
        f"{_conclusion(audit, shortcuts)}",
        dict.fromkeys([f"AUROC in {split}" for split in splits], ".2f"),
    )


def _conclusion(audit: IngestionAudit, shortcuts: Sequence[Shortcut]) -> str:
    """Name the numbers that reach the level of concern, and those that may."""
    concern = f"the level of concern ({audit.warn_auroc:g}, and beyond chance)"
    warned = [f"{_called(f.feature)} in {f.source_split}" for f in shortcuts if f.warns]
    doubtful = [
        f"{_called(f.feature)} in {f.source_split}" for f in shortcuts if f in audit.inconclusive
    ]
    conclusions = [
        f"At {concern} or above it: {joined(warned)}." if warned else "",
        f"At {audit.warn_auroc:g} or above, but for so few radiographs not beyond chance: "
        f"{joined(doubtful)}."
        if doubtful
        else "",
    ]
    return " ".join(filter(None, conclusions)) or f"None reaches {concern}."


def _called(feature: str) -> str:
    return ACQUISITION.get(feature, readable(feature))


def _compression(audit: IngestionAudit, figures: Mapping[str, bytes]) -> list[Block]:
    if "bytes_per_pixel" not in figures:
        return []
    medians = _by_split(audit.bytes_per_pixel, lambda row: f"{row.median:.2f}")
    verdict = _verdict(audit, COMPRESSION_FEATURES, "Compression alone")
    caption = f"Median file bytes a pixel: {medians}. {verdict}"
    return [Figure(figures["bytes_per_pixel"], caption, "Boxes of bytes per pixel by class.")]


def _sizes(audit: IngestionAudit, figures: Mapping[str, bytes]) -> list[Block]:
    verdict = _verdict(audit, SIZE_FEATURES, "Size alone")
    medians = _by_split(audit.sizes, lambda r: f"{r.width_median:.0f} by {r.height_median:.0f}")
    caption = f"Median width by height in pixels: {medians}. {verdict}"
    bounds = [f"{side}_{end}" for side in ("width", "height") for end in ("min", "median", "max")]
    keys = ["source_split", "label", "n", *bounds]
    blocks: list[Block] = []
    if "sizes" in figures:
        blocks.append(Figure(figures["sizes"], caption, "Width against height by class."))
    return [*blocks, _table(audit.sizes, keys, "Sizes in pixels, by source split and class", True)]


def _by_split(rows: Sequence[InPart], describe: Callable[[InPart], str]) -> str:
    splits = dict.fromkeys(row.source_split for row in rows)
    parts = [
        " against ".join(f"{describe(r)} {r.label}" for r in rows if r.source_split == split)
        + f" in {split}"
        for split in splits
    ]
    return "; ".join(parts)


def _verdict(audit: IngestionAudit, features: Sequence[str], subject: str) -> str:
    """Say in which parts a property separates the classes, in which not, and where it is open."""
    known = [found for found in audit.shortcuts if found.feature in features]
    warned = _parts(found for found in known if found.warns)
    doubtful = _parts(found for found in known if found in audit.inconclusive)
    doubtful = [part for part in doubtful if part not in warned]
    below = [part for part in _parts(known) if part not in (*warned, *doubtful)]
    sentences = []
    if warned and below:
        sentences.append(
            f"{subject} separates the classes in {joined(warned)} but stays below the level of "
            f"concern in {joined(below)}: a model that relies on it there may do worse in "
            f"{joined(below)}."
        )
    elif warned:
        sentences.append(f"{subject} separates the classes in {joined(warned)}.")
    elif below:
        where = f" in {joined(below)}" if doubtful else ""
        sentences.append(f"{subject} stays below the level of concern{where}.")
    if doubtful:
        where = joined(doubtful)
        sentences.append(f"Whether {subject.lower()} separates them in {where} cannot be told.")
    return " ".join(sentences)


def _parts(shortcuts: Iterable[Shortcut]) -> list[str]:
    return list(dict.fromkeys(found.source_split for found in shortcuts))


def _patients(patients: PatientCounts) -> str:
    across, keyless = patients.across_source_splits, patients.without_pattern
    shared = (
        f"Patients in more than one source split, by their keys: {len(across):,}."
        if across
        else "By their keys, no patient stands in more than one source split."
    )
    if not keyless:
        return shared
    apart = (
        f"Radiographs without a patient key: {keyless:,}. Each counts as a patient of its own, so "
        "radiographs of one patient may lie in two splits."
    )
    return apart if keyless == patients.total else f"{shared} {apart}"


def _duplicates(duplicates: Duplicates) -> str:
    if not duplicates.groups:
        return "No radiograph is a byte-for-byte copy of another."
    across = [
        f"{counted(len(groups), 'group')} across {what}"
        for groups, what in (
            (duplicates.across_splits, "source splits"), (duplicates.across_classes, "classes")
        )
    ]  # fmt: skip
    return (
        f"Groups of byte-identical radiographs: {duplicates.groups:,}, with "
        f"{counted(duplicates.extra_files, 'copy', 'copies')} too many. {joined(across)}."
    )


def _stored_anew(audit: IngestionAudit) -> str:
    return (
        "Compared as pictures of 48 × 48 pixels, "
        f"more pairs of films that look like one picture stored twice: {audit.stored_anew.n:,}; "
        f"pairs of films of different patients that look alike: {audit.alike.n:,}."
    )


def _lists(audit: IngestionAudit) -> list[Block]:
    record = "ingestion_audit.json"
    lists: list[tuple[Sequence[Any], Sequence[str], str, str]] = [
        (audit.quarantined, ("path", "reason"), "Files in quarantine, and why", "quarantine.csv"),
        (audit.left_out, ("reason", "n"), "Files that were left out on purpose, and why", record),
        (audit.converted, ("path", "note"), "Files that were converted, and how", record),
    ]
    modes = ("source_split", "label", "mode", "n")
    return [
        *_list(audit.modes, modes, "Image modes by split and class", record),
        *_pairs(audit.stored_anew, "Films that look like one picture stored twice"),
        *_pairs(audit.alike, "Films of different patients that look alike: one patient?"),
        *(table for listed in lists for table in _list(*listed)),
    ]


def _pairs(pairs: Resemblances, caption: str) -> list[Block]:
    keys = ("first", "second", "similarity")
    return _list(pairs.most_similar, keys, caption, pairs.file, pairs.n)


def _list(
    rows: Sequence[Any], keys: Sequence[str], caption: str, file: str, n: int | None = None
) -> list[Block]:
    """Show the first of some rows, and say how many there are and where; nothing without any."""
    n = len(rows) if n is None else n
    if n > LISTED:
        caption = f"{caption} (the first {LISTED} of {n:,}; all are in {file})"
    return [_table(rows[:LISTED], keys, caption, True)] if n else []

"""What was found in the folder of radiographs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.blocks import Block, Figure, Heading, Note, Paragraph, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.wording import counted, joined, readable

SIZE_FEATURES = ("width", "height", "area", "aspect")
COMPRESSION_FEATURES = ("bytes_per_pixel",)

Rows = Sequence[Mapping[str, Any]]


def audit_section(audit: Mapping[str, Any], figures: Mapping[str, bytes]) -> Section:
    """Return the audit of the radiographs: warnings first, then counts, sizes, compression.

    Args:
        audit: The ingestion audit.
        figures: PNGs under the names `sizes` and `bytes_per_pixel`; one left out is not shown.
    """
    return Section(
        "The radiographs and what could mislead",
        [
            *_warnings(audit["warnings"]),
            Paragraph(_overview(audit)),
            _counts(audit["counts"]),
            Heading("Can a class be told without looking at the lungs?"),
            _shortcuts(audit["shortcuts"]),
            *_compression(audit, figures),
            *_sizes(audit, figures),
            Heading("Patients and duplicates"),
            Paragraph(_patients(audit["patients"])),
            Paragraph(_duplicates(audit["duplicates"])),
            *_lists(audit),
        ],
    )


def _warnings(warnings: Sequence[str]) -> list[Block]:
    return [Note("Before trusting any result", warnings, warns=True)] if warnings else []


def _overview(audit: Mapping[str, Any]) -> str:
    patients = audit["patients"]
    return (
        f"{counted(audit['radiographs'], 'radiograph')} of "
        f"{counted(patients['total'], 'patient')} were read, at most "
        f"{patients['most_radiographs']} of one patient. In quarantine: "
        f"{counted(len(audit['quarantined']), 'file')}. Converted to grey first: "
        f"{counted(len(audit['converted']), 'file')}. "
        f"Known litter, not read: {counted(audit['litter'], 'file')}."
    )


def _counts(counts: Rows) -> Table:
    by_label: dict[str, int] = {}
    for row in counts:
        by_label[row["label"]] = by_label.get(row["label"], 0) + row["n"]
    total = sum(by_label.values())
    shares = [f"{label} {n:,} ({n / total:.0%})" for label, n in by_label.items()]
    caption = f"Radiographs as they came: {joined(shares)}."
    keys = ("source_split", "label", "subtype", "n")
    return _table(counts, keys, caption)


def _table(rows: Rows, keys: Sequence[str], caption: str, folded: bool = False) -> Table:
    header = [readable(key) for key in keys]
    return Table(header, [[row[key] for key in keys] for row in rows], caption, folded=folded)


def _shortcuts(shortcuts: Rows) -> Table:
    splits = list(dict.fromkeys(row["source_split"] for row in shortcuts))
    features = list(dict.fromkeys(row["feature"] for row in shortcuts))
    found = {(row["feature"], row["source_split"]): _strength(row["auroc"]) for row in shortcuts}
    rows: list[list[Cell]] = [
        [readable(feature), *(found.get((feature, split)) for split in splits)]
        for feature in features
    ]
    warned = [f"{readable(r['feature'])} in {r['source_split']}" for r in shortcuts if r["warns"]]
    conclusion = (
        f"Above the level of concern: {joined(warned)}."
        if warned
        else "None reaches the level of concern."
    )
    return Table(
        ["one number alone", *(f"AUROC in {split}" for split in splits)],
        rows,
        "How well one number that knows nothing of the lungs tells the classes apart, in "
        f"either direction (0.5: not at all, 1: perfectly). {conclusion}",
        dict.fromkeys([f"AUROC in {split}" for split in splits], ".2f"),
    )


def _strength(auroc: float | None) -> Cell:
    if auroc is None:
        return Estimate(None, reason="this part has one class only")
    # Which class is higher does not matter to a model: 0.1 tells as much as 0.9.
    return max(auroc, 1 - auroc)


def _compression(audit: Mapping[str, Any], figures: Mapping[str, bytes]) -> list[Block]:
    if "bytes_per_pixel" not in figures:
        return []
    medians = _by_split(audit["bytes_per_pixel"], lambda row: f"{row['median']:.2f}")
    verdict = _verdict(audit["shortcuts"], COMPRESSION_FEATURES, "Compression alone")
    caption = f"Median file bytes a pixel: {medians}. {verdict}"
    return [Figure(figures["bytes_per_pixel"], caption, "Boxes of bytes per pixel by class.")]


def _sizes(audit: Mapping[str, Any], figures: Mapping[str, bytes]) -> list[Block]:
    sizes = audit["sizes"]
    verdict = _verdict(audit["shortcuts"], SIZE_FEATURES, "Size alone")
    caption = f"Median width by height in pixels: {_by_split(sizes, _median_size)}. {verdict}"
    bounds = [f"{side}_{end}" for side in ("width", "height") for end in ("min", "median", "max")]
    keys = ["source_split", "label", "n", *bounds]
    blocks: list[Block] = []
    if "sizes" in figures:
        blocks.append(Figure(figures["sizes"], caption, "Width against height by class."))
    return [*blocks, _table(sizes, keys, "Sizes in pixels, by source split and class", True)]


def _median_size(row: Mapping[str, Any]) -> str:
    return f"{row['width_median']:.0f} by {row['height_median']:.0f}"


def _by_split(rows: Rows, describe: Callable[[Mapping[str, Any]], str]) -> str:
    splits = dict.fromkeys(row["source_split"] for row in rows)
    parts = [
        " against ".join(f"{describe(r)} {r['label']}" for r in rows if r["source_split"] == split)
        + f" in {split}"
        for split in splits
    ]
    return "; ".join(parts)


def _verdict(shortcuts: Rows, features: Sequence[str], subject: str) -> str:
    known = [r for r in shortcuts if r["feature"] in features and r["auroc"] is not None]
    warned = list(dict.fromkeys(row["source_split"] for row in known if row["warns"]))
    calm = [s for s in dict.fromkeys(row["source_split"] for row in known) if s not in warned]
    if not known:
        return ""
    if not warned:
        return f"{subject} does not tell the classes apart."
    if not calm:
        return f"{subject} tells the classes apart in {joined(warned)}."
    return (
        f"{subject} tells the classes apart in {joined(warned)} but not in {joined(calm)}: "
        f"a model that relies on it there may do worse in {joined(calm)}."
    )


def _patients(patients: Mapping[str, Any]) -> str:
    across = patients["across_source_splits"]
    shared = (
        f"Patients in more than one source split: {len(across):,}."
        if across
        else "No patient stands in more than one source split."
    )
    unnamed = patients["without_pattern"]
    if not unnamed:
        return shared
    return (
        f"{shared} File names that fit no pattern: {unnamed:,}. Each counts as a patient of its "
        "own, so radiographs of one child may have come apart."
    )


def _duplicates(duplicates: Mapping[str, Any]) -> str:
    if not duplicates["groups"]:
        return "No radiograph is a byte-for-byte copy of another."
    across = [
        f"{counted(len(duplicates[key]), 'group')} across {what}"
        for key, what in (("across_splits", "source splits"), ("across_classes", "classes"))
    ]
    return (
        f"Groups of byte-identical radiographs: {duplicates['groups']:,}, with "
        f"{counted(duplicates['extra_files'], 'copy', 'copies')} too many. {joined(across)}."
    )


def _lists(audit: Mapping[str, Any]) -> list[Block]:
    lists = [
        ("modes", ("source_split", "label", "mode", "n"), "Image modes by source split and class"),
        ("quarantined", ("path", "reason"), "Files in quarantine, and why"),
        ("converted", ("path", "note"), "Files that were converted, and how"),
    ]
    return [_table(audit[key], keys, caption, True) for key, keys, caption in lists if audit[key]]

"""What a radiograph's path tells: its part of the data, its class and its patient."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pneumoscope.naming import Label, Split, Subtype

UNASSIGNED = "unassigned"
"""Source split of a radiograph whose folder names no split."""

SPLIT_FOLDERS = {
    "train": Split.TRAIN, "training": Split.TRAIN,
    "val": Split.VALIDATION, "valid": Split.VALIDATION, "validation": Split.VALIDATION,
    "test": Split.TEST, "testing": Split.TEST,
}  # fmt: skip

IMAGE_SUFFIXES = frozenset(
    {".jpeg", ".jpg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".jp2"}
)


@dataclass(frozen=True)
class Place:
    """Part of the data and class that a path stands for."""

    source_split: str
    label: Label


@dataclass(frozen=True)
class Patient:
    """Key of one child: equal keys are the same child.

    Attributes:
        patient_id: The key, for example `bacteria-447` or `IM-0115`.
        subtype: What the file name says of the disease.
        matched: False when no pattern fitted and the radiograph counts as its own patient.
    """

    patient_id: str
    subtype: Subtype
    matched: bool


def is_stray(path: str) -> bool:
    """Tell whether a path is litter of an operating system rather than a radiograph.

    A path that ends in `/` is a folder that could not be entered, which is no litter.
    """
    parts = PurePosixPath(path)
    hidden = any(part.startswith((".", "__MACOSX")) for part in parts.parts)
    return hidden or not (path.endswith("/") or parts.suffix.lower() in IMAGE_SUFFIXES)


def place(path: str, class_folders: Mapping[Label, Iterable[str]]) -> Place:
    """Read part and class from the last two folders of a path, whatever their case.

    Args:
        path: Relative POSIX path, `<split>/<class>/<file>` or `<class>/<file>`.
        class_folders: Folder names that stand for each class.

    Raises:
        ValueError: The class folder is none of those configured.
    """
    folders = PurePosixPath(path).parts[:-1]
    name = _fold(folders[-1]) if folders else ""
    label = next(
        (label for label, names in class_folders.items() if name in map(_fold, names)), None
    )
    if label is None:
        expected = " or ".join(class_folders)
        raise ValueError(
            f"the folder {folders[-1]!r} names no class: expected {expected} or a spelling "
            "listed under ingestion.class_folders"
            if folders
            else "the file lies in no class folder"
        )
    parent = folders[-2].lower() if len(folders) > 1 else ""
    return Place(SPLIT_FOLDERS.get(parent, UNASSIGNED), label)


def patient(path: str, label: Label, patterns: Iterable[str]) -> Patient:
    """Read the patient's key from a file name by the first pattern that fits.

    The key joins the pattern's named groups, subtype first, so (subtype, number) tells
    `person1_virus` from `person1_bacteria`: two children who share a number. Without a group
    `subtype` the key says nothing of the disease, so a child keeps it from film to film.

    Args:
        path: Relative POSIX path of the radiograph.
        label: Its class.
        patterns: Regular expressions with named groups, tried in order.
    """
    name = PurePosixPath(path).name
    for pattern in patterns:
        match = re.match(pattern, name, flags=re.IGNORECASE)
        groups = {key: value for key, value in match.groupdict().items() if value} if match else {}
        named = groups.pop("subtype", None)
        if groups:
            key = [*([named.lower()] if named else []), *groups.values()]
            return Patient("-".join(key), _subtype(named, label), matched=True)
    return Patient(f"file:{path}", _subtype(None, label), matched=False)


def _fold(name: str) -> str:
    # macOS takes "í" apart into two characters, which look the same and compare unequal.
    return unicodedata.normalize("NFC", name).casefold()


def _subtype(named: str | None, label: Label) -> Subtype:
    if label is Label.NORMAL:
        return Subtype.NORMAL
    known = {Subtype.BACTERIA.value, Subtype.VIRUS.value}
    return Subtype(named.lower()) if named and named.lower() in known else Subtype.UNKNOWN

"""What a radiograph's path says: its part of the data, its class, its disease, its patient."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

from pneumoscope.naming import Label, Split, Subtype

Meaning = TypeVar("Meaning")

UNASSIGNED = "unassigned"
"""Source split of a radiograph whose folders name no split."""

SPLIT_FOLDERS = {
    "train": Split.TRAIN, "training": Split.TRAIN,
    "val": Split.VALIDATION, "valid": Split.VALIDATION, "validation": Split.VALIDATION,
    "test": Split.TEST, "testing": Split.TEST,
}  # fmt: skip

SUBTYPE_FOLDERS = {
    "bacteria": Subtype.BACTERIA, "bacterial": Subtype.BACTERIA,
    "bacterial pneumonia": Subtype.BACTERIA,
    "virus": Subtype.VIRUS, "viral": Subtype.VIRUS, "viral pneumonia": Subtype.VIRUS,
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """What the folders above a file stand for.

    Attributes:
        source_split: Part of the data, or `UNASSIGNED`.
        label: Class.
        subtype: Disease, where a folder names one.
        unknown: Folders within that of the class that name nothing known, joined by "/".
    """

    source_split: str
    label: Label
    subtype: Subtype | None = None
    unknown: str = ""


@dataclass(frozen=True)
class Patient:
    """Key of one patient: equal keys are the same patient, as far as file names tell.

    Attributes:
        patient_id: The key, for example `bacteria-447` or `im-0115`.
        subtype: What the file name says of the disease.
        matched: False when no pattern fitted and the radiograph counts as its own patient.
    """

    patient_id: str
    subtype: Subtype
    matched: bool


class Layout:
    """How a collection names its folders and files.

    Args:
        class_folders: Folder names that stand for each class, in any case and Unicode form.
        patient_patterns: Regular expressions on the file name, tried in order.
    """

    def __init__(
        self, class_folders: Mapping[Label, Iterable[str]], patient_patterns: Iterable[str]
    ):
        """Fold the names and compile the patterns."""
        self._labels = dict.fromkeys(SUBTYPE_FOLDERS, Label.PNEUMONIA) | {
            fold(name): label
            for label, names in class_folders.items()
            for name in (label.value, *names)
        }
        self._words = {_spaced(name): label for name, label in self._labels.items()}
        self._patterns = [
            re.compile(unicodedata.normalize("NFC", pattern), re.IGNORECASE)
            for pattern in patient_patterns
        ]
        # A word of its own: "abnormal" does not say "normal", but "NORMAL2-IM-1427" does.
        longest_first = sorted(map(re.escape, self._words), key=len, reverse=True)
        self._word = re.compile(rf"(?<![^\W\d_])(?:{'|'.join(longest_first)})(?![^\W\d_])")

    def names_class(self, folder: str) -> bool:
        """Tell whether a folder of this name stands for a class."""
        return fold(folder) in self._labels

    def place(self, path: str) -> Place:
        """Read part, class and disease from all folders above a file, in any order.

        Args:
            path: Relative POSIX path, such as `train/PNEUMONIA/VIRUS/<file>`.

        Raises:
            ValueError: No folder names a class, or the folders name two classes, two parts or
                two diseases.
        """
        folders = PurePosixPath(path).parts[:-1]
        names = [fold(folder) for folder in folders]
        label = _only("class", names, self._labels)
        if label is None:
            raise ValueError(_classless(folders))
        part = _only("part", names, SPLIT_FOLDERS)
        subtype = _only("disease", names, SUBTYPE_FOLDERS)
        within = 1 + next(i for i, name in enumerate(names) if name in self._labels)
        known = {**self._labels, **SPLIT_FOLDERS, **SUBTYPE_FOLDERS}
        unknown = [folders[i] for i in range(within, len(names)) if names[i] not in known]
        return Place(str(part or UNASSIGNED), label, subtype, "/".join(unknown))

    def patient(self, path: str, place: Place) -> Patient:
        """Read the patient's key from a file name by the first pattern that fits.

        The key joins the pattern's named groups, subtype first, so (subtype, number) tells
        `person1_virus` from `person1_bacteria`: two children who share a number. Without a group
        `subtype` the key says nothing of the disease, so a patient keeps it from film to film.
        Case and Unicode form make no difference: patterns ignore them, so keys must.

        Args:
            path: Relative POSIX path of the radiograph.
            place: What its folders say.
        """
        name = fold_form(PurePosixPath(path).name)
        for pattern in self._patterns:
            match = pattern.match(name)
            groups = {k: fold(v) for k, v in match.groupdict().items() if v} if match else {}
            named = groups.pop("subtype", None)
            if groups:
                key = [*([named] if named else []), *groups.values()]
                return Patient("-".join(key), _subtype(named, place), matched=True)
        return Patient(f"file:{path}", _subtype(None, place), matched=False)

    def contradicts(self, path: str, place: Place) -> bool:
        """Tell whether a file name speaks of another class or disease than its folders do."""
        words = self._word.findall(_spaced(fold(PurePosixPath(path).name)))
        labels = {self._words[word] for word in words}
        subtypes = {SUBTYPE_FOLDERS[word] for word in words if word in SUBTYPE_FOLDERS}
        other_disease = place.subtype and subtypes and place.subtype not in subtypes
        return bool(other_disease or (labels and place.label not in labels))


def _classless(folders: Sequence[str]) -> str:
    if not folders:
        return "the file lies in no class folder"
    expected = " or ".join(Label)
    return (
        f"no folder of {'/'.join(folders)!r} names a class: expected {expected} or a spelling "
        "listed under ingestion.class_folders"
    )


def fold(name: str) -> str:
    """Return a name in one form for all its spellings in case, Unicode form and outer spaces."""
    return fold_form(name).casefold().strip()


def fold_form(name: str) -> str:
    """Return a name in one Unicode form: macOS takes "í" apart, keyboards write "１" for "1"."""
    return unicodedata.normalize("NFKC", name)


def _spaced(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name)


def _only(what: str, names: Sequence[str], meanings: Mapping[str, Meaning]) -> Meaning | None:
    found = {meanings[name]: name for name in names if name in meanings}
    if len(found) > 1:
        raise ValueError(
            f"the folders name more than one {what} ({' and '.join(found.values())}): name the "
            "folder below the outer one as radiographs, or move the file"
        )
    return next(iter(found), None)


def _subtype(named: str | None, place: Place) -> Subtype:
    if place.label is Label.NORMAL:
        return Subtype.NORMAL
    known = SUBTYPE_FOLDERS.get(named or "")
    return known or place.subtype or Subtype.UNKNOWN

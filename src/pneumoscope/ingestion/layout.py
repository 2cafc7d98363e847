"""What a radiograph's path says: its part of the data, its class, its disease, its patient."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any, TypeVar

from pneumoscope.naming import Label, Split, Subtype
from pneumoscope.options import IngestionOptions

Meaning = TypeVar("Meaning")

UNASSIGNED = "unassigned"
"""Source split of a radiograph whose folders name no split."""

TABLE_KEY = "table-"
"""How a patient_id begins that a table tells; it goes before what tags tell."""

NO_KEY = "file:"
"""How the patient_id of a radiograph begins whose patient nothing tells."""

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

NEUTRAL_FOLDERS = re.compile(
    r"images?|imgs?|pictures|films?|radiographs?|x-?rays?|cxr|png|jpe?g|tiff?|dicom|dcm"
    r"|(?:patient|pat|pt|subject|subj|sub|case|study|series|session|ses|visit|exam)"
    r"[ _-]?[a-z]{0,2}\d+|[ps]\d{8}"
)
"""Folders, folded, that hold films or the films of one patient and say nothing of the class."""


_DENIAL = re.compile(
    r"(?<![^\W\d_])(?:no|non|not|without|excluded|ohne|kein|keine|nicht|sin|sans|pas de|senza) $"
)
_DENIED = re.compile(r" (?:negativ[aeo]?|neg|absent|excluded)(?![^\W\d_])")
"""What a name has before or after a word that it denies."""


@dataclass(frozen=True)
class Place:
    """What is known of where a file belongs.

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
    """Key of one patient: equal keys are the same patient, as far as names or tables tell.

    Attributes:
        patient_id: The key, for example `bacteria-447` or `im-0115`.
        subtype: What the file name says of the disease.
        matched: False when nothing told and the radiograph counts as its own patient.
    """

    patient_id: str
    subtype: Subtype
    matched: bool


class Layout:
    """How a collection names its folders and files.

    Attributes:
        remarks: What should be told of the collection as a whole, in sentences.

    Args:
        class_folders: Folder names that stand for each class, in any case and Unicode form.
        patient_patterns: Regular expressions on the file name, or, with a `/` in them, on
            the path; tried in order.
        left_out: Folders, with `*` for anything, below which all is left out on purpose.
        names_tell: Whether file names tell the class, since no folder of the collection does.
        name: What the layout is called.
    """

    contradiction = "file names speak of another class or disease than their folders do"
    believed = "folder"
    partless = "lie in folders that name no part (train, val or test), although others do"

    def __init__(
        self,
        class_folders: Mapping[Label, Iterable[str]],
        patient_patterns: Iterable[str],
        left_out: Iterable[str] = (),
        names_tell: bool = False,
        name: str = "folders",
    ):
        """Fold the names and compile the patterns."""
        self.name, self.names_tell, self.remarks = name, names_tell, list[str]()
        self._paths: Collection[str] = ()
        self._hidden: Callable[[str, Layout], str] = _as_it_is
        self._replaced: dict[str, str] | None = None
        self._last: tuple[str | None, Place | str] = None, ""
        self._left_out = [fold(pattern) for pattern in left_out]
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

    @classmethod
    def of(cls, options: IngestionOptions) -> "Layout":
        """Return the layout whose folders tell the class."""
        return cls(options.class_folders, options.patient_patterns, options.left_out_folders)

    def remember(self, paths: Collection[str], hidden: Callable[[str, "Layout"], str]) -> None:
        """Note the paths as they are, and how to find out what others stand for them in outputs.

        Args:
            paths: Of the files of the collection.
            hidden: Gives the other path of one, by this layout.
        """
        self._paths, self._hidden, self._replaced = paths, hidden, None

    def real(self, path: str) -> str:
        """Return the path that lies behind one in an output."""
        if path in self._paths:
            return path
        if self._replaced is None:
            self._replaced = {self._hidden(one, self): one for one in self._paths}
        return self._replaced.get(path, path)

    def names_class(self, folder: str) -> bool:
        """Tell whether a folder of this name stands for a class."""
        return fold(folder) in self._labels

    def left_out(self, path: str) -> str:
        """Return why a file is left out on purpose; an empty string where it is not."""
        parts = PurePosixPath(path).parts
        folders = parts if path.endswith("/") else parts[:-1]
        for pattern in self._left_out:
            for folder in folders:
                if fnmatchcase(fold(folder), pattern):
                    return f"folder {folder!r}"
        return ""

    def recorded(self, path: str) -> Mapping[Any, Any]:
        """Return what is on record of a file besides, by column; paths tell nothing of it."""
        del path
        return {}

    def place(self, path: str) -> Place:
        """Read part, class and disease from all folders above a file, in any order.

        Args:
            path: Relative POSIX path, such as `train/PNEUMONIA/VIRUS/<file>`.

        Raises:
            ValueError: No folder names a class, or the folders name two classes, two parts or
                two diseases.
        """
        if self.names_tell:
            return self._place(path)
        # Files of one folder follow each other, by the million.
        last, found = self._last
        folder = path.rpartition("/")[0]
        if last != folder:
            try:
                found = self._place(path)
            except ValueError as error:
                found = str(error)
            self._last = folder, found
        if isinstance(found, str):
            raise ValueError(found)
        return found

    def _place(self, path: str) -> Place:
        folders = PurePosixPath(path).parts[:-1]
        names = [fold(folder) for folder in folders]
        label = _only("class", names, self._labels)
        if label is None and self.names_tell:
            label = self.label_of_name(self.real(path))
        if label is None:
            raise ValueError(_classless(folders, self.names_tell))
        subtype = _only("disease", names, SUBTYPE_FOLDERS)
        within = 1 + next((i for i, n in enumerate(names) if n in self._labels), -1)
        known = {**self._labels, **SPLIT_FOLDERS, **SUBTYPE_FOLDERS}
        unknown = [
            folders[i]
            for i in range(within, len(names))
            if names[i] not in known and not NEUTRAL_FOLDERS.fullmatch(names[i])
        ]
        return Place(self.part(path), label, subtype, "/".join(unknown))

    def part(self, path: str) -> str:
        """Return the part that the folders above a file name, or `UNASSIGNED`.

        Raises:
            ValueError: They name two.
        """
        names = [fold(folder) for folder in PurePosixPath(path).parts[:-1]]
        return str(_only("part", names, SPLIT_FOLDERS) or UNASSIGNED)

    def label_of_name(self, path: str) -> Label | None:
        """Return the class that a file name speaks of; None where it does of none or of two."""
        labels, _ = self._words_of_name(path)
        return labels.pop() if len(labels) == 1 else None

    def patient(self, path: str, place: Place) -> Patient:
        """Read the patient's key from a file name, or path, by the first pattern that fits.

        The key joins the pattern's named groups, subtype first, so (subtype, number) tells
        `person1_virus` from `person1_bacteria`: two children who share a number. Without a group
        `subtype` the key says nothing of the disease, so a patient keeps it from film to film.
        Case and Unicode form make no difference: patterns ignore them, so keys must.

        Args:
            path: Relative POSIX path of the radiograph.
            place: What its folders say.
        """
        whole, name = fold_form(path), fold_form(path.rpartition("/")[2])
        for pattern in self._patterns:
            match = pattern.search(whole) if "/" in pattern.pattern else pattern.match(name)
            groups = {k: fold(v) for k, v in match.groupdict().items() if v} if match else {}
            named = groups.pop("subtype", None)
            if groups:
                key = [*([named] if named else []), *groups.values()]
                return Patient("-".join(key), _subtype(named, place), matched=True)
        return Patient(f"{NO_KEY}{path}", _subtype(None, place), matched=False)

    def contradicts(self, path: str, place: Place) -> bool:
        """Tell whether a file name speaks of another class or disease than its folders do."""
        labels, subtypes = self._words_of_name(self.real(path))
        other_disease = place.subtype and subtypes and place.subtype not in subtypes
        return bool(other_disease or (labels and place.label not in labels))

    def _words_of_name(self, path: str) -> tuple[set[Label], set[Subtype]]:
        name = _spaced(fold(PurePosixPath(path).name))
        words = [found[0] for found in self._word.finditer(name) if not _denied(name, found)]
        subtypes = {SUBTYPE_FOLDERS[word] for word in words if word in SUBTYPE_FOLDERS}
        return {self._words[word] for word in words}, subtypes


def _as_it_is(path: str, layout: Layout) -> str:
    del layout
    return path


def _classless(folders: Sequence[str], names_tell: bool) -> str:
    if names_tell:
        return "neither a folder nor the file name names one class"
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


def _denied(name: str, found: re.Match[str]) -> bool:
    """Tell whether a name denies a word in it: `no pneumonia` is none, nor need it be normal."""
    return bool(_DENIAL.search(name, 0, found.start()) or _DENIED.match(name, found.end()))


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

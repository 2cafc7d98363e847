"""What the labels of a collection mean: NORMAL, PNEUMONIA, left out on purpose, or not known."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pneumoscope.ingestion.layout import fold
from pneumoscope.naming import Label

ABSENT, UNCERTAIN = "not ", "uncertain "
"""What precedes the label of a flag that is 0, or -1."""

_LIST_ITEM = re.compile(r"'([^']*)'|\"([^\"]*)\"")


@dataclass(frozen=True)
class Meaning:
    """What the labels of a radiograph come to: a class, or why it is left out or refused."""

    label: Label | None = None
    left_out: str = ""
    refused: str = ""


class Meanings:
    """What labels mean, compared whatever their case and Unicode form.

    Args:
        classes: Labels of each class.
        left_out: Labels that are left out on purpose; `*` stands for anything.
        remedy: Where a label that is not known can be given a meaning.
    """

    def __init__(
        self, classes: Mapping[Label, Iterable[str]], left_out: Iterable[str], remedy: str
    ):
        """Fold the labels."""
        self._classes = {fold(n): label for label, names in classes.items() for n in names}
        self._left_out, self._remedy = [fold(name) for name in left_out], remedy

    def of(self, labels: Iterable[str]) -> Meaning:
        """Return what labels that stand together mean.

        PNEUMONIA is whoever has a label of it among others, NORMAL who has none but labels of
        NORMAL: a normal film with another finding is left out.
        """
        spelt = {fold(label): label.strip() for label in labels}
        denied = {label.removeprefix(ABSENT) for label in spelt if label.startswith(ABSENT)}
        named = {k: v for k, v in spelt.items() if not k.startswith(ABSENT) or k in self._classes}
        found = {self._classes[label] for label in named if label in self._classes}
        others = [spelt for folded, spelt in named.items() if folded not in self._classes]
        unknown = [label for label in others if not self.leaves_out(label)]
        if unknown:
            return Meaning(
                refused=f"the label {unknown[0]!r} has no class; list it under {self._remedy}"
            )
        if len(found) > 1:
            return Meaning(refused="its labels stand for both classes")
        if found and found & {self._classes.get(label) for label in denied}:
            return Meaning(refused="its labels contradict each other")
        if found == {Label.PNEUMONIA} or (found and not others):
            return Meaning(found.pop())
        return Meaning(left_out=_left_out(others, bool(found), bool(spelt)))

    def leaves_out(self, name: str) -> bool:
        """Tell whether a label, or a folder, is left out on purpose."""
        return any(fnmatchcase(fold(name), pattern) for pattern in self._left_out)


def labels_of(cell: str, separator: str | None) -> list[str]:
    """Return the labels in a cell: one, several with a separator, or a list as Python has it."""
    if cell.startswith("[") and cell.endswith("]"):
        found = [first or second for first, second in _LIST_ITEM.findall(cell)]
    else:
        found = cell.split(separator) if separator else [cell]
    return [label.strip() for label in found if label.strip()]


def flag(name: str, cell: str) -> str:
    """Return the label of a flag by its cell, `not …` for 0, `uncertain …` for -1, or nothing.

    Raises:
        ValueError: The cell is none of 1, 0, -1 and empty.
    """
    if not cell:
        return ""
    try:
        return {1.0: name, 0.0: ABSENT + name, -1.0: UNCERTAIN + name}[float(cell)]
    except (KeyError, ValueError):
        raise ValueError(f"a flag of the column '{name}' is none of 1, 0, -1 and empty") from None


def _left_out(others: list[str], normal: bool, stated: bool) -> str:
    if normal:
        return "a label of NORMAL beside others"
    if others:
        return f"label {others[0]!r}" if len(others) == 1 else "several labels of no class"
    return "no label of a class" if stated else "no label"

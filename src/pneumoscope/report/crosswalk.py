"""Where a run answers the items of reporting guidelines."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

import yaml

GUIDELINES = ("claim_2024", "stard_ai_2025", "tripod_ai_2024")


class Status(StrEnum):
    """What becomes of an item."""

    ANSWERED = "answered"
    IN_PART = "answered in part"
    USER = "left to the user"
    NOT_APPLICABLE = "not applicable"
    NOT_AVAILABLE = "not available"


@dataclass(frozen=True)
class Item:
    """One item of a guideline, its topic in our own words.

    Attributes:
        item: Number as published.
        topic: What it asks for, in a few words.
        status: What becomes of it.
        where: "#anchor" of the report, "model card: <heading>", "slides" or a file of the
            project; empty unless answered, in full or in part.
        answer: The answer in a sentence, with what is missing where it is one in part; or the
            reason why there is none.
    """

    item: str
    topic: str
    status: Status
    where: Sequence[str]
    answer: str

    def __post_init__(self) -> None:
        """Refuse an answer without a place, and a place without an answer."""
        answered = self.status in (Status.ANSWERED, Status.IN_PART)
        if bool(self.where) != answered or not self.answer:
            raise ValueError(
                "expected `where` and `answer` for an answered item and a `reason` alone for any "
                f"other, received {self}"
            )


@dataclass(frozen=True)
class Guideline:
    """A reporting guideline, item by item, with the publication to read."""

    name: str
    about: str
    source: str
    items: Sequence[Item]

    def count(self, status: Status) -> int:
        """Return how many items have this status."""
        return sum(item.status is status for item in self.items)


def read_guidelines() -> list[Guideline]:
    """Read the crosswalk to each of `GUIDELINES`, which lies in the package as YAML."""
    return [_read(name) for name in GUIDELINES]


def _read(name: str) -> Guideline:
    text = files("pneumoscope.report").joinpath("guidelines", f"{name}.yml").read_text("utf-8")
    # By libyaml, where PyYAML was built with it, in a tenth of the time.
    read = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return Guideline(read["name"], read["about"], read["source"], [_item(i) for i in read["items"]])


def _item(read: dict) -> Item:
    answer = read["answer"] if "where" in read else read["reason"]
    where = read.get("where", ())
    return Item(read["item"], read["topic"], Status(read["status"]), where, answer)

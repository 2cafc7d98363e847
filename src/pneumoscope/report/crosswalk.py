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
    USER = "left to the user"
    NOT_APPLICABLE = "not applicable"
    NOT_AVAILABLE = "not available"


@dataclass(frozen=True)
class Item:
    """One item of a guideline; its topic is told in our own words.

    Attributes:
        item: Number as published.
        topic: What it asks for, in a few words.
        status: What becomes of it.
        where: "#anchor" of the report, "model card: <heading>", "slides" or a file of the
            project; empty unless answered.
        answer: The answer in a sentence, or the reason why there is none.
    """

    item: str
    topic: str
    status: Status
    where: Sequence[str]
    answer: str

    def __post_init__(self) -> None:
        """Refuse an answer without a place, and a place without an answer."""
        if bool(self.where) != (self.status is Status.ANSWERED) or not self.answer:
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
    told = yaml.safe_load(text)
    return Guideline(told["name"], told["about"], told["source"], [_item(i) for i in told["items"]])


def _item(told: dict) -> Item:
    answer = told["answer"] if "where" in told else told["reason"]
    where = told.get("where", ())
    return Item(told["item"], told["topic"], Status(told["status"]), where, answer)

"""What the explanation of one model gives, typed: `explanations.json` is its JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Choice, Label, Outcome


@dataclass(frozen=True)
class Case:
    """One test radiograph whose decision is explained.

    Attributes:
        outcome: What became of it at the threshold.
        choice: Why it was chosen.
        radiograph_id: Which one it is.
        label: Its class.
        predicted: What it was taken for.
        score: As the model gave it.
        outside: Share of the attribution that lies outside the centre, in [0, 1]; None before
            it is measured, and where the map is empty.
    """

    outcome: Outcome
    choice: Choice
    radiograph_id: str
    label: Label
    predicted: Label
    score: float
    outside: float | None = None


@dataclass(frozen=True)
class Cases:
    """The radiographs to explain; `missing` names each outcome without one, and why."""

    threshold: float
    chosen: Sequence[Case]
    missing: Mapping[Outcome, str]


@dataclass(frozen=True)
class SanityCheck:
    """Maps of a model compared with those of copies whose weights were drawn anew.

    Attributes:
        similarity: Mean of the absolute rank correlations, in [0, 1]; None if none is defined.
        lowest: Smallest of the single ones.
        highest: Largest of the single ones.
        comparisons: Pairs of maps compared.
        undefined: Pairs of which one map is the same everywhere.
        randomisations: Copies.
        alike: Similarity from which on the maps count as alike.
    """

    similarity: float | None
    lowest: float | None
    highest: float | None
    comparisons: int
    undefined: int
    randomisations: int
    alike: float

    @property
    def passed(self) -> bool | None:
        """Whether the maps change with the weights; None if that is not known."""
        return None if self.similarity is None else self.similarity < self.alike


@dataclass(frozen=True)
class OutsideShare:
    """Attribution outside the centre, over radiographs of one class.

    Attributes:
        n: Radiographs with a map that is not empty.
        patients: Their patients.
        empty: Radiographs whose map is empty.
        share: Mean share outside the centre, with its interval over patients.
    """

    n: int
    patients: int
    empty: int
    share: Estimate


@dataclass(frozen=True)
class Outside:
    """Attribution outside the centre; `even_share` is that of a map without a preference."""

    even_share: float
    classes: Mapping[Label, OutsideShare]


@dataclass(frozen=True)
class Explanations:
    """Everything that the explanation tells of one model.

    Attributes:
        method: "Grad-CAM", "HiResCAM" or "SmoothGrad".
        layer: Whose maps are read; None for gradients on the pixels.
        map_size: Height and width of a map as it is computed, in cells.
        threshold: The locked one.
        cases: The explained radiographs, in the order of their maps.
        missing: Each outcome that test lacks, and why.
        sanity: Whether the maps change with the weights.
        outside: How much of the attribution lies outside the centre.
    """

    method: str
    layer: str | None
    map_size: tuple[int, int]
    threshold: float
    cases: Sequence[Case]
    missing: Mapping[Outcome, str]
    sanity: SanityCheck
    outside: Outside

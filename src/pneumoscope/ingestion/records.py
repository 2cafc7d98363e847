"""What the ingestion found, typed: `ingestion_audit.json` is its JSON."""

from collections.abc import Sequence
from dataclasses import dataclass

from pneumoscope.counts import counted
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Label, Subtype
from pneumoscope.provenance import Sources


@dataclass(frozen=True)
class Refusal:
    """A file that was not read, or a folder that was not entered (its path ends in `/`)."""

    path: str
    reason: str


@dataclass(frozen=True)
class LeftOut:
    """Files that were left out on purpose, for one reason."""

    reason: str
    n: int


@dataclass(frozen=True)
class Conversion:
    """A radiograph that was no plain grey image, and what was done."""

    path: str
    note: str


@dataclass(frozen=True)
class SubtypeCount:
    """Radiographs of one part, class and subtype."""

    source_split: str
    label: Label
    subtype: Subtype
    n: int


@dataclass(frozen=True)
class ModeCount:
    """Radiographs of one part and class that are stored in one of Pillow's modes."""

    source_split: str
    label: Label
    mode: str
    n: int


@dataclass(frozen=True)
class SizeRange:
    """Sizes of the radiographs of one part and class, in pixels."""

    source_split: str
    label: Label
    n: int
    width_min: int
    width_median: float
    width_max: int
    height_min: int
    height_median: float
    height_max: int


@dataclass(frozen=True)
class CompressionQuartiles:
    """File bytes a pixel of the radiographs of one part and class."""

    source_split: str
    label: Label
    q25: float
    median: float
    q75: float


@dataclass(frozen=True)
class Duplicates:
    """Byte-identical radiographs.

    Attributes:
        groups: Contents that more than one file has.
        extra_files: Files beyond the first of each group.
        within_parts: Files beyond the first of each group, part and class.
        example: Path of one of these; None without any.
        across_splits: Groups that stand in more than one given part, as radiograph_id.
        across_classes: Groups that carry both labels, as radiograph_id.
    """

    groups: int
    extra_files: int
    within_parts: int
    example: str | None
    across_splits: Sequence[Sequence[str]]
    across_classes: Sequence[Sequence[str]]


@dataclass(frozen=True)
class PatientCounts:
    """Patients, as far as names, folders, tables or files tell.

    Attributes:
        total: Different keys.
        without_pattern: Files whose patient nothing tells, each a patient of its own.
        across_source_splits: Keys in more than one given part.
        most_radiographs: Of one patient.
    """

    total: int
    without_pattern: int
    across_source_splits: Sequence[str]
    most_radiographs: int

    @property
    def owners(self) -> str:
        """Whose the radiographs are, in words, as far as keys tell."""
        known, keyless = self.total - self.without_pattern, self.without_pattern
        patients = counted(known, "patient")
        if not keyless:
            return patients
        return (
            f"{f'{patients} by their keys and of others' if known else 'patients'} not told apart"
        )


@dataclass(frozen=True, slots=True)
class Resemblance:
    """Two films that look alike, by radiograph_id, and the correlation of their pixels."""

    first: str
    second: str
    similarity: float


@dataclass(frozen=True)
class Resemblances:
    """Pairs of films that look alike; there can be more of them than films.

    Attributes:
        n: How many.
        most_similar: `similarity.LISTED` of them at most, the most similar first.
        file: Table that holds all of them, with the columns of `Resemblance`.
    """

    n: int = 0
    most_similar: Sequence[Resemblance] = ()
    file: str = "similar_radiographs.parquet"


@dataclass(frozen=True)
class Shortcut:
    """How well one number of the file, or off the centre, tells the classes of a part apart.

    Attributes:
        source_split: The part.
        feature: One of `shortcuts.SHORTCUTS` or of `radiographs.measured.ACQUISITION`, or what
            is on record: `manufacturer is ACME`.
        auroc: Area under the ROC curve, above 0.5 where PNEUMONIA has the larger values.
        warns: Whether it is put into words.
        low: Lower bound of its interval over patients; None where there are too few.
        high: Upper bound.
    """

    source_split: str
    feature: str
    auroc: float
    warns: bool
    low: float | None = None
    high: float | None = None

    @property
    def strength(self) -> float:
        """The AUROC in either direction: to a model 0.1 is worth as much as 0.9."""
        return max(self.auroc, 1 - self.auroc)

    @property
    def estimate(self) -> Estimate:
        """The strength with its interval."""
        found = Estimate(self.auroc, self.low, self.high)
        return found if self.auroc >= 0.5 else found.complement


@dataclass(frozen=True)
class IngestionAudit:
    """What a data scientist should know of the radiographs before trusting any model of them.

    Attributes:
        radiographs: Files in the manifest.
        sources: Where they come from.
        quarantined: Files and folders that were refused.
        litter: Files on the list of known litter.
        converted: Radiographs that had to be converted.
        counts: By part, class and subtype.
        sizes: By part and class.
        modes: By part, class and mode.
        bytes_per_pixel: By part and class.
        duplicates: Byte-identical files.
        patients: Patients by their keys.
        stored_anew: Pairs of films, not byte-identical, that count as one picture stored twice.
        alike: Pairs of films of different patients that look alike, for a human to look at: the
            two names may be one patient.
        shortcuts: By part and feature; parts with too few radiographs are left out.
        warn_auroc: The AUROC from which a shortcut is put into words, if it is beyond chance.
        warnings: What should worry the user, in sentences, the gravest first.
        layout: What told the classes: `folders`, `file names`, or a collection that is known.
        left_out: Files that were left out on purpose, by reason, the commonest first.
    """

    radiographs: int
    sources: Sources
    quarantined: Sequence[Refusal]
    litter: int
    converted: Sequence[Conversion]
    counts: Sequence[SubtypeCount]
    sizes: Sequence[SizeRange]
    modes: Sequence[ModeCount]
    bytes_per_pixel: Sequence[CompressionQuartiles]
    duplicates: Duplicates
    patients: PatientCounts
    stored_anew: Resemblances
    alike: Resemblances
    shortcuts: Sequence[Shortcut]
    warn_auroc: float
    warnings: Sequence[str]
    layout: str = "folders"
    left_out: Sequence[LeftOut] = ()

    @property
    def files(self) -> int:
        """Files and closed folders that were found: each ended in one of four places."""
        return self.radiographs + len(self.quarantined) + self.litter + self.total_left_out

    @property
    def total_left_out(self) -> int:
        """Files that were left out on purpose."""
        return sum(row.n for row in self.left_out)

    @property
    def inconclusive(self) -> list[Shortcut]:
        """Shortcuts that reach `warn_auroc` in a part too small to exclude chance."""
        return [one for one in self.shortcuts if one.strength >= self.warn_auroc and not one.warns]

    def of_class(self, label: Label) -> int:
        """Return the number of radiographs of a class."""
        return sum(row.n for row in self.counts if row.label == label)

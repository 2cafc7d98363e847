"""What an external test found, typed: `08_reporting/external/<site>.json` is its JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import ModelMetrics, SplitMetrics
from pneumoscope.external.updates.records import SiteUpdate
from pneumoscope.ingestion.records import Refusal
from pneumoscope.naming import Label, Metric, Split
from pneumoscope.out_of_distribution.records import Found
from pneumoscope.provenance import Sources
from pneumoscope.robustness.records import DomainComparison

PREFIX = "external:"
"""What a site's name follows in the split of its scores and of its row in the comparison."""


def split_of(site: str) -> str:
    """Return the name of a site's split: "external:clinic"."""
    return f"{PREFIX}{site}"


@dataclass(frozen=True)
class Overlap:
    """Films of a site that are films of the model's own collection as well.

    Attributes:
        identical: By split, how many films of the site are one of it byte for byte.
        copies: By split, how many further ones look like one picture stored anew.
        alike: By split, how many further ones look like one, and stand out in that.
        examples: Pairs of a film of the site and one of the collection, the surest first.
        same_keys: Patients of the site whose key, by paths or tags, is one of train as well.
    """

    identical: Mapping[Split, int]
    copies: Mapping[Split, int]
    alike: Mapping[Split, int]
    examples: Sequence[tuple[str, str]]
    same_keys: int


@dataclass(frozen=True)
class SiteFilms:
    """The films of a site, as they were read.

    Attributes:
        digest: SHA-256 over the hashes of the measured films: equal for equal films.
        radiographs: How many were measured.
        patients: Their patients, as far as names, folders, tags or a table tell.
        without_pattern: Of them those that nothing tells: a patient a film.
        classes: Radiographs of each class.
        parts: Radiographs of each part that folders name; all were pooled.
        sources: Where the films come from.
        left_out: Byte-identical films of one class beyond the first, which are not measured.
        refused: Files that were not read, each with its reason.
        warnings: What should be doubted of the films, in sentences.
        overlap: Films that are in the model's own collection.
        shift: By class, how far they lie from train.
    """

    digest: str
    radiographs: int
    patients: int
    without_pattern: int
    classes: Mapping[Label, int]
    parts: Mapping[str, int]
    sources: Sources
    left_out: int
    refused: Sequence[Refusal]
    warnings: Sequence[str]
    overlap: Overlap
    shift: Mapping[Label, DomainComparison]


@dataclass(frozen=True)
class Flagged:
    """How many films of a site are unlike those that the model was trained on.

    Attributes:
        found: Share of the site's films that are flagged, with its interval over patients.
        promised: Share of films like those of validation that is flagged at most.
        patients: Patients of validation that promise it; None where it was counted before that
            was kept.
    """

    found: Found
    promised: float
    patients: int | None = None


@dataclass(frozen=True)
class SiteMetrics:
    """One model at one site.

    Attributes:
        lock: SHA-256 over the lock that it was measured with.
        confidence: Coverage of the intervals.
        measured: Every metric, at what was locked; its only split is the site's.
        drops: By split of the evaluation, the site minus that split, with plain intervals.
        flagged: Films out of distribution; None where the model was locked before that was
            measured, or the site before it was counted.
        update: What films of the site change in how scores are read there, which nothing here
            was measured with; None where the site was measured before that was.
    """

    lock: str
    confidence: float
    measured: ModelMetrics
    drops: Mapping[Split, Mapping[Metric, Estimate]]
    flagged: Flagged | None = None
    update: SiteUpdate | None = None

    @property
    def split(self) -> str:
        """The name of the site's split."""
        (name,) = self.measured.splits
        return name

    @property
    def metrics(self) -> SplitMetrics:
        """The metrics of the site."""
        (found,) = self.measured.splits.values()
        return found


@dataclass(frozen=True)
class SiteResult:
    """An external test of several models on one site.

    Attributes:
        site: Its name.
        films: What was read.
        models: Name of each model or ensemble to what was measured of it.
    """

    site: str
    films: SiteFilms
    models: Mapping[str, SiteMetrics]

    @property
    def split(self) -> str:
        """The name of its split."""
        return split_of(self.site)

"""Everything that a run computed, as the report, the slides and the model cards read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from pneumoscope.acquisition.records import AcquisitionAudit
from pneumoscope.arrays import named
from pneumoscope.evaluation.comparison import rank_models
from pneumoscope.evaluation.label_doubts import looked_at
from pneumoscope.evaluation.pair import Pair, pairs_of_table
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.explanation.records import Explanations
from pneumoscope.external.known import ExternalTests, external_tests
from pneumoscope.external.records import SiteResult
from pneumoscope.ingestion.records import IngestionAudit
from pneumoscope.learning_curve.records import LearningCurve
from pneumoscope.models.records import TrainingRecord
from pneumoscope.models.training.history import History
from pneumoscope.options import Recipe, ReportOptions
from pneumoscope.out_of_distribution.records import Detection
from pneumoscope.radiographs.pixel_statistics import PixelStatistics
from pneumoscope.report.films import ListedFilms
from pneumoscope.report.provenance import own_origins, synthetic_note
from pneumoscope.robustness.records import Robustness, Shift
from pneumoscope.run_facts import RunFacts
from pneumoscope.splitting.records import SplitAudit
from pneumoscope.studies.records import StudyFindings


@dataclass(frozen=True)
class Findings:
    """Everything that a run computed for its report.

    Attributes:
        ingestion_audit: The audit of the radiographs.
        split_audit: The audit of the splits.
        comparison: The table of the architectures.
        significance: All pairs of architectures compared, the primary endpoint first.
        pixel_statistics: Grey levels by class.
        histories: Architecture to its history.
        settings: Architecture to its parameters: model, augmentation and fitting.
        access_log: Every evaluation on test.
        metrics: Model to its metrics.
        origins: Trained model to its training record, if that is of the model that was evaluated.
        explanations: Trained model to what its maps are, and how far to trust them.
        figures: Name to PNG; `<kind>_<architecture>` where each has its own.
        study: What a published study comes to when it is repeated; None without one.
        shift: How far test lies from train; None if it was not measured.
        acquisition: What the periphery of films tells, and the pseudo-sites; None if not measured.
        external: What is on record of other sites.
        external_log: Every measurement at a site.
        robustness: Trained model to what altered test films came to; empty if not measured.
        detections: Model to how films unlike those of train are told; empty if not measured.
        learning_curves: Recipe to what growing parts of this very train are worth to it.
        run: By what the run can be repeated; None where that is unknown.
        errors: The errors of the model in view; None where they are not listed.
        doubts: The labels in doubt; None where they are not listed.
        compared_labels: Split to how many of its labels were compared.
    """

    ingestion_audit: IngestionAudit
    split_audit: SplitAudit
    comparison: pd.DataFrame
    significance: Sequence[Pair]
    pixel_statistics: PixelStatistics
    histories: Mapping[str, History]
    settings: Mapping[str, Recipe]
    access_log: pd.DataFrame
    metrics: Mapping[str, ModelMetrics]
    origins: Mapping[str, TrainingRecord]
    explanations: Mapping[str, Explanations]
    figures: Mapping[str, bytes]
    study: StudyFindings | None = None
    shift: Shift | None = None
    acquisition: AcquisitionAudit | None = None
    external: ExternalTests = field(default_factory=ExternalTests)
    external_log: pd.DataFrame = field(default_factory=pd.DataFrame)
    robustness: Mapping[str, Robustness] = field(default_factory=dict)
    detections: Mapping[str, Detection] = field(default_factory=dict)
    learning_curves: Mapping[str, LearningCurve] = field(default_factory=dict)
    run: RunFacts | None = None
    errors: ListedFilms | None = None
    doubts: ListedFilms | None = None
    compared_labels: Mapping[str, int] = field(default_factory=dict)

    @property
    def ranking(self) -> list[str]:
        """The models, the best AUROC on validation first, undefined ones last: test ranks none."""
        return rank_models(self.comparison, self.metrics)

    @property
    def fingerprints(self) -> list[str]:
        """SHA-256 of the weights of each model."""
        return [measured.model.fingerprint for measured in self.metrics.values()]

    @property
    def synthetic(self) -> str:
        """What of the run is synthetic, in words; empty where nothing is."""
        return synthetic_note(self.ingestion_audit.sources, self.metrics, self.origins)

    def subject_noun(self, options: ReportOptions) -> str:
        """Return what every page calls those radiographed: phantoms are nobody's patients."""
        return "phantoms" if self.ingestion_audit.sources.only_phantoms else options.subjects

    def figures_of_each(self, kind: str) -> dict[str, bytes]:
        """Return the figures of one kind by architecture; missing ones are left out."""
        names = {name: f"{kind}_{name}" for name in self.metrics}
        return {name: self.figures[key] for name, key in names.items() if key in self.figures}


def collect_findings(
    ingestion_audit: IngestionAudit,
    split_audit: SplitAudit,
    comparison: pd.DataFrame,
    significance: pd.DataFrame,
    pixel_statistics: PixelStatistics,
    study: StudyFindings | None = None,
    shift: Shift | None = None,
    acquisition_audit: AcquisitionAudit | None = None,
    external: Mapping[str, SiteResult] | None = None,
    external_log: pd.DataFrame | None = None,
    confidence: float | None = None,
    learning_curves: Mapping[str, LearningCurve] | None = None,
    run: RunFacts | None = None,
    error_films: ListedFilms | None = None,
    doubted_films: ListedFilms | None = None,
    label_probabilities: pd.DataFrame | None = None,
    **collected: Any,
) -> Findings:
    """Collect every figure and table of the run, for the report, the slides and the cards.

    Args:
        ingestion_audit: The audit of the radiographs.
        split_audit: The audit of the splits.
        comparison: The table of the architectures.
        significance: All pairs of architectures compared, the primary endpoint first.
        pixel_statistics: Grey levels by class.
        study: What a published study comes to when it is repeated, if one is.
        shift: How far test lies from train, if it was measured.
        acquisition_audit: What the periphery of films tells, if it was measured.
        external: Site to the external test on record.
        external_log: Every measurement at a site.
        confidence: Coverage of the intervals, which external tests on record must have too.
        learning_curves: Recipe to the learning curve on record.
        run: By what the run can be repeated.
        error_films: The errors of the model that validation ranks first.
        doubted_films: The labels in doubt.
        label_probabilities: What models say of each label that was compared.
        **collected: `figure_<name>` as PNG bytes; for each model `metrics_<name>`,
            `detection_<name>`, `access_<name>` (the same log each time) and
            `figure_<kind>_<name>`; for each that was trained `history_<name>`,
            `explanations_<name>`, `robustness_<name>`, `origin_<name>`,
            its training record, and `settings_<name>`, its block of parameters.
    """
    metrics = named("metrics_", collected)
    origins = own_origins(metrics, named("origin_", collected))
    train = {origin.data.sha256 for origin in origins.values()}
    return Findings(
        ingestion_audit=ingestion_audit,
        split_audit=split_audit,
        comparison=comparison,
        significance=pairs_of_table(significance),
        pixel_statistics=pixel_statistics,
        study=study,
        shift=shift,
        acquisition=acquisition_audit,
        external=external_tests(external or {}, metrics, confidence),
        external_log=pd.DataFrame() if external_log is None else external_log,
        robustness=named("robustness_", collected),
        detections=named("detection_", collected),
        histories={name: History.of(table) for name, table in named("history_", collected).items()},
        settings={
            name: Recipe.model_validate(block)
            for name, block in named("settings_", collected).items()
        },
        access_log=next(iter(named("access_", collected).values())),
        metrics=metrics,
        origins=origins,
        explanations=named("explanations_", collected),
        figures=named("figure_", collected),
        learning_curves={
            name: curve for name, curve in (learning_curves or {}).items() if curve.films in train
        },
        run=run,
        errors=error_films,
        doubts=doubted_films,
        compared_labels={} if label_probabilities is None else looked_at(label_probabilities),
    )

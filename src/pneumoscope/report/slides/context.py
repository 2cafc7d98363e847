"""What every slide speaks of: the run, the model in view, and who was radiographed."""

from collections.abc import Mapping
from dataclasses import dataclass

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.naming import Metric, Split
from pneumoscope.options import EvaluationOptions, ReportOptions
from pneumoscope.report.findings import Findings


@dataclass(frozen=True)
class Context:
    """The findings of a run, and how the slides speak of them.

    Attributes:
        options: Title.
        evaluation: How the numbers were made.
        found: The findings.
        model: Name of the model in view.
    """

    options: ReportOptions
    evaluation: EvaluationOptions
    found: Findings
    model: str

    @property
    def subjects(self) -> str:
        """Who was radiographed, in the plural."""
        return self.found.subject_noun(self.options)

    @property
    def measured(self) -> ModelMetrics:
        """The metrics of the model in view."""
        return self.found.metrics[self.model]

    @property
    def test(self) -> Mapping[Metric, Estimate]:
        """Its metrics on test."""
        return self.measured.splits[Split.TEST].metrics

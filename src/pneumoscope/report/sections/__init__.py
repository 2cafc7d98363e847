"""The sections of the report: each turns computed values into captioned blocks."""

from pneumoscope.report.sections.about import about_section
from pneumoscope.report.sections.audit import audit_section
from pneumoscope.report.sections.comparison import comparison_section, headline
from pneumoscope.report.sections.radiographs import radiographs_section
from pneumoscope.report.sections.splits import splits_section
from pneumoscope.report.sections.training import training_section

__all__ = [
    "about_section",
    "audit_section",
    "comparison_section",
    "headline",
    "radiographs_section",
    "splits_section",
    "training_section",
]

"""The sections of the report: each turns computed values into captioned blocks."""

from pneumoscope.report.sections.about import about_section
from pneumoscope.report.sections.access import access_section
from pneumoscope.report.sections.audit import audit_section
from pneumoscope.report.sections.augmentation import augmentation_section
from pneumoscope.report.sections.calibration import calibration_section
from pneumoscope.report.sections.comparison import comparison_section, headline
from pneumoscope.report.sections.crosswalk import crosswalk_section
from pneumoscope.report.sections.explanation import explanation_section
from pneumoscope.report.sections.grey_zone import grey_zone_section
from pneumoscope.report.sections.operating_points import operating_points_section
from pneumoscope.report.sections.radiographs import radiographs_section
from pneumoscope.report.sections.robustness import robustness_section, shortcuts_section
from pneumoscope.report.sections.shift import shift_section
from pneumoscope.report.sections.significance import significance_section
from pneumoscope.report.sections.splits import splits_section
from pneumoscope.report.sections.study import study_headline, study_section
from pneumoscope.report.sections.subgroups import subgroups_section
from pneumoscope.report.sections.training import training_section

__all__ = [
    "about_section",
    "access_section",
    "audit_section",
    "augmentation_section",
    "calibration_section",
    "comparison_section",
    "crosswalk_section",
    "explanation_section",
    "grey_zone_section",
    "headline",
    "operating_points_section",
    "radiographs_section",
    "robustness_section",
    "shift_section",
    "shortcuts_section",
    "significance_section",
    "splits_section",
    "study_headline",
    "study_section",
    "subgroups_section",
    "training_section",
]

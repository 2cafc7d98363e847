"""The slides in their order."""

from pneumoscope.options import EvaluationOptions, ReportOptions
from pneumoscope.report.findings import Findings
from pneumoscope.report.slides import conclusions, data, external, results
from pneumoscope.report.slides.blocks import Slide
from pneumoscope.report.slides.context import Context

ORDER = (
    data.cover,
    data.problem,
    data.data,
    data.shortcuts,
    data.method,
    results.comparison,
    results.found,
    results.alarms,
    external.elsewhere,
    results.worth,
    results.deferral,
    conclusions.what_to_do,
    conclusions.limits,
)


def deck(options: ReportOptions, evaluation: EvaluationOptions, found: Findings) -> list[Slide]:
    """Return the run as 10 to 13 slides: problem, data, method, result, what to do, limits.

    Args:
        options: Title.
        evaluation: How the numbers were made.
        found: What the run found.
    """
    context = Context(options, evaluation, found, found.ranking[0])
    slides = [make(context) for make in ORDER]
    return [slide for slide in slides if slide is not None]

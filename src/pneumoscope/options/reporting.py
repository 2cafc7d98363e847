"""Parameters of the report."""

from pneumoscope.options.base import Count, Options


class ReportOptions(Options):
    """What the report says about the run it shows.

    Attributes:
        title: Headline of the page.
        synthetic: True when the radiographs are phantoms; named in every output.
        sample_radiographs: Radiographs of each class shown as samples.
    """

    title: str
    synthetic: bool
    sample_radiographs: Count = 4

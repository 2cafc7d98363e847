"""Parameters of the report."""

from pneumoscope.options.base import Count, Options


class ReportOptions(Options):
    """What the report says about the run it shows.

    Attributes:
        title: Headline of the page.
        synthetic: True when the radiographs are phantoms; named in every output.
        sample_radiographs: Radiographs of each class shown as samples.
        augmented_radiographs: Radiographs of each class shown as augmentation changes them.
        augmentation_draws: Random changes shown of each of those.
    """

    title: str
    synthetic: bool
    sample_radiographs: Count = 4
    augmented_radiographs: Count = 2
    augmentation_draws: Count = 3

"""Parameters of the report."""

from typing import Annotated

from pydantic import Field

from pneumoscope.options.base import Options, Text

# A page has no room for more.
Shown = Annotated[int, Field(ge=1, le=50)]


class ReportOptions(Options):
    """What the report says about the run it shows.

    Attributes:
        title: Headline of the page.
        subjects: Who was radiographed, in the plural, such as "children".
        licence: Of the radiographs in a folder of one's own; null where it is not told.
        site: Where they were taken; null where that is not told.
        sample_radiographs: Radiographs of each class shown as samples.
        augmented_radiographs: Radiographs of each class shown as augmentation changes them.
        augmentation_draws: Random changes shown of each of those.
        errors_shown: Test films of each kind of error shown at most, the most confident first;
            a list on disk holds all.
    """

    title: Text
    subjects: Text = "patients"
    licence: Text | None = None
    site: Text | None = None
    sample_radiographs: Shown = 4
    augmented_radiographs: Shown = 2
    augmentation_draws: Shown = 3
    # Each is 2 to 4 KB of the page, whatever the number of errors.
    errors_shown: Annotated[int, Field(ge=0, le=500)] = 60

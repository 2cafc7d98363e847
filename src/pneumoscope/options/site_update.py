"""Parameters of updates at a site."""

from typing import Annotated

from pydantic import Field, field_validator

from pneumoscope.options.base import OpenShare, Options, Several, all_different


class SiteUpdateOptions(Options):
    """How it is measured what labelled films of a site are worth for reading scores there.

    Attributes:
        share: Share of the site's patients whose films an update is fitted on; it is measured on
            the films of the others.
        films: Numbers of films for which a curve says what an update is worth; those that a
            site has.
        cuts: Cuts by patient that the curve is the mean of; the first is that of the update.
    """

    share: OpenShare = 0.5
    # Below ten films a threshold hangs on one or two.
    films: Several[Annotated[int, Field(ge=10, le=100_000)]] = (25, 50, 100, 200)
    # Each fits as many updates as there are numbers of films, in some hundredths of a second; the
    # first ten are fitted ten times more, without a tenth of the patients each, for the intervals.
    cuts: Annotated[int, Field(ge=1, le=1000)] = 20

    @field_validator("films")
    @classmethod
    def _numbers_differ(cls, films: tuple[int, ...]) -> tuple[int, ...]:
        all_different("numbers of films", films)
        return films

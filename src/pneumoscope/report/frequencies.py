"""Shares as natural frequencies, which more readers understand than percentages."""

from dataclasses import dataclass

COARSEST, FINEST = 100, 10_000


@dataclass(frozen=True)
class Frequency:
    """So many of so many."""

    count: int
    of: int

    def __str__(self) -> str:
        """Return "94 of 100"."""
        return f"{self.count:,} of {self.of:,}"

    @property
    def rest(self) -> "Frequency":
        """The others of the same number."""
        return Frequency(self.of - self.count, self.of)


def frequency(share: float, of: int | None = None) -> Frequency:
    """Return a share as a count of 100, or of more where 100 would round it to none or all.

    Source: Gigerenzer and Hoffrage 1995, How to improve Bayesian reasoning without instruction.

    Args:
        share: In [0, 1].
        of: Count of this many, whatever rounding does.

    Raises:
        ValueError: The share lies outside [0, 1].
    """
    if not 0 <= share <= 1:
        raise ValueError(f"expected a share from 0 to 1, received {share}")
    size = of or COARSEST
    while of is None and size < FINEST and 0 < share < 1 and round(share * size) in (0, size):
        size *= 10
    return Frequency(round(share * size), size)

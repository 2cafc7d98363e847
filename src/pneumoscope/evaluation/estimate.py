"""An estimate: a number with its interval, or the reason why there is none."""

from collections.abc import Callable
from dataclasses import dataclass

from pneumoscope.decimals import decimal


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number computed from radiographs, from the evaluation to the report.

    Attributes:
        value: The number; None where it is undefined.
        low: Lower bound of its interval; None where there is no interval.
        high: Upper bound.
        reason: Why the value, or else its interval, is missing; None when nothing is.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str | None = None

    @classmethod
    def of(
        cls,
        value: float | None,
        interval: tuple[float, float] | None = None,
        reason: str | None = None,
    ) -> "Estimate":
        """Return an estimate with the bounds of an interval, or the reason why it has none."""
        low, high = interval or (None, None)
        return cls(value, low, high, reason)

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Both bounds of the interval, None without one."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def complement(self) -> "Estimate":
        """1 minus the value, for a value in [0, 1]: the share that is missed of what is found."""
        return self.mapped(lambda share: 1 - share)

    def scaled(self, factor: float) -> "Estimate":
        """Return the estimate in another unit, such as of 100."""
        return self.mapped(lambda value: factor * value)

    def mapped(self, function: Callable[[float], float]) -> "Estimate":
        """Apply a monotonic function to the value and both bounds; a falling one swaps these."""
        low, high = (None if end is None else function(end) for end in (self.low, self.high))
        if low is not None and high is not None and low > high:
            low, high = high, low
        return Estimate(
            None if self.value is None else function(self.value), low, high, self.reason
        )

    def __str__(self) -> str:
        """Return "0.982 (0.971 to 0.991)", or that there is no value and why."""
        if self.value is None:
            return f"no value ({self.reason})"
        if self.bounds is None:
            return decimal(self.value)
        return f"{decimal(self.value)} ({' to '.join(map(decimal, self.bounds))})"

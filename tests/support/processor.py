"""Processor time, told as that of a usual processor."""

import time

USUAL = 0.05
"""Seconds in which the processor that bounds were set on adds up a million numbers."""


def usual_seconds(begin: float) -> float:
    """Return the processor time since begin, as long as it would have been on a usual processor.

    Args:
        begin: `time.process_time()` of then, in seconds.
    """
    taken = time.process_time() - begin
    begin, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number
    return taken * min(1, USUAL / (time.process_time() - begin))

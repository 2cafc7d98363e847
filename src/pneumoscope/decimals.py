"""Numbers as text: the one place where they are rounded for a reader."""

MARKS = (0.0, 0.05, 0.5, 1.0, 100.0)
"""What a verdict compares with: none, `evaluation.verdict.MARGIN`, chance, all, all of 100."""

_ROUNDING = 1e-9
"""Nearer than this, a number is at the mark: sums of floating-point numbers are no nearer."""

_MOST = 9


def decimal(value: float, number_format: str = ".3f") -> str:
    """Return a number as text that is at a mark only where the number is.

    A lower bound of 0.0003 becomes "0.0003" and not "0.000", beside which "shown to be better"
    would read as a contradiction; 0.9996 does not become "1.000". What is zero bears no minus.

    Args:
        value: The number.
        number_format: A format; those that end in `f` or `%` get more digits where needed.
    """
    start, point, end = number_format.rpartition(".")
    if not point or end[-1:] not in ("f", "%"):
        return _unsigned(value, number_format)
    scale = 100 if end[-1] == "%" else 1
    for digits in range(int(end[:-1]), _MOST + 1):
        rounded = round(abs(value) * scale, digits) / scale
        if not any(_is_at(rounded, mark) and not _is_at(abs(value), mark) for mark in MARKS):
            return _unsigned(value, f"{start}.{digits}{end[-1]}")
    return _unsigned(value, number_format)


def _is_at(value: float, mark: float) -> bool:
    return abs(value - mark) < _ROUNDING


def _unsigned(value: float, number_format: str) -> str:
    text = format(value, number_format)
    return text if text.strip("-0.,%") else format(abs(value), number_format)


def percent(share: float) -> str:
    """Write a share that a user set as it was set: 0.01 as "1%", 0.125 as "12.5%".

    Args:
        share: In [0, 1].
    """
    return f"{100 * share:.6g}%"

"""Small phrases that captions are made of."""

from collections.abc import Mapping, Sequence

from pneumoscope.decimals import decimal
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Metric


def joined(words: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def extremes(values: Mapping[str, float]) -> tuple[str, str]:
    """Return the names of the greatest and the least value, the first of equals."""
    return max(values, key=lambda name: values[name]), min(values, key=lambda name: values[name])


def percent(share: float) -> str:
    """Return a share as "69.3%"; with more digits where fewer would make it 0% or 100%."""
    return decimal(share, ".1%")


def moved(difference: Estimate, up: str = "higher", down: str = "lower") -> str:
    """Return a difference that has a value as "lower by 0.100 (0.050 to 0.150)"."""
    assert difference.value is not None
    rises = difference.value >= 0
    return f"{up if rises else down} by {difference if rises else difference.scaled(-1)}"


def readable(name: str) -> str:
    """Return an identifier as words: "bytes_per_pixel" becomes "bytes per pixel"."""
    return str(name).replace("_", " ")


def rule_name(rule: str) -> str:
    """Return a rule for the threshold in words: "cost fn 5" becomes "cost: a miss 5"."""
    words = {" fn ": ": a miss ", " fp ": ", a false alarm ", " prevalence ": ", prevalence "}
    name = readable(rule)
    for short, long in words.items():
        name = name.replace(short, long)
    return name


def metric_name(metric: str) -> str:
    """Return a metric as it is written in running text."""
    return Metric(metric).label

"""Counts in sentences: the noun and the verb agree with the number."""


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return the count with its noun: "1 radiograph", "5,856 radiographs"."""
    return f"{count:,} {agreeing(count, noun, plural or noun + 's')}"


def agreeing(count: int, singular: str, plural: str) -> str:
    """Return the form of a verb or a noun that fits a count: "looks" of 1, "look" of 0 or 2."""
    return singular if count == 1 else plural


def counted_of(count: int, total: int, noun: str, singular: str, plural: str) -> str:
    """Return a part of a whole with its verb: "1 of 4 radiographs looks".

    Args:
        count: The part, which the verb follows.
        total: The whole, which the noun follows.
        noun: In the singular.
        singular: The verb, and what comes after, of one.
        plural: The same of none or several.
    """
    return f"{count:,} of {counted(total, noun)} {agreeing(count, singular, plural)}"

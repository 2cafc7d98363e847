"""What models, ensembles and protocols may be called."""

import re
from collections.abc import Container, Iterable

from pneumoscope.errors import InputError

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
"""What a model may be called: its name becomes a folder, a tag and part of catalog entries."""

TAKEN_BY_WINDOWS = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]
)
"""Names that no file may bear on Windows."""

TAKEN = TAKEN_BY_WINDOWS | frozenset(
    """
    data figures parameters
    comparison ensembles exchange litert rebalancing reporting shift training trains web_page
    """.split()  # noqa: SIM905
)
"""Names that entries of the catalog, tags, pipelines or Windows have taken for themselves."""


def check_names(where: str, names: Iterable[str], parameters: Container[str]) -> None:
    """Refuse names that cannot be a folder, a tag and part of a catalog entry at once.

    Args:
        where: The parameter that they stand in.
        names: Of models or protocols.
        parameters: Names that parameters bear.

    Raises:
        InputError: A name has other characters, or is taken.
    """
    for name in names:
        if not NAME.fullmatch(name):
            raise InputError(
                f"names of letters, digits and _ in `{where}`, a letter first, 64 at most",
                f"'{name}'",
                f"Call it '{_legal(name)}', for example.",
            )
        # `model_card_x` is an entry of its own.
        lower = name.lower()
        if lower in TAKEN or lower in parameters or lower.startswith("card_"):
            raise InputError(
                f"names in `{where}` that nothing else bears", f"'{name}'",
                f"Call it 'my_{name[:50]}', for example.",
            )  # fmt: skip


def _legal(name: str) -> str:
    return re.sub(r"^(?=[^A-Za-z])", "m", re.sub(r"[^A-Za-z0-9_]", "_", name))[:64]

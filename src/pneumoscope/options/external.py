"""Parameters of external tests."""

import re
from typing import Annotated

from pydantic import AfterValidator

from pneumoscope.errors import InputError
from pneumoscope.options.base import Text
from pneumoscope.options.names import TAKEN_BY_WINDOWS

SITE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
"""What a site may be called: its name becomes a file, a namespace and part of catalog entries."""


def _site(name: str) -> str:
    if not SITE.fullmatch(name):
        raise InputError(
            "names of sites of letters, digits, - and _, a letter or digit first, 64 at most",
            f"'{name}'",
            f"Call it '{_legal(name)}', for example.",
        )
    if name.lower() in TAKEN_BY_WINDOWS:
        raise InputError(
            "names of sites that can be a file on every system", f"'{name}'",
            f"Call it 'site_{name}', for example.",
        )  # fmt: skip
    return name


def _legal(name: str) -> str:
    legal = re.sub(r"[^A-Za-z0-9_-]", "-", name).lstrip("-_")
    return legal[:64] or "site"


Site = Annotated[str, AfterValidator(_site)]


def _version(named: str) -> str:
    _site(named.partition("@")[0])
    return named


SiteVersion = Annotated[Text, AfterValidator(_version)]
"""Name of a site, or "site@version" for one version of its update."""

ExternalOptions = dict[Site, Text | None]
"""Name of each site to the folder, or table, of its labelled films; null drops one."""

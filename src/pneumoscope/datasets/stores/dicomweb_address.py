"""What a user writes for films of a DICOM archive: its address, and which of its films."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from urllib.parse import parse_qsl, urlsplit

from pneumoscope.errors import InputError

SCHEME = "dicomweb+"
"""Before `http://` or `https://`: what answers there speaks DICOMweb."""

PROTOCOLS = (f"{SCHEME}https", f"{SCHEME}http")

FILMS = ("CR", "DX")
"""Modalities that are asked for where the address names none."""

_EXAMPLE = (
    f"Write for example {SCHEME}https://pacs.example/dicom-web?Modality=DX&StudyDate=20240131"
)


@dataclass(frozen=True)
class ArchiveAddress:
    """One archive, and a selection of what lies there.

    Attributes:
        url: Of the service, without a slash at its end.
        selected: Keyword of DICOM to the values of which one has to match.
    """

    url: str
    selected: Mapping[str, Sequence[str]]

    @property
    def queries(self) -> list[dict[str, str]]:
        """One query for each combination of values, for an archive takes one value a keyword.

        A keyword that any value suits is left out: not every archive takes `*` for that.
        """
        combined = (
            dict(zip(self.selected, values, strict=True))
            for values in product(*self.selected.values())
        )
        return [
            {keyword: value for keyword, value in one.items() if value != "*"} for one in combined
        ]


def is_archive(place: str) -> bool:
    """Tell whether a place is the address of a DICOM archive."""
    return place.startswith(tuple(f"{protocol}://" for protocol in PROTOCOLS))


def parse_archive(place: str) -> ArchiveAddress:
    """Take the address of a DICOM archive apart.

    Args:
        place: `dicomweb+https://host/path?Keyword=value&…`; of several values, joined by commas
            or each with the keyword, one has to match, and `*` stands for any. Without a
            modality CR and DX are asked for.

    Raises:
        InputError: It is none, has a name or password in it, or asks for what DICOM does not know.
    """
    parts = urlsplit(place.removeprefix(SCHEME))
    if not is_archive(place) or not parts.hostname or parts.fragment:
        raise InputError(
            f"the address of a DICOM archive, {SCHEME}https://…", f"'{place}'", _EXAMPLE
        )
    if "@" in parts.netloc:
        raise InputError(
            "an address without a name or password, which would end in logs",
            f"one that has it, at {parts.hostname}",
            "Put it into conf/local/credentials.yml: docs/dicom_results.md shows how.",
        )
    selected: dict[str, list[str]] = {}
    for keyword, values in parse_qsl(parts.query, keep_blank_values=True):
        _check_keyword(keyword)
        given = [value.strip() for value in values.split(",") if value.strip()]
        if not given:
            raise InputError(f"a value of {keyword} in the address", "none", _EXAMPLE)
        selected.setdefault(keyword, []).extend(given)
    selected.setdefault("Modality", list(FILMS))
    url = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
    return ArchiveAddress(url, selected)


def _check_keyword(keyword: str) -> None:
    from pydicom.datadict import tag_for_keyword

    if tag_for_keyword(keyword) is None:
        # What it stands for may be a secret: it is not shown.
        raise InputError(
            "keywords of DICOM in the address, such as Modality, StudyDate, StudyInstanceUID",
            f"'{keyword}'",
            _EXAMPLE,
        )

"""A DICOM archive by DICOMweb: instances found (QIDO-RS), read (WADO-RS) and stored (STOW-RS)."""

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from dicomweb_client.web import DICOMwebClient
from pydicom import dcmread
from requests.adapters import HTTPAdapter

from pneumoscope.errors import InputError, did_you_mean

PAGE = 500
"""Instances that are asked for at a time."""

LARGEST = 2**30
"""Bytes of an instance that is read; an archive does not tell its size beforehand."""

TIMEOUT = (10, 120)
"""Seconds for a connection, and between two pieces of an answer."""

CREDENTIALS = ("username", "password", "token", "ca_bundle", "client_cert", "client_key")

_CONNECTIONS = 64
_OF_WHAT_WAS_SENT = (
    HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.UNPROCESSABLE_ENTITY,
)  # fmt: skip
_CHUNK = 2**20
_STUDY, _SERIES, _INSTANCE = "0020000D", "0020000E", "00080018"
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_REASONS = {
    0x0110: "processing failure", 0x0111: "duplicate SOP instance", 0x0117: "invalid SOP instance",
    0x0122: "SOP class not supported", 0x0124: "not authorised",
}  # fmt: skip
_RANGES = {
    0xA7: "out of resources", 0xA9: "does not match its SOP class",
    **dict.fromkeys(range(0xC0, 0xD0), "not understood"),
}  # fmt: skip

# Its lines, and those of the connections below it, name patients' studies.
for _name in ("dicomweb_client", "retrying", "urllib3.connectionpool"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@dataclass(frozen=True, order=True)
class Instance:
    """Where an instance lies in an archive.

    Attributes:
        study: UID of its study.
        series: UID of its series.
        instance: Its own.
    """

    study: str = field(repr=False)
    series: str = field(repr=False)
    instance: str = field(repr=False)


@dataclass(frozen=True)
class Stored:
    """What an archive says of the instances that it was sent.

    Attributes:
        done: UIDs of those that it has stored.
        refused: UID to the reason of each that it has not.
    """

    done: frozenset[str]
    refused: Mapping[str, str]


class Archive:
    """One archive; certificates are always checked, and nothing is asked for twice.

    Args:
        url: Of the service.
        **credentials: `username` and `password`, or `token`; `ca_bundle`, a file of authorities;
            `client_cert` and `client_key`, files of one's own certificate.
    """

    def __init__(self, url: str, **credentials: str) -> None:
        self.url = url
        self._session = _session(url, credentials)
        # Stored in one piece: its own tries would send the rest of a piece that failed.
        self._client = DICOMwebClient(url, self._session, timeout=TIMEOUT, chunk_size=LARGEST)
        self._client.set_http_retry_params(retry=False)

    def find(self, query: Mapping[str, str], limit: int | None = None) -> Iterator[Instance]:
        """Find instances, page by page.

        Args:
            query: Keyword of DICOM to the value that it shall have.
            limit: How many at most; None for all.

        Raises:
            OSError: The archive does not answer, or not so that all of them can be known.
        """
        seen: set[Instance] = set()
        asked = 0
        while limit is None or len(seen) < limit:
            page = self._page(query, min(PAGE, limit or PAGE), asked)
            fresh = [one for one in dict.fromkeys(page) if one not in seen]
            if page and not fresh:
                raise OSError("it gives the same page again, so that not all films can be listed")
            if not page:
                return
            asked += len(page)
            seen.update(fresh)
            yield from fresh

    def _page(self, query: Mapping[str, str], limit: int, offset: int) -> list[Instance]:
        with answering():
            found = self._client.search_for_instances(
                limit=limit, offset=offset, search_filters=dict(query)
            )
            return [_instance(one) for one in found]

    def read(self, instance: Instance) -> bytes:
        """Return an instance as it is stored, in whatever transfer syntax.

        Raises:
            OSError: The archive does not give it, or it is too large.
        """
        parts = (instance.study, instance.series, instance.instance)
        study, series, own = (quote(part, safe="") for part in parts)
        accepted = 'multipart/related; type="application/dicom"; transfer-syntax=*'
        with (
            answering(),
            self._session.get(
                f"{self.url}/studies/{study}/series/{series}/instances/{own}",
                headers={"Accept": accepted}, stream=True, timeout=TIMEOUT,
            ) as answer,
        ):  # fmt: skip
            answer.raise_for_status()
            return _part(_body(answer), answer.headers.get("Content-Type", ""))

    def store(self, instances: Sequence[bytes]) -> Stored:
        """Store instances.

        Raises:
            OSError: The archive does not answer, or says of none what became of it.
        """
        sent = [dcmread(BytesIO(data)) for data in instances]
        with answering():
            try:
                said: Mapping[str, Any] = self._client.store_instances(sent).to_json_dict()
            except requests.HTTPError as error:
                # It may tell of each instance why it was not stored.
                said = _failures(error)
                if not said:
                    reason = str(_refused(error.response))
                    return Stored(frozenset(), {str(one.SOPInstanceUID): reason for one in sent})
        done = _uids(said, "00081199")
        failed = said.get("00081198", {}).get("Value", [])
        return Stored(frozenset(done), {_value(one, "00081155"): _reason(one) for one in failed})


@contextmanager
def answering() -> Iterator[None]:
    """Raise what goes wrong on the way as OSError without an address, which names a study."""
    try:
        yield
    except requests.HTTPError as error:
        raise _refused(error.response) from None
    except requests.exceptions.SSLError:
        raise PermissionError(
            "its certificate is not trusted: name the authority's file as ca_bundle"
        ) from None
    except requests.Timeout:
        raise OSError("it did not answer in time") from None
    except requests.RequestException as error:
        raise OSError(f"no connection to it ({type(error).__name__})") from None
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise OSError(f"its answer is not of DICOMweb ({type(error).__name__})") from None


class _Session(requests.Session):
    """A session whose own authorities go before those that a variable of the machine names."""

    def merge_environment_settings(self, *given: Any, **named: Any) -> Any:
        settings = super().merge_environment_settings(*given, **named)
        return {**settings, "verify": self.verify} if isinstance(self.verify, str) else settings


def _session(url: str, credentials: Mapping[str, str]) -> requests.Session:
    for name in credentials:
        if name not in CREDENTIALS:
            raise InputError(
                "credentials of a DICOM archive", f"'{name}'", did_you_mean(name, CREDENTIALS)
            )
    session = _Session()
    session.mount(url, HTTPAdapter(pool_connections=4, pool_maxsize=_CONNECTIONS))
    if username := credentials.get("username"):
        session.auth = (username, credentials.get("password", ""))
    if token := credentials.get("token"):
        session.headers["Authorization"] = f"Bearer {token}"
    if bundle := credentials.get("ca_bundle"):
        session.verify = _file(bundle)
    if certificate := credentials.get("client_cert"):
        key = credentials.get("client_key")
        session.cert = (_file(certificate), _file(key)) if key else _file(certificate)
    return session


def _file(named: str) -> str:
    path = Path(named).expanduser()
    if not path.is_file():
        raise InputError("a file of certificates", f"no file '{path}'", "Name one that is there.")
    return str(path)


def _instance(found: Mapping[str, Any]) -> Instance:
    return Instance(*(_value(found, tag) for tag in (_STUDY, _SERIES, _INSTANCE)))


def _value(found: Mapping[str, Any], tag: str) -> str:
    return str(found[tag]["Value"][0])


def _uids(said: Mapping[str, Any], sequence: str) -> list[str]:
    return [_value(one, "00081155") for one in said.get(sequence, {}).get("Value", [])]


def _failures(error: requests.HTTPError) -> Mapping[str, Any]:
    """Return what an error says of each instance, nothing where it only refuses what was sent.

    Raises:
        requests.HTTPError: It is no matter of what was sent.
    """
    with suppress(ValueError, KeyError, TypeError):
        said: Mapping[str, Any] = json.loads(error.response.content)
        if said["00081198"]["Value"]:
            return said
    if error.response.status_code in _OF_WHAT_WAS_SENT:
        return {}
    raise error


def _reason(failed: Mapping[str, Any]) -> str:
    code = int(failed["00081197"]["Value"][0])
    said = _REASONS.get(code) or _RANGES.get(code >> 8, "a reason of its own")
    return f"{said} ({code:04X})"


def _refused(answer: requests.Response) -> OSError:
    code = answer.status_code
    phrase = HTTPStatus(code).phrase if code in set(HTTPStatus) else "an unknown status"
    said = f"{code} {phrase}"
    if code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return PermissionError(f"it refuses the credentials ({said})")
    if code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return FileNotFoundError(f"it has none there ({said})")
    return OSError(f"it answers {said}")


def _body(answer: requests.Response) -> bytes:
    pieces, size = [], 0
    for piece in answer.iter_content(_CHUNK):
        size += len(piece)
        if size > LARGEST:
            raise FileNotFoundError(f"it is larger than {LARGEST:,} bytes")
        pieces.append(piece)
    return b"".join(pieces)


def _part(body: bytes, kind: str) -> bytes:
    """Return the only part of an answer in parts; some archives send it alone."""
    if kind.lower().startswith("application/dicom"):
        return body
    found = _BOUNDARY.search(kind)
    if found is None or not kind.lower().startswith("multipart/related"):
        raise OSError("its answer is no DICOM")
    marker = b"--" + found[1].encode()
    start, end = body.index(marker), body.rindex(b"\r\n" + marker)
    return body[body.index(b"\r\n\r\n", start) + 4 : end]

"""The closed list of what lies beside radiographs and is none; any other file has to be read."""

import re
import unicodedata
from fnmatch import translate
from functools import cache
from pathlib import PurePosixPath

LITTER = "not a radiograph: on the list of known litter"
"""Reason of a file that passes without a warning; every other reason counts as a refusal."""

LEFT_OUT = "left out on purpose"
"""How the reason of a file begins that a folder, a label or a view leaves out: it is not read."""

LITTER_FOLDERS = (
    "__macosx", "@eadir", "#recycle", "$recycle.bin", "system volume information", "lost+found",
    ".appledouble", ".documentrevisions-v100", ".fseventsd", ".spotlight-v100", ".temporaryitems",
    ".trashes", ".trash-*", ".git", ".svn", ".dvc", ".ipynb_checkpoints",
)  # fmt: skip
"""Folders of operating systems, network drives and tools: nothing below them is a radiograph."""

LITTER_FILES = (
    ".ds_store", "._*", "icon\r", "icon\\x0d", ".localized", ".volumeicon.icns", ".apdisk",
    "thumbs.db", "thumbs.db:encryptable", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini",
    ".directory", ".nfs*", ".git", ".gitignore", ".gitattributes", ".gitkeep", ".keep",
    ".dvcignore", ".pneumoscope",
)  # fmt: skip
"""Files of the same; `Icon` ends in a carriage return, as it is or escaped."""

DOCUMENTS = (
    "*.txt", "*.md", "*.rst", "*.csv", "*.tsv", "*.json", "*.xml", "*.yml", "*.yaml", "*.html",
    "*.htm", "*.log", "*.py", "*.sh", "*.dvc", "readme", "license", "licence", "citation",
    "md5sums", "sha1sums", "sha256sums",
)  # fmt: skip
"""Names of text that accompanies a collection; litter only if the content is text."""

SPREADSHEETS = ("*.xlsx", "*.xlsm", "*.ods", "*.xls")
"""Names of tables that are no text; litter only if the content is a spreadsheet's."""

_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # zip, and OLE of old

_HEAD = 4096
_BINARY = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1b")
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


def is_litter(path: str) -> bool:
    """Tell whether a path is known litter, by the names in it and whatever their case.

    A path that ends in `/` is a folder that was not entered. One that names nothing, as an empty
    one or `.`, is no litter.
    """
    parts = [_fold(part) for part in PurePosixPath(path).parts]
    # An empty path has no last part.
    folders, name = (parts, "") if path.endswith("/") else (parts[:-1], "".join(parts[-1:]))
    below = any(_matches(folder, LITTER_FOLDERS) for folder in folders)
    return below or _matches(name, LITTER_FILES)


def may_be_litter(path: str) -> bool:
    """Tell whether a path is of litter, or of text that is litter unless its content is a film."""
    name = _fold(PurePosixPath(path).name)
    return is_litter(path) or _matches(name, (*DOCUMENTS, *SPREADSHEETS))


def is_document(path: str, data: bytes) -> bool:
    """Tell whether a file is text by its name and by its content: a renamed film is neither.

    Likewise a spreadsheet.
    """
    if is_spreadsheet(path, data):
        return True
    return _matches(_fold(PurePosixPath(path).name), DOCUMENTS) and is_text(data[:_HEAD])


def is_spreadsheet(path: str, data: bytes) -> bool:
    """Tell whether a file is a spreadsheet by its name and by how its content begins."""
    return is_called_spreadsheet(path) and data.startswith(_ARCHIVES)


def is_called_spreadsheet(path: str) -> bool:
    """Tell whether a file is a spreadsheet by its name."""
    return _matches(_fold(PurePosixPath(path).name), SPREADSHEETS) and not is_litter(path)


def is_text(data: bytes) -> bool:
    """Tell whether bytes are text: marked as UTF-16, or without control characters."""
    return data.startswith(_BYTE_ORDER_MARKS) or data.translate(None, _BINARY) == data


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return _any_of(patterns).match(name) is not None


@cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(translate(pattern) for pattern in patterns))


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()

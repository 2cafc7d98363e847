"""File names as text that any table can hold: one name a key, from which it can be restored."""

import re

_UNSAFE = re.compile(
    r"\\"  # the escape character itself, so that no two names share a key
    r"|[\x00-\x1f\x7f-\x9f\u2028\u2029]"  # ends a row of a CSV file or moves a terminal's cursor
    r"|[\u202a-\u202e\u2066-\u2069]"  # turns round what is written after it, too
    r"|[\ud800-\udfff]"  # a byte in another encoding reaches Python as a lone surrogate
    # A spreadsheet computes a cell that begins so, a semicolon begins one in half of Europe.
    r"|(?:^|(?<=[,;|]))[=+\-@＝＋－＠]"
)
_ESCAPED = re.compile(r"\\(\\|x[0-9a-f]{2}|u[0-9a-f]{4})")


def escape_name(name: str) -> str:
    r"""Return a path as printable text: `\xNN` or `\uNNNN` for what a table cannot hold.

    Backslashes are doubled. Escaped are control characters, line separators, marks that turn the
    direction of writing, bytes in another encoding, and `= + - @` where a cell of a spreadsheet
    could begin with them. Different paths give different texts, and `unescape_name` returns the
    path.
    """
    return _UNSAFE.sub(lambda found: _code(found[0]), name)


def unescape_name(text: str) -> str:
    """Return the path that `escape_name` made the text of."""
    return _ESCAPED.sub(lambda f: "\\" if f[1] == "\\" else chr(int(f[1][1:], 16)), text)


def _code(character: str) -> str:
    if character == "\\":
        return "\\\\"
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

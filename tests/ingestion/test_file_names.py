import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pneumoscope.ingestion.file_names import escape_name, unescape_name

ANY_NAME = st.text(st.characters(), max_size=20)
"""Any code point, lone surrogates among them, as names of a file system reach Python."""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("train/NORMAL/a b-1.jpeg", "train/NORMAL/a b-1.jpeg"),
        ("niño/größe.png", "niño/größe.png"),
        ("Icon\r", r"Icon\x0d"),
        ("caf\udce9.jpeg", r"caf\udce9.jpeg"),
        (r"caf\udce9.jpeg", r"caf\\udce9.jpeg"),
        ("=cmd|' C calc'!A0.jpeg", r"\x3dcmd|' C calc'!A0.jpeg"),
        ("@SUM(1+1).jpeg", r"\x40SUM(1+1).jpeg"),
        ("-1.jpeg", r"\x2d1.jpeg"),
        ("a;=1+1.jpeg", r"a;\x3d1+1.jpeg"),
        ("＝1.jpeg", r"\uff1d1.jpeg"),
        ("\u202egepj.exe", r"\u202egepj.exe"),
        ("a\u2067b.jpeg", r"a\u2067b.jpeg"),
        ("שלום\u200f.jpeg", "שלום\u200f.jpeg"),
    ],
)
def test_only_what_a_table_cannot_hold_is_escaped(name, text):
    assert escape_name(name) == text


@given(ANY_NAME)
def test_the_name_can_be_restored_from_the_text(name):
    # So no two names share a text.
    assert unescape_name(escape_name(name)) == name


@given(ANY_NAME)
def test_a_text_is_one_cell_of_one_row_that_no_spreadsheet_computes(name):
    text = escape_name(name)
    text.encode()
    assert not text.startswith(tuple("=+-@"))
    assert len(text.splitlines()) <= 1
    written = io.StringIO()
    csv.writer(written).writerow([text, "reason"])
    assert list(csv.reader(io.StringIO(written.getvalue()))) == [[text, "reason"]]

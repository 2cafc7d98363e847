"""What a module needs, by hand, for each way to import."""

from pathlib import Path

import pytest

from pneumoscope.stages.imports import Package

FILES = {
    "__init__.py": '"""Nothing but prose."""',
    "plain.py": "import os",
    "user.py": "from kit.plain import thing",
    "user_of_user.py": "import kit.user",
    "lazy.py": "def f():\n    from kit import plain\n    return plain",
    "typed.py": (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from kit import plain\nelse:\n    from kit import user_of_user\n"
    ),
    "relative.py": "from .room import one",
    "by_name.py": "FAMILY = 'kit.plain'",
    "put_together.py": "from importlib import import_module\nimport_module(f'kit.room.{1}')",
    "room/entries.py": "ENTRY = f'{__package__}.one:build'\nOTHER = 'kit.user.thing'",
    "circular_a.py": "from kit import circular_b",
    "circular_b.py": "from kit import circular_a",
    "everything.py": "from kit.room import *",
    "room/__init__.py": "",
    "room/one.py": "from .. import plain",
    "room/two.py": "from . import one",
    "face/__init__.py": (
        '"""A face."""\nfrom kit.face.a import A\nfrom kit.face.b import B as Bee\n__all__ = ["A"]'
    ),
    "face/a.py": "A = 1",
    "face/b.py": "B = 2",
    "through_face.py": "from kit.face import Bee",
    "whole_face.py": "import kit.face",
    "busy/__init__.py": "from kit.plain import thing\nthing()",
    "busy/one.py": "",
    "pages/__init__.py": "",
    "pages/page.py": "PLACE = 'pages' + \"/templates\"",
    "pages/reader.py": 'open("words.txt")',
    "pages/words.txt": "one",
    "pages/templates/page.html": "<p>",
    "pages/templates/__pycache__/x.cpython-311.pyc": "",
}


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources") / "kit"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return Package(folder)


@pytest.mark.parametrize(
    ("module", "needed"),
    [
        ("plain", ["plain.py"]),
        ("user", ["plain.py", "user.py"]),
        ("user_of_user", ["plain.py", "user.py", "user_of_user.py"]),
        ("lazy", ["lazy.py", "plain.py"]),
        ("typed", ["plain.py", "typed.py", "user.py", "user_of_user.py"]),
        ("relative", ["plain.py", "relative.py", "room/__init__.py", "room/one.py"]),
        ("room.two", ["plain.py", "room/__init__.py", "room/one.py", "room/two.py"]),
        ("by_name", ["by_name.py", "plain.py"]),
        ("put_together", [
            "plain.py", "put_together.py", "room/__init__.py", "room/entries.py", "room/one.py",
            "room/two.py", "user.py",
        ]),
        ("room.entries", [
            "plain.py", "room/__init__.py", "room/entries.py", "room/one.py", "user.py",
        ]),
        ("circular_a", ["circular_a.py", "circular_b.py"]),
        ("through_face", ["face/__init__.py", "face/b.py", "through_face.py"]),
        ("whole_face", ["face/__init__.py", "face/a.py", "face/b.py", "whole_face.py"]),
        ("everything", ["everything.py", "room/__init__.py"]),
        ("busy.one", ["busy/__init__.py", "busy/one.py", "plain.py"]),
        ("pages.reader", ["pages/__init__.py", "pages/reader.py", "pages/words.txt"]),
        ("pages.page", ["pages/__init__.py", "pages/page.py", "pages/templates/page.html"]),
    ],
)  # fmt: skip
def test_each_way_to_import_counts(kit, module, needed):
    found = kit.needed_by([f"kit.{module}"])
    relative = sorted(file.relative_to(kit.folder).as_posix() for file in found)
    assert relative == sorted(["__init__.py", *needed])


def test_a_root_that_is_no_module_is_refused(kit):
    with pytest.raises(KeyError, match=r"kit\.nothing"):
        kit.needed_by(["kit.nothing"])


def test_what_another_package_is_made_of_does_not_count(tmp_path: Path):
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit/__init__.py").write_text("import numpy, json\nfrom os import path")
    assert Package(tmp_path / "kit").needed_by(["kit"]) == {tmp_path / "kit/__init__.py"}

"""What is installed: everything that may be is locked with hashes, and the lock names no place."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
LOCK = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
PLATFORMS = [
    {"sys_platform": "linux", "platform_machine": "x86_64", "platform_system": "Linux"},
    {"sys_platform": "linux", "platform_machine": "aarch64", "platform_system": "Linux"},
    {"sys_platform": "darwin", "platform_machine": "arm64", "platform_system": "Darwin"},
    {"sys_platform": "win32", "platform_machine": "AMD64", "platform_system": "Windows"},
]
PYTHONS = ["3.11", "3.12", "3.13"]


def locked() -> list[tuple[Requirement, list[str]]]:
    """Give each locked package with its hashes."""
    blocks = re.split(r"\n(?=\S)", LOCK.strip())
    return [
        (Requirement(block.split("\\")[0].strip()), re.findall(r"--hash=sha256:(\w+)", block))
        for block in blocks
    ]


def asked_for() -> dict[str, Requirement]:
    project = DECLARED["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *(line for lines in extras.values() for line in lines)]
    return {line: Requirement(line) for line in asked if not line.startswith("pneumoscope[")}


def test_every_locked_package_has_its_version_and_hashes():
    for requirement, hashes in locked():
        assert [item.operator for item in requirement.specifier] == ["=="], requirement
        assert hashes, requirement
        assert all(len(value) == 64 for value in hashes)


def test_the_lock_names_no_index():
    assert re.findall(r"\S*(?:://|index-url|find-links)\S*", LOCK) == []


def test_what_the_project_asks_for_is_locked_on_each_platform_and_python():
    missing = []
    for place in PLATFORMS:
        for python in PYTHONS:
            where = {**place, "python_version": python, "python_full_version": f"{python}.1"}
            versions = {
                canonicalize_name(one.name): next(iter(one.specifier)).version
                for one, _ in locked()
                if one.marker is None or one.marker.evaluate(where)
            }
            missing += [
                (line, where)
                for line, asked in asked_for().items()
                if (asked.marker is None or asked.marker.evaluate(where))
                and not fits(asked, versions.get(canonicalize_name(asked.name)))
            ]
    assert missing == []


def fits(asked: Requirement, version: str | None) -> bool:
    return version is not None and asked.specifier.contains(version, prereleases=True)


def test_the_supported_pythons_are_the_same_everywhere():
    supported = Requirement(f"python{DECLARED['project']['requires-python']}").specifier
    assert [supported.contains(f"{version}.0") for version in ("3.10", *PYTHONS, "3.14")] == [
        False, True, True, True, False,
    ]  # fmt: skip
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert f"VERSIONS := {' '.join(PYTHONS)}\n" in makefile
    assert DECLARED["tool"]["mypy"]["python_version"] == PYTHONS[0]


def test_what_the_service_installs_is_a_part_of_the_lock_without_what_trains():
    blocks = set(re.split(r"\n(?=\S)", LOCK.strip()))
    serving = (PROJECT / "requirements-serve.lock").read_text(encoding="utf-8")
    own = set(re.split(r"\n(?=\S)", serving.strip()))
    assert {_pinned(block) for block in own} <= {_pinned(block) for block in blocks}
    assert all("--hash=sha256:" in block for block in own)
    names = {_pinned(block).partition("==")[0] for block in own}
    assert not names & {"tensorflow", "tensorflow-cpu", "keras", "kedro", "onnx", "scikit-learn"}
    asked = (PROJECT / "requirements-serve.in").read_text(encoding="utf-8").splitlines()
    assert {line for line in asked if line and not line.startswith("#")} <= names


def _pinned(block: str) -> str:
    """Give name and version of a locked package, without where it is for."""
    return block.split("\\")[0].split(";")[0].strip()

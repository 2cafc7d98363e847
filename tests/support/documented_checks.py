"""What is wrong with a command of the documentation, by the parsers that would read it."""

import ast
import re
import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import click
import yaml
from documented import PROJECT, Command
from documented_kedro import ENVIRONMENTS, Fault, check_kedro, check_pneumoscope, check_stage

from pneumoscope.command_line import split_params
from pneumoscope.errors import InputError

MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")

OTHER_PROGRAMS = {
    ".venv/bin/pip": "installs packages",
    ".venvScriptsactivate": "of Windows, and a POSIX shell's reading of it",
    "Orthanc": "another project's server",
    "cat": "writes a file that the page shows",
    "cd": "a folder of a finished run",
    "curl": "asks a server that runs elsewhere",
    "dask": "another project's command; its servers are tested in tests/test_cluster.py",
    "docker": "no engine is at hand",
    "export": "sets a variable",
    "find": "a command of the system",
    "git": "a command of the system",
    "grep": "a command of the system",
    "mkdir": "a command of the system",
    "mlflow": "another project's server; tests/pipelines/test_tracking_run.py starts it",
    "moto_server": "another project's server; it is started in tests/datasets/stores",
    "pip": "installs packages",
    "py": "of Windows",
    "sed": "a command of the system",
    "serve/bin/python": "an environment that the page has just made",
    "source": "sets the variables of a shell",
    "sudo": "changes the machine",
}
"""Programs that the project does not own, and why their words are not read here."""

OTHER_OPTIONS = {"--stop-timeout": "docker", "--resources": "dask"}
"""Options that pages name without their command, of programs that are not read."""

OTHER_VARIABLES = {"NO_COLOR", "TF_CPP_MIN_LOG_LEVEL", "KERAS_BACKEND", "KEDRO_ENV"}
"""Variables that Kedro, Keras, TensorFlow and rich read."""


def fault_of(command: Command) -> str:
    """Say what is wrong with a command; empty if it would be accepted."""
    try:
        _check_variables(command.variables)
        program, words = command.words[0], list(command.words[1:])
        if program not in OTHER_PROGRAMS:
            check = PROGRAMS.get(program)
            if check is None:
                raise Fault(f"no check for the program {program!r}")
            check(words)
    except click.MissingParameter as fault:
        return "" if command.in_prose else fault.format_message()
    except click.ClickException as fault:
        return fault.format_message()
    except (Fault, InputError) as fault:
        return " ".join(str(fault).split())
    return ""


def _check_variables(names: Sequence[str]) -> None:
    weights = {f"{name.upper()}_WEIGHTS" for name in _blocks()}
    read = _read_variables() | weights | OTHER_VARIABLES | set(_make_variables())
    if unknown := set(names) - read:
        raise Fault(f"nothing reads {sorted(unknown)}")


@cache
def _read_variables() -> set[str]:
    sources = "\n".join(file.read_text("utf-8") for file in (PROJECT / "src").rglob("*.py"))
    tests = "\n".join(file.read_text("utf-8") for file in (PROJECT / "tests").rglob("test_*.py"))
    asked = re.findall(r'environ(?:\.get)?[\[(]"([A-Z_]+)"', tests)
    return {*re.findall(r'"([A-Z][A-Z_]+)"', sources), *asked}


@cache
def _blocks() -> set[str]:
    return {
        name
        for file in (PROJECT / "conf").rglob("parameters.yml")
        for name in yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    }


def _make(words: list[str]) -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    for word in words:
        if "=" in word and word.split("=")[0] not in _make_variables():
            raise Fault(f"the Makefile reads no {word!r}")
        if "=" not in word and word not in targets:
            raise Fault(f"no target {word!r}")


def _make_variables() -> list[str]:
    return re.findall(r"^([A-Z_]+) *[?:]=", MAKEFILE, re.MULTILINE)


def _dvc(words: list[str]) -> None:
    import contextlib
    import io

    from dvc.cli import DvcParserError, parse_args

    try:
        with contextlib.redirect_stderr(io.StringIO()):
            given = parse_args(words)
    except (DvcParserError, SystemExit) as error:
        raise Fault(f"dvc does not take {words}") from error
    if given.cmd == "repro":
        for target in given.targets:
            check_stage(target)
    for change in getattr(given, "set_param", None) or []:
        file, _, path = change.partition(":")
        split_params(None, None, path)
        _exists(file)


def _python(words: list[str]) -> None:
    match words:
        case ["-m", "pneumoscope", *rest]:
            check_pneumoscope(rest)
        case ["-m", ("venv" | "http.server"), *_] | ["-c", *_] | ["example.py", *_]:
            return
        case [script, *rest]:
            _exists(script)
            check_script(PROJECT / script, rest)


def check_script(script: Path, words: Sequence[str]) -> None:
    known = options_of(script)
    for word in words:
        name = word.split("=")[0]
        if word.startswith("--") and name not in known:
            raise Fault(f"{script.name} takes no {name}; it takes {sorted(known)}")


def options_of(script: Path) -> set[str]:
    """Give the options that a script names, and those of `timing.arguments` if it takes them."""
    tree = list(ast.walk(ast.parse(script.read_text(encoding="utf-8"))))
    found = {
        node.value
        for node in tree
        if isinstance(node, ast.Constant) and re.fullmatch("--[a-z-]+", str(node.value))
    }
    calls = {getattr(node.func, "id", "") for node in tree if isinstance(node, ast.Call)}
    shared = options_of(script.with_name("timing.py")) if "arguments" in calls else set()
    return found | shared | {"--help"}


def _pytest(words: list[str]) -> None:
    for word in words:
        if "/" in word:
            _exists(word)


def _uv(words: list[str]) -> None:
    extras = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    for option, word in zip(["", *words], words, strict=False):
        for named in re.findall(r"(?:^|pneumoscope|\.)\[([a-z0-9_,]+)\]", word):
            if unknown := set(named.split(",")) - set(extras):
                raise Fault(f"no extra {sorted(unknown)}")
        if option in ("--constraints", "-r", "--requirement"):
            _exists(word)


def _jupyter(words: list[str]) -> None:
    for word in words:
        if word.endswith(".ipynb"):
            _exists(word)


def _exists(path: str) -> None:
    if not (PROJECT / path).exists():
        raise Fault(f"no file {path}")


PROGRAMS: dict[str, Callable[[list[str]], None]] = {
    "kedro": check_kedro,
    "make": _make,
    "dvc": _dvc,
    "python": _python,
    ".venv/bin/python": _python,
    "pneumoscope": check_pneumoscope,
    "pytest": _pytest,
    ".venv/bin/pytest": _pytest,
    "uv": _uv,
    ".venv/bin/uv": _uv,
    "jupyter": _jupyter,
}


def fault_of_options(fragment: Command) -> str:
    """Say what is wrong with options named without their command: some command must take them."""
    known = _every_option()
    names = [word.split("=")[0] for word in fragment.words if word.startswith("--")]
    for name in names:
        if name not in known and not name.endswith("-…"):
            return f"no command takes {name}"
    if "--params" in names[:1] and len(fragment.words) > 1 and "=" in fragment.words[1]:
        return _fault_of_params(fragment.words[1])
    return ""


def _fault_of_params(text: str) -> str:
    if text in ("key=value,key=value", "cluster="):
        return ""
    faults = []
    for env in [one for one in ENVIRONMENTS if one != "local"]:
        faults.append(
            fault_of(Command("", text, (), ("kedro", "run", "-e", env, "--params", text)))
        )
        if not faults[-1]:
            return ""
    return faults[0]


@cache
def _every_option() -> set[str]:
    from pneumoscope import cli
    from pneumoscope.inference.command import _parser as predict
    from pneumoscope.serving.command import _parser as serve

    clicks = [cli.run, *cli.cli.commands.values()]
    found = {name for command in clicks for option in command.params for name in option.opts}
    for parser in (predict(), serve("", {})):
        found |= {name for action in parser._actions for name in action.option_strings}
    for script in (PROJECT / "benchmarks").glob("*.py"):
        found |= options_of(script)
    return found | set(OTHER_OPTIONS)

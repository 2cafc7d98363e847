"""Nothing that is read can carry code: no pickle, no evaluation of text, in the whole package."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
MODULES = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "torch"}
CALLS = {"eval", "exec", "compile", "read_pickle", "to_pickle", "unsafe_load", "full_load"}
"""Functions and methods by their last name; `re.compile` and Keras's `compile` are other ones."""


def offences(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            names = []
        yield from (f"import {name}" for name in names if MODULES & set(name.split(".")))
        if isinstance(node, ast.Call):
            yield from _calls(node)


def _calls(node: ast.Call) -> Iterator[str]:
    function = node.func
    if isinstance(function, ast.Name) and function.id in CALLS:
        yield function.id
    if isinstance(function, ast.Attribute) and function.attr in CALLS - {"compile", "eval"}:
        yield function.attr
    for given in node.keywords:
        value = given.value.value if isinstance(given.value, ast.Constant) else None
        if (given.arg, value) in {("allow_pickle", True), ("safe_mode", False), ("shell", True)}:
            yield f"{given.arg}={value}"
    if isinstance(function, ast.Attribute) and function.attr == "load":
        loaded = ast.unparse(function.value)
        named = {given.arg for given in node.keywords}
        if loaded == "np" and "allow_pickle" not in named:
            yield "np.load without allow_pickle=False"
        if loaded == "yaml" and "Loader" not in named:
            yield "yaml.load without a loader"


def test_no_module_reads_what_can_carry_code():
    files = sorted(SOURCE.rglob("*.py"))
    assert len(files) > 100
    found = {
        str(file.relative_to(SOURCE)): told
        for file in files
        if (told := list(offences(file.read_text(encoding="utf-8"))))
    }
    assert found == {
        # What processes of one run on a cluster hand each other; dask itself pickles every task.
        "pneumoscope/node_group.py": ["import kedro_datasets.pickle"],
        # What a run hands the processes that it starts, through pipes that nobody else writes to.
        "pneumoscope/plots/figure_processes.py": ["import pickle"],
    }


@pytest.mark.parametrize(
    "line",
    [
        "import pickle", "from kedro_datasets.pickle import PickleDataset",
        "from joblib import load", "np.load(f)", "np.load(f, allow_pickle=True)",
        "eval(text)", "frame.to_pickle(f)", "import torch", "yaml.load(t)",
        "keras.models.load_model(f, safe_mode=False)", "subprocess.run(c, shell=True)",
    ],
)  # fmt: skip
def test_each_way_would_be_found(line):
    assert len(list(offences(line))) == 1


@pytest.mark.parametrize(
    "line", ["re.compile(p)", "np.load(f, allow_pickle=False)", "json.load(f)", "model.eval()"]
)
def test_what_carries_no_code_is_let_be(line):
    assert list(offences(line)) == []

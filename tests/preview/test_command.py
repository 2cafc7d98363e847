"""`kedro check` as a user types it: it writes nothing, and the command that it names works."""

import hashlib
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import collections_made as made
import pytest

PROJECT = Path(__file__).parents[2]
KEDRO = str(Path(sys.executable).with_name("kedro"))


def written(folder, files):
    for path, read in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(read())
    return folder


def state(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def run(arguments, results):
    dropped = {"RADIOGRAPHS", "FILMS", "KEDRO_ENV", "KEDRO_LOGGING_CONFIG"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    words = shlex.split(arguments)
    variables = dict(word.split("=", 1) for word in words[: words.index("kedro")])
    return subprocess.run(
        [KEDRO, *words[words.index("kedro") + 1 :]],
        cwd=PROJECT,
        env={**kept, **variables, "RESULTS": str(results), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def flat():
    return made.files(f"{kind}-{n}.png" for n in range(20) for kind in ("normal", "pneumonia"))


def of_patients():
    kinds = [(part, kind) for part in ("train", "test") for kind in ("NORMAL", "PNEUMONIA")]
    return made.files(
        f"{part}/{kind}/images/patient{100 * block + n}/study1/x.png"
        for block, (part, kind) in enumerate(kinds)
        for n in range(10)
    )


def listed():
    films = made.files(f"{n:02}.png" for n in range(40))
    rows = [[path, ["NORMAL", "PNEUMONIA"][n % 2], f"p{n // 4}"] for n, path in enumerate(films)]
    # Patients with films of both classes count as ill; every second has one class alone.
    rows = [[path, label if int(p[1:]) % 2 else "NORMAL", p] for path, label, p in rows]
    return films | {"own labels.csv": made.table(["file", "label", "patient"], rows)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "params", "policy", "proof"),
    [(flat, "", "pooled", False), (of_patients, "", "official", True),
     (listed, "labels={folder}/own labels.csv", "pooled", True)],
)  # fmt: skip
def test_the_command_that_is_named_works_and_check_writes_nothing(
    files, params, policy, proof, tmp_path
):
    folder, results = written(tmp_path / "my films", files()), tmp_path / "results"
    before = state(tmp_path)
    asked = f"--params {shlex.quote(params.format(folder=folder))}" if params else ""
    checked = run(f"kedro check {shlex.quote(str(folder))} {asked}", results)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert state(tmp_path) == before
    assert not results.exists()
    assert f"splits: {policy}" in checked.stdout
    assert ("Nothing will prove" in checked.stdout) != proof

    command = checked.stdout.splitlines()[-1].removeprefix("Next: ")
    done = run(f"{command} --pipelines=ingestion,rebalancing,preprocessing", results)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path: state(tmp_path).get(path) for path in before} == before
    audit = json.loads((results / "08_reporting/split_audit.json").read_text())
    assert audit["policy"] == policy
    said = " ".join(audit["checks"])
    assert ("By their patient keys, none of" in said) == proof
    assert ("nothing here proves" in said) != proof


@pytest.mark.slow
def test_what_would_stop_a_run_ends_in_an_exit_status_of_1(tmp_path):
    folder = written(tmp_path / "films", made.files(["NORMAL/1.png"]))
    checked = run(f"kedro check {folder}", tmp_path / "results")
    assert checked.returncode == 1
    assert "none of PNEUMONIA among 1" in checked.stdout
    missing = run(f"kedro check {tmp_path / 'nowhere'}", tmp_path / "results")
    assert missing.returncode == 1
    assert missing.stderr.startswith("Expected: a folder of radiographs")

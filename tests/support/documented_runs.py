"""A small clone of the project, and the commands of its pages as they run there."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import collections_made
import dicom_collection
import yaml
from documented import PROJECT, Command, blocks, inline
from documented_checks import OTHER_PROGRAMS, PROGRAMS
from orthanc import free_port

RUNS = yaml.safe_load(Path(__file__).with_name("documented_runs.yml").read_text("utf-8"))
LEFT_OUT: dict[str, str] = RUNS["left_out"]
INSTEAD: dict[str, str] = RUNS["instead"]
SERVES: list[str] = RUNS["serves"]
REFUSED: dict[str, str] = RUNS["refused"]
NEEDS: dict[str, list[str]] = RUNS["needs"]
PLACEHOLDERS: dict[str, str] = RUNS["placeholders"]

PATIENCE_S = 1800
FAR_AHEAD = 4_102_444_800
"""2100-01-01, in seconds."""
ENVIRONMENT = re.compile(r"(?:--env[ =]|KEDRO_ENV=)(\w+)")
NEW_FILMS = 3

SMALLER = (
    (r"\bepochs: \d+", "epochs: 1"),
    (r"\bpatients: 400\b", "patients: 60"),
    (r"\bshorter_side: \[.*?\]", "shorter_side: [96, 128]"),
    (r"\bworking_side: \d+", "working_side: 64"),
    (r"\bsize: \[\d+, \d+\]", "size: [32, 32]"),
    (r"\bside: \d+", "side: 32"),
    (r"\bfilters: \[.*?\]", "filters: [4, 8]"),
    (r"\bunits: \[.*?\]", "units: [16]"),
    (r"\bsample: 40\b", "sample: 4"),
    (r"\brandomisations: \d+", "randomisations: 1"),
    (r"\bcopies: \d+", "copies: 3"),
    (r"\bseeds: 3\b", "seeds: 1"),
    (r"\bvalidation_share: 0\.1\d*", "validation_share: 0.3"),
    (r",imagenet\}", ",null}"),   # no network
    (r"\bprecision: auto", "precision: float32"),   # speed would decide whether a model is exported
)  # fmt: skip
"""What makes `conf/` small: each takes effect in some environment."""


def commands_of(page: Path) -> list[str]:
    """Give each command of a page once: those of its blocks in their order, then of its prose."""
    every: list[Command] = [command for block in blocks(page) for command in block]
    every += inline(page, {*PROGRAMS, *OTHER_PROGRAMS})
    return list(dict.fromkeys(command.text for command in every))


def missing(page: Path) -> dict[str, str]:
    """Give the commands of a page whose program is not on this machine, and its name."""
    every = commands_of(page)
    return {
        text: program
        for program, texts in NEEDS.items()
        for text in texts
        if text in every and shutil.which(program) is None
    }


def substituted(text: str) -> str:
    """Give the line of shell that runs a command."""
    line = INSTEAD.get(text)
    if line is None:
        line = text
        for placeholder, value in PLACEHOLDERS.items():
            line = line.replace(placeholder, value)
    # An answer that refuses is no success.
    return re.sub(r"^curl ", "curl --fail --silent --show-error ", line)


def smaller(conf: Path) -> None:
    """Make every environment small enough to run in about a minute."""
    files = [
        file for file in conf.glob("*/**/*.yml") if file.name in ("parameters.yml", "globals.yml")
    ]
    for pattern, value in SMALLER:
        changed = 0
        for file in files:
            text, count = re.subn(pattern, value, file.read_text("utf-8"))
            file.write_text(text, "utf-8")
            changed += count
        assert changed, f"nothing in {conf} looks like {pattern}"


@dataclass
class Reader:
    """Who runs the commands of a page, in a clone of the project.

    Attributes:
        work: Folder of everything.
        given: Variables that the shell knows.
        done: Lines that have run without an error, each but once.
    """

    work: Path
    given: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    @property
    def clone(self) -> Path:
        """The project."""
        return self.work / "project"

    def run(self, line: str, **more: str) -> str:
        """Run a line to its end; return what it printed if it failed."""
        if line in self.done:
            return ""
        process = self._start(line, subprocess.PIPE, **more)
        try:
            printed, _ = process.communicate(timeout=PATIENCE_S)
        finally:
            stop(process)
        if process.returncode:
            return f"exit status {process.returncode}\n{printed[-2000:]}"
        self.done.add(line)
        return ""

    def _start(self, line: str, output: int | IO[str], **more: str) -> subprocess.Popen:
        """Start a line in a process group of its own, so that it can be stopped whole."""
        return subprocess.Popen(
            ["bash", "-c", line], cwd=self.clone, env={**self.surroundings(line), **more},
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, text=True,
            process_group=0,
        )  # fmt: skip

    def export(self, line: str) -> str:
        """Keep what `export` sets for the lines that follow; return nothing."""
        printed = subprocess.run(
            ["bash", "-c", f"{line}; env -0"], cwd=self.clone, env=self.surroundings(line),
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        after = dict(one.split("=", 1) for one in printed.split("\0") if one)
        names = re.findall(r"(\w+)=", line)
        self.given |= {name: after[name] for name in names if name in after}
        return ""

    def serve(self, line: str) -> tuple[subprocess.Popen, str]:
        """Start a line that does not end; return it, and what it printed if nothing answers."""
        self.given["port"] = str(free_port())
        log = self.work / "server.log"
        with log.open("w") as stream:
            server = self._start(line, stream)
        end = time.monotonic() + 300
        while server.poll() is None and time.monotonic() < end:
            if answers(int(self.given["port"])):
                return server, ""
            time.sleep(0.5)
        return server, f"no answer, exit status {server.poll()}\n{log.read_text()[-2000:]}"

    def surroundings(self, line: str) -> Mapping[str, str]:
        """Give the variables of a line: results of an environment lie in a folder of its own."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in ("FILMS", "KEDRO_ENV", "RADIOGRAPHS", "RESULTS")
            and not name.endswith("_WEIGHTS")
        }
        own = {
            "PATH": f"{self.clone / '.venv/bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.clone / "src"),
            "BROWSER": "true",
            "work": str(self.work),
            "made": str(self.work / "results"),
        }
        found = ENVIRONMENT.search(line)
        if found and "RESULTS=" not in line:
            own["RESULTS"] = str(self.work / "results" / found[1])
            if "fetch.source" not in line:
                own["RADIOGRAPHS"] = self.given["collection"]
        return {**kept, **own, **self.given}


def answers(port: int) -> bool:
    """Tell whether a server answers at a port of this machine, whatever it says."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def clone_small(folder: Path) -> None:
    """Clone the project with what is not yet committed, small, in the environment of the tests."""

    def git(*words: str, cwd: Path = folder) -> str:
        return subprocess.run(
            ["git", *words], cwd=cwd, capture_output=True, text=True, check=True
        ).stdout

    git("clone", "--quiet", str(PROJECT), str(folder), cwd=PROJECT)
    for name in git("ls-files", "-mo", "--exclude-standard", cwd=PROJECT).splitlines():
        (folder / name).unlink(missing_ok=True)
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)
    smaller(folder / "conf")
    for name in ("user.name", "user.email"):
        git("config", name, "test")
    git("add", "--all")
    git("commit", "--quiet", "--allow-empty", "--message", "Make it small")
    git("tag", "small")
    here, there = Path(sys.prefix), folder / ".venv"
    there.mkdir()
    shutil.copy2(here / "pyvenv.cfg", there)
    for name in ("bin", "lib", "lib64", "share"):
        if (here / name).exists():
            (there / name).symlink_to(here / name)
    # make must not install the clone into the environment of the tests, whatever Git touches later.
    for name in (".ready", ".extras"):
        (there / name).touch()
        os.utime(there / name, times=(FAR_AHEAD, FAR_AHEAD))


def back_to_the_start(reader: Reader) -> None:
    """Bring the clone and its results back to what the first run left."""
    line = (
        "git reset --quiet --hard small && git clean --quiet -fd && "
        "git checkout --quiet --force small && rm -rf data && cp -a $work/data data"
    )
    reader.done.discard(line)
    assert reader.run(line) == ""
    # Other commands of a page rest on its export, and the first run has none.
    reader.done = {done for done in reader.done if "kedro export" not in done}


def material(work: Path) -> dict[str, str]:
    """Make what a page leaves to the reader, of the phantoms of the first run."""
    films = work / "films"
    shutil.copytree(work / "project/data/01_raw/phantoms", films)
    tests = sorted((films / "test").rglob("*.jpeg"))
    new, site, tabled, nih = (work / name for name in ("new", "site", "tabled", "nih"))
    new.mkdir()
    for film in tests[:NEW_FILMS]:
        shutil.copy2(film, new)
    (new / "list.csv").write_text("\n".join(["file", *(f.name for f in tests[:NEW_FILMS])]))
    shutil.copytree(films / "test", site)
    _tabled(films, tabled)
    for name, data in collections_made.nih().items():
        (nih / name).parent.mkdir(parents=True, exist_ok=True)
        (nih / name).write_bytes(data())
    dicom_collection.export(work / "dicom")
    inside = work / "packed/chest_xray"
    shutil.copytree(films, inside)
    archive = shutil.make_archive(str(work / "films"), "zip", films)
    tarball = shutil.make_archive(str(work / "films"), "gztar", inside.parent)
    return {
        "collection": str(films), "new": str(new), "shot": str(new / tests[0].name),
        "site": str(site), "tabled": str(tabled), "nih": str(nih), "dicom": str(work / "dicom"),
        "archive": archive, "tarball": tarball,
        "scan": str(next(f for f in sorted((work / "dicom").rglob("*")) if f.is_file())),
    }  # fmt: skip


def _tabled(films: Path, folder: Path) -> None:
    """Write films without class folders, and the table that tells their classes."""
    folder.mkdir()
    rows = ["file,label"]
    for film in sorted(films.rglob("*.jpeg")):
        name = "_".join(film.relative_to(films).parts)
        shutil.copy2(film, folder / name)
        rows.append(f"{name},{film.parent.name}")
    (folder / "labels.csv").write_text("\n".join(rows))


def run_page(page: Path, reader: Reader) -> Iterator[tuple[str, str]]:
    """Run the commands of a page in order; yield each that failed, and what it printed."""
    server: subprocess.Popen | None = None
    exported = dict(reader.given)
    absent = missing(page)
    try:
        for text in commands_of(page):
            if text in LEFT_OUT or text in absent:
                continue
            line = substituted(text)
            if text in SERVES:
                stop(server)
                server, fault = reader.serve(line)
            elif text.startswith("export "):
                fault = reader.export(line)
            else:
                fault = reader.run(line)
            if text in REFUSED:
                told = " ".join(fault.split())
                fault = "" if REFUSED[text] in told else f"not refused as shown: {fault}"
            if fault:
                yield text, fault
    finally:
        stop(server)
        reader.given = exported


def stop(server: subprocess.Popen | None) -> None:
    """End a line that serves, with all that it has started."""
    if server is None:
        return
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):  # all have ended
            os.killpg(server.pid, how)
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=60)

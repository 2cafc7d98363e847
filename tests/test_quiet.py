"""What the import of TensorFlow prints, by a package that prints the like."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
HEADER = "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR"
NOTICE = "I0000 00:00:1795730219.132646   29458 port.cc:153] oneDNN custom operations are on."
ERROR = "E0000 00:00:1795730219.132646   29458 file.cc:1] no such device"
SPOKEN = "the import itself warns"

NOISY = f"""
import os
os.write(2, b"{HEADER}\\n{NOTICE}\\n{SPOKEN}\\n{ERROR}\\n")
"""


def printed(package, code, tmp_path, **surroundings):
    (tmp_path / "tensorflow.py").write_text(package)
    path = os.pathsep.join([str(tmp_path), str(SOURCE)])
    kept = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, "PYTHONPATH": path, **surroundings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_notices_are_dropped_and_all_else_is_printed_in_its_order(tmp_path):
    code = "import pneumoscope, tensorflow, os; os.write(2, b'later\\n')"
    assert printed(NOISY, code, tmp_path).stderr.splitlines() == [SPOKEN, ERROR, "later"]


def test_what_is_printed_later_passes_as_it_is(tmp_path):
    code = f"import pneumoscope, tensorflow, os; os.write(2, b'{NOTICE}')"
    assert printed("", code, tmp_path).stderr == NOTICE


def test_whoever_asks_for_the_notices_gets_them(tmp_path):
    asked = printed(NOISY, "import pneumoscope, tensorflow", tmp_path, TF_CPP_MIN_LOG_LEVEL="0")
    assert asked.stderr.splitlines() == [HEADER, NOTICE, SPOKEN, ERROR]


def test_the_last_words_of_an_import_that_aborts_are_heard(tmp_path):
    dies = NOISY + "os.abort()"
    found = printed(dies, "import pneumoscope, tensorflow", tmp_path)
    assert found.returncode != 0
    assert ERROR in found.stderr


def test_an_import_that_fails_says_why(tmp_path):
    found = printed("raise ImportError('no wheel')", "import pneumoscope, tensorflow", tmp_path)
    assert "ImportError: no wheel" in found.stderr


def test_the_module_is_as_if_nothing_stood_between(tmp_path):
    code = (
        "import pneumoscope, tensorflow\n"
        "print(type(tensorflow.__spec__.loader).__name__, type(tensorflow.__loader__).__name__)"
    )
    found = printed("", code, tmp_path)
    assert found.stdout.split() == ["SourceFileLoader"] * 2


@pytest.mark.parametrize("before", ["enable", "disable"])
@pytest.mark.parametrize("package", ["import gc; print(gc.isenabled())", "raise ImportError"])
def test_garbage_is_not_looked_for_during_the_import_and_afterwards_as_before(
    tmp_path, package, before
):
    code = (
        f"import gc, contextlib, pneumoscope; gc.{before}()\n"
        "with contextlib.suppress(ImportError):\n    import tensorflow\n"
        "print(gc.isenabled())"
    )
    *during, after = printed(package, code, tmp_path).stdout.split()
    assert set(during) <= {"False"}
    assert after == str(before == "enable")


@pytest.mark.slow
def test_tensorflow_itself_is_quiet():
    kept = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run(
        [sys.executable, "-c", "import pneumoscope, keras, tensorflow; print(keras.ops.ones(2))"],
        env={**kept, "KERAS_BACKEND": "tensorflow"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "1." in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("run", [True, False])
def test_what_an_import_makes_is_set_apart_from_garbage_within_a_run_alone(run, tmp_path):
    begun = "gc.freeze(); " if run else ""
    code = f"import gc, pneumoscope; {begun}import tensorflow; found = gc.get_objects(); "
    code += "print(any(one is tensorflow.made for one in found), gc.isenabled())"
    found = printed("made = [[]]", code, tmp_path)
    assert found.stdout.split() == [str(not run), "True"]

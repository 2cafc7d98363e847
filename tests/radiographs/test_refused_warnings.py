import inspect
import re
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from pneumoscope.radiographs.refused_warnings import warnings_refused

HERE = Path(__file__)


def warn_of_names():
    """Warn as `pydicom.charset` does, from whose globals it runs."""
    exec("warnings.warn('odd')", {"__name__": "pydicom.charset", "warnings": warnings})


@pytest.mark.parametrize("shown", ["ignore", "always", "once"])
def test_a_warning_is_an_error_whatever_the_filters(shown):
    with warnings.catch_warnings(record=True) as caught, warnings_refused():
        warnings.simplefilter(shown)
        for odd in ("odd", UserWarning("odd")):
            with pytest.raises(UserWarning, match=r"^odd$"):
                warnings.warn(odd, stacklevel=1)
    assert caught == []


def test_what_says_nothing_of_pixels_is_silent():
    with warnings_refused():
        warn_of_names()
        warnings.warn("large", Image.DecompressionBombWarning, stacklevel=1)
    with pytest.warns(UserWarning, match="odd"):
        warn_of_names()


def test_other_kinds_are_left_to_the_filters():
    with warnings_refused(), pytest.warns(RuntimeWarning, match="divided"):
        warnings.warn("divided", RuntimeWarning, stacklevel=1)


def test_other_threads_and_later_times_are_left_alone():
    with ThreadPoolExecutor(1) as other, pytest.warns(UserWarning, match="elsewhere"):
        with warnings_refused(), warnings_refused():
            other.submit(warnings.warn, "elsewhere", stacklevel=1).result()
        warnings.warn("elsewhere", stacklevel=1)


@pytest.mark.parametrize("level", [1, 2])
def test_a_warning_names_the_line_that_it_comes_from(level):
    def warn():
        warnings.warn("here", UserWarning, level)

    lines, first = inspect.getsourcelines(warn)
    with pytest.warns(UserWarning, match="here") as caught:
        warn()
    (found,) = caught
    assert Path(found.filename) == HERE
    inside = first <= found.lineno < first + len(lines)
    assert inside == (level == 1)
    called = HERE.read_text().splitlines()[found.lineno - 1]
    assert re.fullmatch(r"\s+warn\(\)" if level == 2 else r"\s+warnings\.warn\(.*\)", called)

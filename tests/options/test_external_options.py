import pytest
from pydantic import TypeAdapter, ValidationError

from pneumoscope.options.external import ExternalOptions

SITES = TypeAdapter(ExternalOptions)


@pytest.mark.parametrize("name", ["clinic", "st-mary", "St_Mary-2", "2024", "x" * 64, "test"])
def test_a_site_may_be_called(name):
    assert SITES.validate_python({name: "/films"}) == {name: "/films"}


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("st mary", "Call it 'st-mary'"), ("st.mary", "Call it 'st-mary'"),
        ("../a", "Call it 'a'"), ("-a", "Call it 'a'"), ("_a", "Call it 'a'"),
        ("ä", "Call it 'site'"), ("", "Call it 'site'"), ("a/b", "Call it 'a-b'"),
        ("x" * 65, "64 at most"), ("con", "Call it 'site_con'"), ("LPT1", "Call it 'site_LPT1'"),
        ("{site}", "Call it 'site-'"),
    ],
)  # fmt: skip
def test_a_site_may_not_be_called(name, remedy):
    with pytest.raises(ValidationError, match=remedy):
        SITES.validate_python({name: "/films"})


@pytest.mark.parametrize("folder", ["", 3, ["/films"], True])
def test_a_folder_is_a_path(folder):
    with pytest.raises(ValidationError):
        SITES.validate_python({"clinic": folder}, strict=True)


def test_null_drops_a_site():
    assert SITES.validate_python({"clinic": None}) == {"clinic": None}

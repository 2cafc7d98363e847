import pytest

from pneumoscope.report.frequencies import Frequency, frequency


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0.944, "94 of 100"),
        (0.0, "0 of 100"),
        (1.0, "100 of 100"),
        (0.998, "998 of 1,000"),
        (0.0004, "4 of 10,000"),
        (0.00001, "0 of 10,000"),
    ],
)
def test_a_share_is_told_of_100_or_of_more_where_rounding_would_make_it_none_or_all(share, told):
    assert str(frequency(share)) == told


def test_a_size_that_is_asked_for_is_kept():
    assert frequency(0.998, of=100) == Frequency(100, 100)


def test_the_rest_is_what_is_left():
    assert Frequency(94, 100).rest == Frequency(6, 100)


def test_what_is_no_share_is_refused():
    with pytest.raises(ValueError, match=r"from 0 to 1, received 94"):
        frequency(94)

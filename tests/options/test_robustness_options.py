from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from pneumoscope.options import RobustnessOptions
from pneumoscope.radiographs.fields import CENTRAL_FIELD

CONF = Path(__file__).parents[2] / "conf" / "base"
GIVEN = yaml.safe_load((CONF / "robustness/parameters.yml").read_text())["robustness"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bordr": 0.1}, r"received `bordr`. Did you mean 'border'"),
        ({"border": 0.5}, r"(?s)border.*less than 0.5"),
        ({"equalised_quality": 100}, r"(?s)equalised_quality.*equal to 95"),
        ({"films": 0}, r"(?s)films.*greater than or equal to 1"),
        ({"strengths": {}}, r"expected a strength of at least one degradation, received none"),
        ({"strengths": {"blur": [0.01]}}, r"(?s)strengths.blur.*greater than or equal to 0.1"),
        ({"strengths": {"sharpen": [1]}}, r"(?s)strengths.*received `sharpen`"),
    ],
)
def test_a_misspelt_key_or_an_impossible_value_is_refused(change, message):
    with pytest.raises(ValidationError, match=message):
        RobustnessOptions.model_validate({**GIVEN, **change})


def test_the_configured_options_leave_less_than_they_black_out():
    options = RobustnessOptions.model_validate(GIVEN)
    height, width = CENTRAL_FIELD
    assert (1 - 2 * options.border) ** 2 > height * width > 0.5

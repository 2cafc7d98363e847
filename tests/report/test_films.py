from io import BytesIO

import numpy as np
import pandas as pd
from PIL import Image

from pneumoscope.explanation.records import Explanations
from pneumoscope.radiographs.recorded import BURNT_IN, TAGS_SPEAK_OF
from pneumoscope.report.films import SIDE, draw_films, draw_maps

IMAGES = np.stack([np.full((2 * SIDE, SIDE, 1), 10 * n, np.uint8) for n in range(3)])
ROWS = pd.DataFrame(
    {"radiograph_id": ["a", "b", "c"], "warning": ["", TAGS_SPEAK_OF + BURNT_IN, ""]}
)


def read(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png))


def test_films_are_drawn_small_and_none_that_may_not_be_shown():
    drawn = draw_films(["c", "a", "b", "elsewhere"], IMAGES, ROWS)
    assert list(drawn) == ["c", "a"]
    assert read(drawn["c"]).size == (SIDE // 2, SIDE)
    assert read(drawn["c"]).getpixel((0, 0)) == 20


def test_a_map_is_drawn_of_films_that_were_explained():
    from types import SimpleNamespace

    cases = [SimpleNamespace(radiograph_id=name) for name in ("a", "b", "c")]
    arrays = {"films": IMAGES[..., 0], "maps": np.ones((3, 2 * SIDE, SIDE), np.float32)}
    arrays["maps"][1] = 0
    explained: Explanations = SimpleNamespace(cases=cases)
    assert list(draw_maps(["a", "b"], explained, arrays)) == ["a"]
    assert draw_maps(["a"], None, None) == {}

import numpy as np

from pneumoscope.radiographs.fields import black_out_centre, central_field, keep_border, keep_centre

WHITE = np.full((10, 20), 255, dtype=np.uint8)


def test_the_centre_is_the_same_from_either_side():
    inside = central_field((8, 10), (0.5, 0.8))
    assert inside.sum() == 4 * 8
    np.testing.assert_array_equal(inside, inside[::-1, ::-1])


def test_the_central_field_has_the_shares_asked_for():
    seen = black_out_centre(WHITE, (0.8, 0.9)) == 0
    assert seen.sum() == 8 * 18
    assert seen[1:9, 1:19].all()


def test_what_one_blacks_out_the_other_keeps():
    film = np.random.default_rng(0).integers(1, 256, (32, 32)).astype(np.uint8)
    gone, kept = black_out_centre(film, (0.5, 0.75)), keep_centre(film, (0.5, 0.75))
    np.testing.assert_array_equal(gone + kept, film)
    assert not ((gone > 0) & (kept > 0)).any()


def test_the_border_is_a_frame_of_its_share():
    frame = keep_border(WHITE, 0.1) > 0
    assert frame.sum() == 10 * 20 - 8 * 16
    assert frame[0].all()
    assert not frame[1:9, 2:18].any()

import cv2
import numpy as np
import pytest

from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph

RAMP = np.tile(np.linspace(0, 4095, 64), (48, 1)).astype(np.uint16)


def test_sixteen_bits_are_scaled_as_elsewhere(encode, read):
    found = read(encode(RAMP, "JPEG2000"), working_side=48)
    assert (found.bits, found.mode) == (16, "I;16")
    assert found.pixels.max() == 207


def test_signed_samples_are_refused(encode, gradient, read):
    data = bytearray(encode(gradient, "JPEG2000"))
    start = data.index(b"\xff\x4f\xff\x51")
    data[start + 42] |= 0x80
    with pytest.raises(UnreadableRadiograph, match="8 bits with a sign"):
        read(bytes(data))


def test_a_file_without_a_codestream_is_refused(encode, gradient, read):
    data = encode(gradient, "JPEG2000")
    with pytest.raises(UnreadableRadiograph, match="no codestream"):
        read(data[:30])


def test_tiles_that_are_missing_are_refused(encode, gradient, read):
    data = encode(gradient, "JPEG2000", tile_size=(64, 64))
    np.testing.assert_array_equal(read(data, working_side=160).pixels, gradient)
    third = [place for place in range(len(data)) if data[place : place + 2] == b"\xff\x90"][2]
    with pytest.raises(UnreadableRadiograph, match="expected 12 tiles, received 2"):
        read(data[:third] + b"\xff\xd9")


def test_colour_of_sixteen_bits_is_noticed(read):
    samples = np.stack([RAMP, RAMP, RAMP], axis=-1)
    found = read(cv2.imencode(".jp2", samples)[1].tobytes(), working_side=48)
    assert (found.bits, found.mode) == (16, "RGB")
    assert found.pixels.max() > 200

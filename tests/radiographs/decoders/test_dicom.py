import re
import sys
import zlib

import cv2
import numpy as np
import pytest

from pneumoscope.radiographs.decoders import dicom
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph

pytest.importorskip("pydicom", reason="the extra dicom is not installed")
pytest.importorskip("imagecodecs", reason="the extra dicom is not installed")

from dicom_files import (
    COMPRESSED,
    LOSSLESS,
    LOSSY,
    PLAIN,
    chest,
    film,
    table,
)

WINDOW = {"WindowCenter": 2048, "WindowWidth": 4096}


def cut_off(levels: np.ndarray) -> np.ndarray:
    """As dcmtk does; floating point may lack a trifle to a whole level."""
    return np.floor(levels + 1e-9)


def linear(values: np.ndarray, centre: float, width: float) -> np.ndarray:
    """Part 3, C.11.2.1.2.1, by hand."""
    shares = np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)
    return cut_off(255 * shares)


@pytest.fixture
def full(read):
    """Decode at full size."""

    def full(data: bytes, **changed: float):
        return read(data, **{"working_side": 1000, **changed})

    return full


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("syntax", list(LOSSLESS))
def test_every_lossless_syntax_gives_the_very_pixels(full, syntax, signed, bits):
    pixels = chest(bits) - (2 ** (bits - 1) if signed else 0)
    centre, width = 2 ** (bits - 1) * (not signed), 2**bits
    data = film(
        pixels, LOSSLESS[syntax], bits, signed=signed, WindowCenter=centre, WindowWidth=width
    )
    found = full(data)
    np.testing.assert_array_equal(found.pixels, linear(pixels, centre, width))
    assert (found.width, found.height) == (60, 40)
    assert found.recorded.transfer_syntax


@pytest.mark.parametrize(
    ("syntax", "bits", "most"),
    [
        ("JPEG baseline", 8, 6), ("JPEG extended", 12, 1), ("JPEG-LS near lossless", 8, 2),
        ("JPEG-LS near lossless", 12, 1), ("JPEG 2000", 12, 1),
    ],
)  # fmt: skip
def test_lossy_syntaxes_come_near(full, syntax, bits, most):
    pixels = chest(bits)
    centre, width = 2 ** (bits - 1), 2**bits
    found = full(film(pixels, LOSSY[syntax], bits, WindowCenter=centre, WindowWidth=width))
    off = np.abs(found.pixels - linear(pixels, centre, width))
    assert off.max() <= most


@pytest.mark.parametrize("syntax", [*PLAIN, *COMPRESSED])
def test_without_preamble_or_meta_information_a_dataset_is_read(full, syntax):
    if syntax in COMPRESSED or syntax == "deflated":
        pytest.skip("without meta information nobody knows of the compression")
    data = film(chest(), PLAIN[syntax], preamble=False, **WINDOW)
    assert data[128:132] != b"DICM"
    assert dicom.recognises(data)
    np.testing.assert_array_equal(full(data).pixels, linear(chest(), 2048, 4096))


@pytest.mark.parametrize(
    "data",
    [b"", b"\x08\x00", bytes(200), b"\x08\x00\x00\x00\x01\x02\x03\x04" * 4, b"II*\0" * 40,
     b"\x02\x00\x03\x00" * 40, b"\x08\x00\x05\x00XX\x02\x00ab" + bytes(20)],
)  # fmt: skip
def test_other_bytes_are_no_dicom(data):
    assert not dicom.recognises(data)


def test_rescale_comes_before_the_window(full):
    pixels = chest()
    data = film(pixels, RescaleSlope=-2, RescaleIntercept=100, WindowCenter=-4000, WindowWidth=900)
    np.testing.assert_array_equal(full(data).pixels, linear(100 - 2 * pixels, -4000, 900))


def test_monochrome1_is_inverted_last(full):
    found = full(film(chest(), photometric="MONOCHROME1", **WINDOW))
    share = np.clip((chest() - 2047.5) / 4095 + 0.5, 0, 1)
    np.testing.assert_array_equal(found.pixels, cut_off(255 * (1 - share)))
    assert found.white_is_zero
    assert "inverted" in found.note


def test_windows_of_each_function(full):
    values = chest()
    exact = full(film(values, VOILUTFunction="LINEAR_EXACT", WindowCenter=900, WindowWidth=500))
    np.testing.assert_array_equal(
        exact.pixels, cut_off(255 * np.clip((values - 900) / 500 + 0.5, 0, 1))
    )
    sigmoid = full(film(values, VOILUTFunction="SIGMOID", WindowCenter=900, WindowWidth=500))
    expected = 255 / (1 + np.exp(-4 * (values - 900.0) / 500))
    np.testing.assert_array_equal(sigmoid.pixels, cut_off(expected))
    step = full(film(values, WindowCenter=900, WindowWidth=1))
    np.testing.assert_array_equal(step.pixels, 255 * (values > 899.5))
    first = full(film(values, WindowCenter=[900, 5], WindowWidth=[500, 7]))
    np.testing.assert_array_equal(first.pixels, linear(values, 900, 500))


def test_a_voi_table_goes_before_a_window(full):
    values = chest(12)
    outputs = np.linspace(1023, 0, 2000).astype(int)
    data = film(values, VOILUTSequence=[table(outputs, 500, 10)], **WINDOW)
    expected = cut_off(255 * outputs[np.clip(values - 500, 0, 1999)] / 1023)
    found = full(data)
    np.testing.assert_array_equal(found.pixels, expected)
    assert "by its VOI LUT" in found.note


def test_a_modality_table_comes_first_and_its_first_input_has_a_sign(full):
    values = chest(12) - 2048
    outputs = np.arange(4096)[::-1]
    data = film(values, signed=True, ModalityLUTSequence=[table(outputs, -2048, 12)], **WINDOW)
    np.testing.assert_array_equal(full(data).pixels, linear(outputs[values + 2048], 2048, 4096))


@pytest.mark.parametrize("syntax", ["implicit", "explicit", "big endian"])
def test_tables_are_read_in_every_order_of_bytes(full, syntax):
    outputs = np.linspace(0, 4095, 4096).astype(int) // 2
    item = table(outputs, 0, 12)
    if syntax == "big endian":
        item[0x00283006].value = np.asarray(outputs, ">u2").tobytes()
    data = film(chest(), PLAIN[syntax], VOILUTSequence=[item])
    np.testing.assert_array_equal(full(data).pixels, cut_off(255 * outputs[chest()] / 4095))


def test_padding_is_black_whatever_the_polarity(full):
    values = chest()
    values[:5], values[5:8] = 4090, 4000
    for photometric in ("MONOCHROME1", "MONOCHROME2"):
        one = full(film(values, photometric=photometric, PixelPaddingValue=4090, **WINDOW))
        assert (one.pixels[:5] == 0).all()
        assert re.search(r"padding, 12\.\d%", one.note)
        some = full(
            film(values, photometric=photometric, PixelPaddingValue=4095,
                 PixelPaddingRangeLimit=4000, **WINDOW)
        )  # fmt: skip
        assert (some.pixels[:8] == 0).all()
    assert (full(film(values, **WINDOW)).pixels[:8] > 240).all()


def test_an_overlay_in_the_bits_not_used_is_not_burnt_in(full):
    values = chest(12)
    overlay = values | 0x8000 * (np.arange(40)[:, None] % 2)
    data = film(overlay, bits=12, allocated=16, **WINDOW)
    np.testing.assert_array_equal(full(data).pixels, linear(values, 2048, 4096))


def test_a_high_bit_above_the_bits_stored_is_shifted_down(full):
    data = film(chest(12) << 4, allocated=16, HighBit=15, **WINDOW)
    np.testing.assert_array_equal(full(data).pixels, linear(chest(12), 2048, 4096))


@pytest.mark.parametrize("bits", [8, 10, 12])
def test_a_film_without_a_window_is_scaled_by_what_it_declares(full, bits):
    values = chest(bits) // 2
    found = full(film(values, bits=bits))
    np.testing.assert_array_equal(found.pixels, values >> (bits - 8))
    assert ("no window" in found.note) == (bits > 8)


def test_a_windowed_film_is_never_scaled_by_its_own_extremes(full):
    for values in (chest() // 8, chest() // 8 + 3000):
        found = full(film(values, **WINDOW)).pixels
        np.testing.assert_array_equal(found, linear(values, 2048, 4096))


def test_16_bits_without_a_window_follow_the_rule_for_deep_films(full, encode):
    values = chest(16) // 20
    as_png = full(encode(values.astype(np.uint16), "PNG"))
    found = full(film(values, bits=16))
    np.testing.assert_array_equal(found.pixels, as_png.pixels)
    assert "half a per cent exceeds" in found.note
    inverted = full(film(values.max() - values, bits=16, photometric="MONOCHROME1"))
    np.testing.assert_allclose(inverted.pixels, found.pixels.astype(int), atol=1)
    signed = full(film(values - 3000, bits=16, signed=True))
    np.testing.assert_allclose(signed.pixels, found.pixels.astype(int), atol=1)


def test_colours_become_luminance(full):
    grey = chest(8)
    colour = np.stack([grey, grey[::-1], grey // 2], axis=-1)
    expected = colour @ [0.299, 0.587, 0.114]
    for syntax in ("explicit", "RLE", "JPEG-LS", "JPEG lossless SV1"):
        found = full(film(colour, LOSSLESS[syntax], 8, photometric="RGB"))
        np.testing.assert_allclose(found.pixels, expected, atol=1, err_msg=syntax)
        assert found.mode == "RGB"
    luminance = np.stack([grey, grey // 3, grey // 5], axis=-1)
    found = full(film(luminance, bits=8, photometric="YBR_FULL"))
    np.testing.assert_array_equal(found.pixels, grey)


@pytest.mark.parametrize("syntax", ["JPEG baseline", "JPEG 2000 lossless"])
def test_pixels_are_decoded_at_a_reduced_size_where_the_codec_can(full, syntax, monkeypatch):
    from pneumoscope.radiographs.decoders.dicom_file import film as module

    sizes = []
    original = module.read_pixels
    monkeypatch.setattr(
        module, "read_pixels",
        lambda *given: sizes.append(original(*given)) or sizes[-1],
    )  # fmt: skip
    small = chest(8, (64, 80)).astype(np.float32)
    values = cv2.resize(cv2.GaussianBlur(small, (0, 0), 3), (640, 512)).round()
    found = full(film(values, (LOSSLESS | LOSSY)[syntax], 8), working_side=128)
    assert sizes[0].codes.shape == (128, 160)
    assert found.pixels.shape == (128, 160)
    whole = values.reshape(128, 4, 160, 4).mean(axis=(1, 3))
    assert np.abs(found.pixels - whole).mean() < 3


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"Modality": "CT"}, "a CT slice, by its modality CT: expected CR, DX or secondary"),
        ({"Modality": "MR"}, "an MR slice"),
        ({"Modality": "DOE_JANE_4711_1975"}, "no plain film, by its modality something else"),
        ({"NumberOfFrames": 3}, "the DICOM holds 3 frames: save the radiograph alone"),
        ({"Rows": 60000, "Columns": 60000}, "decompression bomb: 60000×60000 pixels"),
        ({"Rows": 1}, "too long for a radiograph"),
        ({"Rows": 0}, "no image: 60×0 pixels"),
        ({"Rows": 41}, "cut short: expected 4,920 bytes of pixels, received 4,800"),
        ({"BitsAllocated": 32}, "expected 8 to 16 bits, received 12 bits up to bit 11 in 32"),
        ({"BitsStored": 17}, "expected 8 to 16 bits"),
        ({"HighBit": 3}, "expected 8 to 16 bits"),
        ({"SamplesPerPixel": 3}, "received 3 samples a pixel as MONOCHROME2"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "1 samples a pixel as PALETTE COLOR"),
        ({"RescaleSlope": 0, "RescaleIntercept": 0}, "its rescale slope is 0"),
        ({"WindowCenter": 5, "WindowWidth": 0}, "its window has a width of 0"),
        ({"Rows": None}, r"it lacks its rows \(0028,0010\)"),
        ({"PhotometricInterpretation": None}, r"it lacks its photometric \(0028,0004\)"),
        ({"PixelData": None}, "holds no pixels"),
        ({"PixelData": None, "SOPClassUID": "1.2.840.10008.5.1.4.1.1.104.1"},
         "of the class Encapsulated PDF"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2", "Modality": "OT"},
         "no plain film, by its class CT Image Storage"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.2"}, "by its class Digital Mammography"),
    ],
)  # fmt: skip
def test_what_is_no_single_film_is_refused_with_its_reason(full, tags, reason):
    data = _without_pixels(tags) if "PixelData" in tags else film(chest(), **tags)
    with pytest.raises(UnreadableRadiograph, match=reason):
        full(data)


def test_a_window_of_nothing_around_nothing_counts_as_none(full):
    without = full(film(chest()))
    unset = full(film(chest(), WindowCenter=0, WindowWidth=0))
    assert np.array_equal(unset.pixels, without.pixels)
    assert unset.note == without.note


def _without_pixels(tags: dict) -> bytes:
    from dicom_files import DX, written
    from pydicom.dataset import Dataset

    data = Dataset()
    data.SOPClassUID, data.SOPInstanceUID = tags.get("SOPClassUID", DX), "1.2.3"
    return written(data, PLAIN["explicit"])


@pytest.mark.parametrize("syntax", [*LOSSLESS, *LOSSY])
def test_a_film_cut_short_anywhere_is_refused(full, syntax):
    if syntax == "deflated":
        pytest.skip("tried below")
    bits = 8 if syntax == "JPEG baseline" else 12
    data = film(chest(bits), (LOSSLESS | LOSSY)[syntax], bits)
    for end in (140, 300, len(data) // 2, len(data) - 200, len(data) - 30, len(data) - 10):
        with pytest.raises(UnreadableRadiograph, match=r"cut short|damaged DICOM|no pixels"):
            full(data[:end])


def test_a_deflated_film_that_is_cut_or_inflates_without_end_is_refused(full):
    data = film(chest(), PLAIN["deflated"])
    with pytest.raises(UnreadableRadiograph, match="the deflated data end too soon"):
        full(data[:-40])
    start = data.index(b"1.2.840.10008.1.2.1.99")
    deflater = zlib.compressobj(9, wbits=-15)
    bomb = deflater.compress(bytes(50_000_000)) + deflater.flush()
    head = data[: _end_of_meta(data)]
    assert start < len(head)
    with pytest.raises(UnreadableRadiograph, match="decompression bomb: the DICOM inflates"):
        full(head + bomb)


def _end_of_meta(data: bytes) -> int:
    length = int.from_bytes(data[140:144], "little")
    return 144 + length


def test_more_elements_than_a_film_has_are_refused(full):
    head = film(chest())
    many = b"\x09\x00\x10\x00LO\x00\x00" * 600_000
    at = head.index(b"\x28\x00\x02\x00US")
    with pytest.raises(UnreadableRadiograph, match=r"too many parts|too large a file"):
        full(head[:at] + many + head[at:], max_megabytes=50)


def test_sequences_without_end_are_refused(full):
    head = film(chest())
    at = head.index(b"\x28\x00\x02\x00US")
    nested = b"\x08\x00\x15\x11SQ\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff" * 5000
    with pytest.raises(UnreadableRadiograph, match="damaged DICOM"):
        full(head[:at] + nested)


def test_a_table_of_no_bits_is_refused_for_that(full):
    data = film(chest(), VOILUTSequence=[table(np.arange(4096), 0, 0)])
    with pytest.raises(UnreadableRadiograph, match="is of 0 bits: expected 1 to 16"):
        full(data)


def test_a_header_that_lies_of_its_compressed_pixels_is_refused(full):
    for syntax in ("JPEG-LS", "JPEG lossless", "JPEG 2000 lossless"):
        data = film(chest(), LOSSLESS[syntax], Rows=41)
        with pytest.raises(UnreadableRadiograph, match="its elements say 60×41 pixels of 1"):
            full(data)
    with pytest.raises(UnreadableRadiograph, match=r"too short|cannot be read"):
        full(film(chest(), LOSSLESS["RLE"], Rows=41))
    with pytest.raises(UnreadableRadiograph, match="cannot be read"):
        full(film(chest(), LOSSLESS["RLE"], Rows=30))


def test_a_syntax_that_is_not_read_is_named(full):
    data = film(chest(8), LOSSY["JPEG baseline"], 8)
    data = data.replace(b"1.2.840.10008.1.2.4.50", b"1.2.840.10008.1.2.4.99")
    with pytest.raises(UnreadableRadiograph, match="compressed by an unknown transfer syntax"):
        full(data)


def test_tags_tell_of_patient_view_and_device(full):
    found = full(
        film(chest(), PatientAge="007M", PatientSex="F", ViewPosition="AP", Manufacturer="ACME ",
             ManufacturerModelName="Ray 3", InstitutionName="Clinic", ExposureInuAs=1500,
             IssuerOfPatientID="A", StudyInstanceUID="1.2.3", BodyPartExamined="CHEST")
    ).recorded  # fmt: skip
    assert (found.age, found.sex, found.view) == (0.58, "female", "AP")
    assert (found.manufacturer, found.device, found.site) == ("ACME", "Ray 3", "Clinic")
    assert (found.exposure, found.warning) == (1.5, "")
    assert found.transfer_syntax == "Explicit VR Little Endian"
    assert (found.identity.issuer, found.identity.patient) == ("A", "4711")
    assert "4711" not in repr(found)


def test_what_tags_do_not_tell_is_not_recorded(full):
    found = full(film(chest())).recorded
    assert np.isnan(found.age)
    assert np.isnan(found.exposure)
    assert (found.sex, found.view, found.manufacturer, found.site) == ("", "", "", "")


def test_an_age_is_counted_from_birth_where_it_is_not_told(full):
    tags = {"PatientBirthDate": "20100115", "StudyDate": "20200301"}
    assert full(film(chest(), **tags)).recorded.age == pytest.approx(10.1)
    assert np.isnan(full(film(chest(), PatientBirthDate="20100115")).recorded.age)


@pytest.mark.parametrize(
    ("tags", "warning"),
    [
        ({"ViewPosition": "LL"}, "its tags speak of a lateral view"),
        ({"BodyPartExamined": "HAND"}, "its tags speak of HAND, no chest"),
        ({"BurnedInAnnotation": "YES"}, "its tags speak of burnt-in names or numbers"),
        ({"PresentationIntentType": "FOR PROCESSING"}, "its tags speak of raw pixels"),
        ({"BurnedInAnnotation": "NO", "BodyPartExamined": "CHEST", "ViewPosition": "PA"}, ""),
        ({"BodyPartExamined": "TORAX"}, ""),
        ({"BodyPartExamined": "PULMON"}, ""),
        ({"ViewPosition": "RAO"}, "its tags speak of an oblique view"),
    ],
)
def test_tags_warn_of_what_should_not_be_believed(full, tags, warning):
    found = full(film(chest(), **tags)).recorded.warning
    assert found.startswith(warning)
    assert bool(found) == bool(warning)


def test_an_odd_character_set_refuses_no_film(full):
    for name in ("ISO-IR 100", "nonsense", "ISO 2022 IR 6"):
        data = film(chest(), SpecificCharacterSet="ISO_IR 100", Manufacturer="Zürich")
        data = data.replace(b"ISO_IR 100", name.encode().ljust(10)[:10])
        assert full(data).recorded.manufacturer


def test_without_the_extra_a_dicom_is_refused_and_says_which(full, encode, gradient, monkeypatch):
    data = film(chest())
    for name in [name for name in sys.modules if "dicom_file." in name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pydicom", None)
    for name in [name for name in sys.modules if name.startswith("pydicom.")]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UnreadableRadiograph, match=r"uv pip install 'pneumoscope\[dicom\]'"):
        full(data)
    assert full(encode(gradient, "PNG")).width == 200


def test_with_half_of_the_extra_a_compressed_film_says_which(full, monkeypatch):
    data = film(chest(), COMPRESSED["JPEG-LS"])
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    with pytest.raises(UnreadableRadiograph, match=r"uv pip install 'pneumoscope\[dicom\]'"):
        full(data)


@pytest.mark.parametrize("end", ["1", "1.1", "1.1.1", "7", "7.3"])
def test_the_classes_of_films_are_read(full, end):
    tags = {"SOPClassUID": f"1.2.840.10008.5.1.4.1.1.{end}", "Modality": None}
    assert full(film(chest(), **tags)).width == 60
    assert full(film(chest(), SOPClassUID="1.2.3.4.5")).width == 60

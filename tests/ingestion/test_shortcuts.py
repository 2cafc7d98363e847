import numpy as np
import pandas as pd
import pytest

from pneumoscope.ingestion.records import Shortcut
from pneumoscope.ingestion.shortcuts import (
    SHORTCUTS,
    measure_shortcuts,
    shortcut_values,
    shortcut_warnings,
)
from pneumoscope.radiographs.measured import ACQUISITION


@pytest.fixture
def look(make_manifest):
    def look(paths, warn_auroc=0.7, off_centre=None, **columns):
        found = measure_shortcuts(make_manifest(paths, **columns), warn_auroc, off_centre)
        return found, shortcut_warnings(found)

    return look


def twenty(part: str = "train") -> list[str]:
    normal = [f"{part}/NORMAL/IM-{n:04}-0001.jpeg" for n in range(10)]
    return normal + [f"{part}/PNEUMONIA/person{n}_virus_1.jpeg" for n in range(10)]


def auroc(found: list[Shortcut], feature: str) -> float:
    (value,) = [row.auroc for row in found if row.feature == feature]
    return value


def test_a_number_that_tells_the_class_is_reported_in_words(look):
    # NORMAL 1000 … 1900 bytes, PNEUMONIA 100 … 910: every NORMAL file is the larger one.
    sizes = [*range(1000, 2000, 100), *range(100, 1000, 90)]
    found, (warning,) = look(twenty(), bytes=sizes)
    assert auroc(found, "bytes_per_pixel") == auroc(found, "bytes") == 0.0
    assert auroc(found, "width") == auroc(found, "colour") == 0.5
    assert warning.startswith("In train a class can be told without looking at the lungs")
    assert "compression (bytes per pixel) (AUROC 1.00, lower in PNEUMONIA)" in warning
    assert "width" not in warning


def test_the_auroc_of_a_shortcut_is_that_of_the_pairs(look):
    # Colour: 4 of 10 PNEUMONIA, 0 of 10 NORMAL. 40 pairs won, 60 tied: (40 + 30) / 100.
    found, _ = look(twenty(), mode=["L"] * 16 + ["RGB"] * 4)
    assert auroc(found, "colour") == pytest.approx(0.7)


def test_a_shortcut_is_warned_of_only_beyond_chance(look):
    # Of 10 + 10 patients the standard error is sqrt(21 / 1200) = 0.132, so 3.3 are 0.437;
    # of 50 + 50 it is sqrt(101 / 30000) = 0.058, so 3.3 are 0.191.
    assert look(twenty(), mode=["L"] * 16 + ["RGB"] * 4)[1] == []
    many = [f"train/NORMAL/IM-{n:04}-0001.jpeg" for n in range(50)]
    many += [f"train/PNEUMONIA/person{n}_virus_1.jpeg" for n in range(50)]
    _, (warning,) = look(many, mode=["L"] * 80 + ["RGB"] * 20)
    assert "being stored in colour (AUROC 0.70, higher in PNEUMONIA)" in warning


def test_numbers_that_know_nothing_are_seldom_warned_of(make_manifest):
    rng, warned, manifest = np.random.default_rng(0), 0, make_manifest(twenty())
    for _ in range(100):
        width, height, size = rng.integers(100, 1000, (3, 20))
        drawn = manifest.assign(
            width=width, height=height, bytes=size, bytes_per_pixel=size / (width * height)
        )
        warned += bool(shortcut_warnings(measure_shortcuts(drawn, 0.6)))
    assert warned <= 5


def test_data_without_shortcuts_raise_no_warning(look):
    found, warnings = look(twenty())
    assert warnings == []
    assert {row.auroc for row in found} == {0.5}
    assert len(found) == len(SHORTCUTS)


def test_a_part_too_small_for_an_auroc_is_passed_over(look):
    assert look(twenty()[1:]) == ([], [])


def test_radiographs_in_no_part_are_called_the_data(look):
    paths = [path.removeprefix("train/") for path in twenty()]
    _, (warning,) = look(paths, width=[100] * 10 + [200] * 10)
    assert warning.startswith("In the data a class can be told")


def test_shortcut_values_are_plain_arithmetic(make_manifest):
    manifest = make_manifest(["NORMAL/a.jpeg"], width=30, height=20, bytes=60, mode="P")
    (row,) = shortcut_values(manifest).to_dict("records")
    assert row == {
        "width": 30, "height": 20, "area": 600, "aspect": 1.5, "bytes": 60,
        "bytes_per_pixel": 0.1, "colour": 1,
    }  # fmt: skip


def test_what_is_on_record_of_the_device_can_tell_the_class(look):
    recorded = {
        "transfer_syntax": ["JPEG Baseline"] * 10 + ["RLE Lossless"] * 10,
        "manufacturer": ["ACME"] * 9 + ["Borealis"] * 11, "bits": [8] * 10 + [12] * 10,
        "exposure": [*range(10), *range(20, 30)], "site": "Clinic", "view": "",
    }  # fmt: skip
    found, (warning,) = look(twenty(), **recorded)
    features = [row.feature for row in found]
    assert features[len(SHORTCUTS) :] == [
        "bits", "exposure", "transfer syntax is JPEG Baseline", "manufacturer is Borealis",
    ]  # fmt: skip
    assert auroc(found, "manufacturer is Borealis") == pytest.approx(0.95)
    assert auroc(found, "bits") == auroc(found, "exposure") == 1.0
    assert "the bits a sample (AUROC 1.00, higher in PNEUMONIA)" in warning
    assert "that the manufacturer is Borealis (AUROC 0.95, commoner in PNEUMONIA)" in warning


def test_that_one_class_alone_came_as_dicom_is_told(look):
    found, (warning,) = look(twenty(), transfer_syntax=[""] * 10 + ["RLE Lossless"] * 10)
    assert "that the transfer syntax is" in warning
    assert found[-1].strength == 1.0


def test_an_exposure_that_few_films_tell_is_passed_over(look):
    found, warnings = look(twenty(), exposure=[None] * 5 + [*range(15)])
    assert "exposure" not in [row.feature for row in found]
    assert warnings == []


def test_what_lies_off_the_centre_is_told_apart_from_the_file(look):
    # Marks: 0 … 9 on NORMAL, 9 … 18 on PNEUMONIA; of 100 pairs 99 are won and one is tied.
    off_centre = pd.DataFrame(0.0, index=range(20), columns=list(ACQUISITION))
    off_centre["marks"] = [*range(10), *range(9, 19)]
    found, (warning,) = look(twenty(), off_centre=off_centre)
    assert auroc(found, "marks") == pytest.approx(0.995)
    assert auroc(found, "black_rows") == 0.5
    assert warning.startswith("In train a class can be told from what lies outside the centre")
    assert "the number of small bright marks in the corners (AUROC 0.99, higher" in warning
    (marks,) = [row for row in found if row.feature == "marks"]
    assert 0.5 < marks.low < 0.995 < marks.high <= 1
    assert look(twenty(), off_centre=off_centre * 0)[1] == []


def test_intervals_are_over_patients(look):
    # The same 40 films, once of 40 patients and once of 4: fewer patients, a wider interval.
    sizes = [*range(20), *range(10, 30)]
    apart = [f"train/NORMAL/IM-{n:04}-0001.jpeg" for n in range(20)]
    apart += [f"train/PNEUMONIA/person{n}_virus_1.jpeg" for n in range(20)]
    alike = [f"train/NORMAL/IM-{n % 2:04}-{n:04}.jpeg" for n in range(20)]
    alike += [f"train/PNEUMONIA/person{n % 2}_virus_{n}.jpeg" for n in range(20)]
    wide, narrow = (
        next(row for row in look(paths, bytes=sizes)[0] if row.feature == "bytes")
        for paths in (alike, apart)
    )
    assert wide.auroc == narrow.auroc == pytest.approx(0.875)
    assert wide.low < narrow.low
    assert wide.estimate.high > narrow.estimate.high


def test_a_strength_below_a_half_turns_its_interval_over():
    found = Shortcut("train", "bytes", 0.1, warns=True, low=0.05, high=0.2)
    assert found.estimate.bounds == pytest.approx((0.8, 0.95))
    assert found.estimate.value == pytest.approx(found.strength)

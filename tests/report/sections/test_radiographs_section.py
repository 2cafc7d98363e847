import numpy as np

from pneumoscope.report.sections.radiographs import radiographs_section


def histogram(*levels: int) -> np.ndarray:
    return np.bincount(levels, minlength=256)


MEANS = {"NORMAL": np.zeros((20, 20)), "PNEUMONIA": np.zeros((20, 20))}


def test_histograms_are_summed_up_by_medians_and_overlap():
    histograms = {"NORMAL": histogram(10, 10, 20, 30), "PNEUMONIA": histogram(10, 20, 90, 90)}
    figures = {"intensity_histograms": b"png"}
    (figure,) = radiographs_section(histograms, MEANS, figures).blocks
    assert "median grey level is 10 for NORMAL and 20 for PNEUMONIA" in figure.caption
    assert "share 50% of their area" in figure.caption


def test_class_means_are_compared_in_the_centre_and_at_the_border():
    pneumonia = np.full((20, 20), 4.0)
    pneumonia[2:18, 1:19] = -10.0
    means = {**MEANS, "PNEUMONIA": pneumonia}
    histograms = dict.fromkeys(means, histogram(1))
    (figure,) = radiographs_section(histograms, means, {"class_means": b"png"}).blocks
    assert "brighter (orange) in 28% of the pixels" in figure.caption
    centre = "10.0 grey levels in the centre (80% of the height, 90% of the width) and 4.0 outside"
    assert centre in figure.caption

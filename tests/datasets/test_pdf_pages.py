import re

import pytest
from kedro.io import DatasetError
from matplotlib.figure import Figure

from pneumoscope.datasets.pdf_pages import PdfPagesDataset


def pages(count: int) -> list[Figure]:
    figures = [Figure(figsize=(4, 2.25)) for _ in range(count)]
    for number, figure in enumerate(figures):
        figure.text(0.5, 0.5, f"page {number}")
    return figures


def saved(path, count=3) -> bytes:
    dataset = PdfPagesDataset(filepath=str(path), title="A deck")
    dataset.save(pages(count))
    return dataset.load()


def test_each_figure_is_a_page_of_its_size(tmp_path):
    pdf = saved(tmp_path / "folder" / "slides.pdf")
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 3
    assert set(re.findall(rb"/MediaBox \[([^]]*)\]", pdf)) == {b" 0 0 288 162 "}


def test_equal_figures_give_equal_bytes_without_date_or_version(tmp_path):
    pdf = saved(tmp_path / "one.pdf")
    assert pdf == saved(tmp_path / "two.pdf")
    assert b"CreationDate" not in pdf
    assert b"Matplotlib" not in pdf


def test_no_page_at_all_is_refused_and_leaves_the_old_file(tmp_path):
    before = saved(tmp_path / "slides.pdf")
    dataset = PdfPagesDataset(filepath=str(tmp_path / "slides.pdf"))
    with pytest.raises(DatasetError, match="expected at least one page, received none"):
        dataset.save([])
    assert dataset.load() == before


def test_it_exists_once_it_was_saved(tmp_path):
    dataset = PdfPagesDataset(filepath=str(tmp_path / "slides.pdf"))
    assert not dataset.exists()
    dataset.save(pages(1))
    assert dataset.exists()

import pandas as pd
import pytest

from pneumoscope.naming import Source
from pneumoscope.options import PhantomOptions
from pneumoscope.phantoms.collection import make_phantoms
from pneumoscope.provenance import Sources, source_of


@pytest.fixture(scope="module")
def phantom():
    options = PhantomOptions(patients=12, pneumonia_share=0.6, shorter_side=(64, 64))
    films = make_phantoms(options, seed=1)
    return next(read for path, read in films.items() if path.endswith(".jpeg"))()


def test_a_phantom_is_known_wherever_it_lies(phantom):
    for source in Source:
        assert source_of(phantom, source) is Source.PHANTOMS


def test_any_other_film_comes_from_where_it_was_read_but_is_no_phantom(encode, gradient):
    film = encode(gradient)
    assert source_of(film, Source.ARCHIVE) is Source.ARCHIVE
    assert source_of(film, Source.FOLDER) is Source.FOLDER
    assert source_of(film, Source.PHANTOMS) is Source.FOLDER


def test_sources_are_counted():
    found = Sources.of(pd.DataFrame({"source": ["phantoms", "folder", "phantoms"]}))
    assert found == Sources(phantoms=2, folder=1)
    assert found.total == 3
    assert not found.only_phantoms
    assert Sources(phantoms=2).only_phantoms
    assert not Sources().only_phantoms

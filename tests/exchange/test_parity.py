"""An export leaves only if it gives what was evaluated, film by film."""

from dataclasses import replace

import numpy as np
import pytest
from example_conversions import apart, converted, settle
from example_conversions import compared as compared_by_node

from pneumoscope.errors import InputError
from pneumoscope.exchange.parity import ONNXRUNTIME, Compared, check_parity
from pneumoscope.naming import ExportFormat, Split

pytest.importorskip("tf2onnx", reason="needs the extra `export`")
pytest.importorskip("onnxruntime", reason="needs the extra `export`")


@pytest.fixture(scope="module")
def films(evaluated, small):
    return evaluated({"one": small("cnn", 3)})


@pytest.fixture(scope="module")
def graphs(films):
    from pneumoscope.exchange.core import core_graph
    from pneumoscope.exchange.film import film_graph
    from pneumoscope.exchange.graph import chained

    core = core_graph(films.models["one"])
    film = chained(film_graph(films.preprocessing), core)
    return core.SerializeToString(), film.SerializeToString()


def compared(films, **changes) -> Compared:
    images = {Split.VALIDATION: films.images[:3], Split.TEST: films.images[3:]}
    return replace(Compared(films.rows, images, films.decoded, films.contracted), **changes)


def test_an_equal_model_has_its_parity_on_record(films, graphs):
    found = check_parity(
        *graphs, compared(films), films.threshold, batch_size=2, runtime=ONNXRUNTIME
    )
    assert found.films == {Split.VALIDATION: 3, Split.TEST: 4}
    assert found.core <= 1e-5
    assert found.film <= 5e-3
    assert found.decisions_changed == found.flags_changed == 0
    assert 0 < found.distance <= 0.1
    assert found.runtime.startswith("onnxruntime ")


@pytest.mark.parametrize("row", [0, 6])
def test_one_score_further_away_than_rounding_is_refused(films, graphs, row):
    rows = films.rows.copy()
    rows.loc[row, "score"] += 3e-5
    with pytest.raises(InputError, match=r"exported core within 1e-05.*1 of 7 further away, up to"):
        check_parity(
            *graphs, compared(films, rows=rows), films.threshold, batch_size=2, runtime=ONNXRUNTIME
        )


def test_a_score_that_is_missing_is_refused(films, graphs):
    rows = films.rows.copy()
    rows.loc[4, "score"] = np.nan
    with pytest.raises(InputError, match="1 of 7 further away"):
        check_parity(
            *graphs, compared(films, rows=rows), films.threshold, batch_size=2, runtime=ONNXRUNTIME
        )


def test_a_graph_that_prepares_films_otherwise_is_refused(films, graphs):
    inverted = {path: 255 - film for path, film in films.decoded.items()}
    with pytest.raises(InputError, match=r"exported film graph within 0.005 .* 7 further away"):
        check_parity(
            *graphs,
            compared(films, decoded=inverted),
            films.threshold,
            batch_size=2,
            runtime=ONNXRUNTIME,
        )


def test_a_distance_from_train_further_away_is_refused(films, graphs):
    rows = films.rows.copy()
    rows.loc[5, "distance"] += 0.3
    with pytest.raises(InputError, match=r"distances from train .*1 of 7 further away, up to 0\.3"):
        check_parity(
            *graphs, compared(films, rows=rows), films.threshold, batch_size=2, runtime=ONNXRUNTIME
        )


def test_one_decision_that_changes_is_refused(films, graphs):
    nearest = float(np.sort(films.scores)[3])
    # Evaluated one rounding below the threshold, and one above by the export.
    rows = films.rows.copy()
    row = int(np.argmin(np.abs(films.scores - nearest)))
    rows.loc[row, "score"] = nearest - 5e-6
    with pytest.raises(InputError, match=r"core to decide as was evaluated.*1 of 7 films called"):
        check_parity(
            *graphs, compared(films, rows=rows), nearest - 2e-6, batch_size=2, runtime=ONNXRUNTIME
        )


def test_nothing_to_compare_proves_nothing(films, graphs):
    with pytest.raises(InputError, match="films of validation or test to compare"):
        check_parity(
            *graphs,
            compared(films, rows=films.rows.iloc[:0]),
            0.5,
            batch_size=2,
            runtime=ONNXRUNTIME,
        )


SHALLOW = ("mlp", "cnn", "vgg16")
DEEP = ("resnet50v2", "densenet121", "efficientnetv2b0")
"""Without mobilenetv2, whose random weights leave nothing of a film: its core is in test_core."""


@pytest.fixture(scope="module", params=[*SHALLOW, *DEEP])
def random(request, evaluated, small):
    """Films scored by an architecture whose weights are random."""
    model = small(request.param, 3)
    if request.param in SHALLOW:
        settle(model, evaluated({"one": model}).images)
    films = apart(evaluated({"one": model}))
    assert np.ptp(films.scores) > (0.05 if request.param in SHALLOW else 1e-4)
    return films


@pytest.mark.slow
@pytest.mark.parametrize("form", [ExportFormat.ONNX, ExportFormat.LITERT])
def test_architectures_are_exported_equal_and_refused_where_they_are_not(
    random, form, record_property
):
    graphs = converted(random, form)
    found = compared_by_node(random, graphs, form)
    for name in ("core", "film", "distance"):
        record_property(name, f"{getattr(found, name):.1e}")
    assert found.core <= 1e-5
    assert found.film <= 5e-3
    assert found.decisions_changed == 0

    rows = random.rows.copy()
    rows.loc[4, "score"] += 2e-5
    with pytest.raises(InputError, match=r"exported core within 1e-05.*1 of 7 further away"):
        compared_by_node(random, graphs, form, scores=rows)
    # As good as equal, and on either side of the threshold.
    score = float(random.scores[4])
    rows.loc[4, "score"] = score - 8e-6
    metrics = replace(random, threshold=score - 4e-6).metrics
    with pytest.raises(InputError, match=r"core to decide as was evaluated.*1 of 7 films called"):
        compared_by_node(random, graphs, form, scores=rows, metrics=metrics)
    # Another film in its place, whose score is the farthest from its own.
    farthest = int(np.argmax(np.abs(random.scores - random.scores[4])))
    if abs(random.scores[farthest] - random.scores[4]) > 0.01:
        other = {**random.decoded, "4.png": random.decoded[f"{farthest}.png"]}
        with pytest.raises(InputError, match=r"film graph within 0\.005.*1 of 7 further away"):
            compared_by_node(random, graphs, form, decoded=other)

import pytest
from kedro.pipeline import Node, Pipeline

from pneumoscope.graph import BEGIN, END, as_mermaid, replace_between_markers

# As in the project, where the scores of an architecture are named in its namespace.
pytestmark = pytest.mark.filterwarnings("ignore:One or more dataset names contain")


def step(inputs, outputs, **options) -> Node:
    return Node(lambda *_: None, inputs, outputs, name=f"to_{outputs}", **options)


@pytest.fixture
def pipelines() -> dict[str, Pipeline]:
    trained = [
        Pipeline([step(["rows", "params:seed"], f"model_{name}", namespace=None)])
        for name in ("cnn", "mlp")
    ]
    scored = [
        Pipeline([step(f"model_{name}", f"{name}.scores", namespace=name)])
        for name in ("cnn", "mlp")
    ]
    return {
        "rows": Pipeline([step("params:seed", "rows")]),
        "training": sum(trained, Pipeline([])),
        "evaluation": sum(scored, Pipeline([])),
        "report": Pipeline([step(["cnn.scores", "mlp.scores"], "page")]),
        "empty": Pipeline([]),
    }


def test_boxes_are_pipelines_and_arrows_the_data_between_them(pipelines):
    lines = as_mermaid(pipelines).splitlines()
    assert lines[0] == "flowchart TD"
    assert "    rows[[rows]]" in lines
    assert '    rows -- "rows" --> training' in lines
    assert not any("empty" in line or "params" in line for line in lines)


def test_entries_of_each_architecture_are_one_arrow(pipelines):
    chart = as_mermaid(pipelines)
    assert 'training -- "model_‹architecture›" --> evaluation' in chart
    assert 'evaluation -- "‹architecture›.scores" --> report' in chart
    assert "cnn" not in chart


def test_the_chart_goes_between_the_markers_and_can_be_replaced():
    text = f"# Title\n{BEGIN}\nold\n{END}\nend\n"
    once = replace_between_markers(text, r"flowchart \1")
    assert once == f"# Title\n{BEGIN}\n```mermaid\nflowchart \\1\n```\n{END}\nend\n"
    assert replace_between_markers(once, r"flowchart \1") == once


def test_a_text_without_markers_is_refused():
    with pytest.raises(ValueError, match=r"expected the markers .*graph: begin"):
        replace_between_markers("# Title", "flowchart TD")

"""exported model, its figures → a folder that any web server hands out."""

from kedro.pipeline import Node, Pipeline

from pneumoscope.pipelines.web_page.nodes import write_web_page


def create_pipeline(model: str) -> Pipeline:
    """Create the pipeline; it alone needs onnxruntime-web, and so stands apart from `exchange`.

    Args:
        model: Name of the model or ensemble that was exported.
    """
    write = Node(
        write_web_page,
        {
            "model": f"{model}.exported_model",
            "contract": f"{model}.exported_contract",
            "metrics": f"{model}.metrics",
            "sites": "external_results",
            "runtime": "onnxruntime_web",
        },
        f"{model}.web_page",
        name="write_web_page",
    )
    return Pipeline([write], tags="web_page")

"""The graph as a mermaid flowchart: pipelines, and the data that passes between them."""

import re
from collections.abc import Mapping

from kedro.pipeline import Pipeline

from pneumoscope.errors import InputError

BEGIN, END = "<!-- graph: begin -->", "<!-- graph: end -->"


def as_mermaid(pipelines: Mapping[str, Pipeline]) -> str:
    """Draw each pipeline as a box and what one takes from another as arrows.

    Entries of one kind, such as the scores of each architecture, are drawn as one arrow with
    `<architecture>` in its name.

    Args:
        pipelines: Pipelines by name, in the order in which they run.
    """
    lines = ["flowchart TD"]
    lines += [f"    {name}[[{name}]]" for name, pipe in pipelines.items() if pipe.nodes]
    for taker, pipe in pipelines.items():
        for giver, source in pipelines.items():
            passed = _datasets(pipe.inputs()) & _datasets(source.all_outputs())
            if passed and giver != taker:
                label = "<br>".join(sorted(_general(passed, pipelines)))
                lines.append(f'    {giver} -- "{label}" --> {taker}')
    return "\n".join(lines)


def replace_between_markers(text: str, mermaid: str) -> str:
    """Put a mermaid chart between the markers of a Markdown text.

    Raises:
        ValueError: The text lacks the markers.
    """
    if BEGIN not in text or END not in text:
        raise InputError(
            f"the markers {BEGIN} and {END} in the text", "none", "Put them where the graph goes."
        )
    block = f"{BEGIN}\n```mermaid\n{mermaid}\n```\n{END}"
    return re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: block, text, flags=re.DOTALL)


def _datasets(names: set[str]) -> set[str]:
    return {name for name in names if not name.startswith(("params:", "parameters"))}


def _general(names: set[str], pipelines: Mapping[str, Pipeline]) -> set[str]:
    namespaces = {node.namespace for pipe in pipelines.values() for node in pipe.nodes}
    pattern = "|".join(re.escape(name) for name in namespaces if name)
    # Mermaid reads <…> as markup.
    return {
        re.sub(rf"^({pattern})\.|(?<=^model_)({pattern})$", _placeholder, name) if pattern else name
        for name in names
    }


def _placeholder(match: re.Match[str]) -> str:
    return "‹architecture›." if match[1] else "‹architecture›"

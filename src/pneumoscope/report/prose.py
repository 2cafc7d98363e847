"""The fixed prose of the report, read from `templates/prose.txt`."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


def prose(name: str, **values: object) -> str:
    """Return a text of fixed prose, its line breaks turned to spaces.

    Args:
        name: Of its macro in the template.
        **values: What the macro takes.
    """
    return " ".join(text(name, **values).split())


def sentences(name: str) -> list[str]:
    """Return the paragraphs of a text, each as one line."""
    return [" ".join(paragraph.split()) for paragraph in text(name).split("\n\n")]


def text(name: str, **values: object) -> str:
    """Return a text of fixed prose as it stands in the template."""
    return str(getattr(_macros(), name)(**values)).strip()


@cache
def _macros() -> object:
    loader = PackageLoader("pneumoscope.report")
    environment = Environment(loader=loader, undefined=StrictUndefined, autoescape=False)
    return environment.get_template("prose.txt").module

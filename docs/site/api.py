"""The Python API as pages: what each module offers, from its signatures and docstrings.

Read from the source, so that no module is imported and nothing loads TensorFlow.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SECTIONS = ("Args", "Attributes", "Returns", "Yields", "Raises")
Documented = ast.FunctionDef | ast.ClassDef


def pages(project: Path) -> dict[str, str]:
    """Give a page for each package of the project, one for its own modules, and an index."""
    root = project / "src/pneumoscope"
    packages = sorted(path.parent for path in root.glob("*/__init__.py"))
    found = {f"api/{package.name}.md": _page(package, root) for package in packages}
    own = [file for file in sorted(root.glob("*.py")) if not file.name.startswith("_")]
    found["api/pneumoscope.md"] = "\n".join(
        ["# pneumoscope", "", _about(root / "__init__.py"), "", *_modules(own, root)]
    )
    names = [name.removeprefix("api/").removesuffix(".md") for name in found]
    rows = [f"| [{name}]({name}.md) | {_summary(root, name)} |" for name in sorted(names)]
    tree = ["```{toctree}", ":hidden:", "", *sorted(names), "```", ""]
    index = ["# Python API", "", "What the modules offer each other and a notebook. Names that "
             "begin with an underscore are left out: they may change.", "", *tree,
             "| package | what it is |", "| --- | --- |", *rows, ""]  # fmt: skip
    return {**found, "api/index.md": "\n".join(index)}


def _summary(root: Path, name: str) -> str:
    file = root / ("__init__.py" if name == "pneumoscope" else f"{name}/__init__.py")
    return _about(file).split("\n\n")[0].replace("\n", " ").replace("|", "\\|")


def _about(file: Path) -> str:
    return as_markdown(ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "")


def _page(package: Path, root: Path) -> str:
    files = [file for file in sorted(package.rglob("*.py")) if not file.name.startswith("_")]
    about = _about(package / "__init__.py")
    return "\n".join([f"# {package.name}", "", about, "", *_modules(files, root)])


def _modules(files: list[Path], root: Path) -> Iterator[str]:
    for file in files:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        name = ".".join(file.relative_to(root.parent).with_suffix("").parts)
        yield from (f"## {name}", "", as_markdown(ast.get_docstring(tree) or ""), "")
        for node in _public(tree.body):
            yield from _described(node, node.name, 3)
            if isinstance(node, ast.ClassDef):
                for method in _public(node.body):
                    yield from _described(method, f"{node.name}.{method.name}", 4)


def _public(body: list[ast.stmt]) -> list[Documented]:
    found = [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return [node for node in found if not node.name.startswith("_") and ast.get_docstring(node)]


def _described(node: Documented, name: str, level: int) -> Iterator[str]:
    yield from (f"{'#' * level} {name}", "", "```python", signature(node), "```", "")
    yield from (as_markdown(ast.get_docstring(node) or ""), "")


def signature(node: Documented) -> str:
    """Give how a function is called or a class is made, without its body."""
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(ast.unparse(base) for base in node.bases)
        fields = [
            f"    {ast.unparse(line)}"
            for line in node.body
            if isinstance(line, ast.AnnAssign) and not ast.unparse(line.target).startswith("_")
        ]
        return "\n".join([f"class {node.name}({bases}):" if bases else f"class {node.name}:",
                          *(fields or ["    ..."])])  # fmt: skip
    kind = [f"@{name}\n" for one in node.decorator_list if (name := ast.unparse(one)) in
            ("property", "classmethod", "staticmethod")]  # fmt: skip
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    short = f"{''.join(kind)}def {node.name}({ast.unparse(node.args)}){returns}: ..."
    if len(short) <= 88:
        return short
    parts = ",\n    ".join(_arguments(node.args))
    return f"{''.join(kind)}def {node.name}(\n    {parts},\n){returns}: ..."


def _arguments(given: ast.arguments) -> list[str]:
    """Write arguments one by one, as `ast.unparse` writes them together."""
    text = ast.unparse(given)
    parts, depth, begin = [], 0, 0
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            parts.append(text[begin:place].strip())
            begin = place + 1
    return [*parts, text[begin:].strip()]


def as_markdown(text: str) -> str:
    """Write a Google docstring as Markdown: its sections as lists with a heading in bold."""
    lines, section = [], ""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.removesuffix(":") in SECTIONS and stripped.endswith(":"):
            section = stripped.removesuffix(":")
            lines += ["", f"**{section}**", ""]
        elif section and stripped and not line.startswith(" "):
            section = ""
            lines += ["", line]
        elif section and line.startswith("    ") and not line.startswith("     "):
            named = re.match(r"(\*{0,2}[\w.]+(?: \([^)]*\))?): (.*)", stripped)
            lines.append(f"- `{named[1]}`: {named[2]}" if named else f"- {stripped}")
        elif section:
            lines.append(f"  {stripped}" if stripped else "")
        else:
            lines.append(line)
    return "\n".join(lines).strip().replace("<", "\\<") if "`" not in text else "\n".join(lines)

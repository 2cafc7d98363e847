"""What README and docs/ name: commands, with what they are given, paths and links."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PAGES = [
    *(PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    PROJECT / "conf/local/README.md",
    *sorted((PROJECT / "docs").glob("*.md")),
]

FENCE = re.compile(r"^ *```(?P<kind>\w*)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?<=\n\n)(?: {4}\S.*\n)(?: {4}.*\n)*")
SPAN = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
HEREDOC = re.compile(r"(<<'(\w+)')\n.*?^\2$", re.MULTILINE | re.DOTALL)
PLACEHOLDER = re.compile(r"<[^<>\n]+>")
ASSIGNMENT = re.compile(r"[A-Z][A-Z0-9_]*=")
EXAMPLE = "example"
"""Stands where a page leaves a name to the reader, as in `<folder>`."""


@dataclass(frozen=True)
class Command:
    """A command as a page has it: its variables, and its words without them."""

    page: str
    text: str
    variables: tuple[str, ...]
    words: tuple[str, ...]
    in_prose: bool = False

    def __str__(self) -> str:
        return f"{self.page}: {self.text}"


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def named(page: Path) -> str:
    return page.relative_to(PROJECT).as_posix()


def blocks(page: Path) -> list[list[Command]]:
    """Give the commands of each block of a page, in the order in which a reader runs them."""
    text = text_of(page)
    bodies = [match["body"] for match in FENCE.finditer(text) if match["kind"] == "sh"]
    shown = [match["body"] for match in FENCE.finditer(text) if match["kind"] == ""]
    bodies += ["\n".join(re.findall(r"^\$ (.*)$", body, re.MULTILINE)) for body in shown]
    indented = INDENTED.findall(FENCE.sub("", text))
    bodies += [body for body in indented if re.match(r" +(\w+=|python|pytest|kedro)", body)]
    return [found for body in bodies if (found := list(_commands(body, page)))]


def spans(page: Path) -> list[str]:
    """Give what stands in backquotes in the prose of a page."""
    return [" ".join(span.split()) for span in SPAN.findall(FENCE.sub("", text_of(page)))]


def inline(page: Path, programs: set[str]) -> list[Command]:
    """Give the commands in the prose of a page: a program of these and at least one word."""
    found = (command for span in spans(page) for command in _commands(span, page))
    several = (one for one in found if len(one.words) > 1)
    return [replace(one, in_prose=True) for one in several if one.words[0] in programs]


def fragments(page: Path) -> list[Command]:
    """Give options that the prose of a page names without their command."""
    found = (one for span in spans(page) if span.startswith("--") for one in _commands(span, page))
    return list(found)


def _commands(body: str, page: Path) -> Iterator[Command]:
    text = HEREDOC.sub(r"\1", body).replace("\\\n", " ")
    for line in text.splitlines():
        for words in _apart(PLACEHOLDER.sub(EXAMPLE, line)):
            count = next(
                (n for n, word in enumerate(words) if not ASSIGNMENT.match(word)), len(words)
            )
            if words[count:]:
                variables = tuple(word.split("=")[0] for word in words[:count])
                told = " ".join(line.split("  #")[0].split())
                yield Command(named(page), told, variables, tuple(words[count:]))


def _apart(line: str) -> Iterator[list[str]]:
    """Take a line apart into words, commands being parted by `&&`, `|`, `;` and `&`."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|")
    lexer.whitespace_split = True
    words: list[str] = []
    try:
        for word in [*lexer, ";"]:
            if not set(word) <= set(";&|"):
                words.append(word)
            elif words:
                yield [one for one in words if one != "…"]
                words = []
    except ValueError:  # half a quotation: no command
        return


def slug(heading: str) -> str:
    """Give the anchor of a heading, as code hosts make it."""
    plain = re.sub(r"[`*]|\]\([^)]*\)", "", heading).replace("[", "")
    return re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(page)), re.MULTILINE)
    return {slug(heading) for heading in headings}

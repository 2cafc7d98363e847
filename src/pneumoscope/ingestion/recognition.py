"""Which collection a folder holds: one with a table that is known, or classes by folder or name."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from pneumoscope.counts import counted_of
from pneumoscope.errors import InputError, did_you_mean
from pneumoscope.ingestion.entries import Entries
from pneumoscope.ingestion.labels import Meanings
from pneumoscope.ingestion.layout import SUBTYPE_FOLDERS, Layout, fold
from pneumoscope.ingestion.litter import is_called_spreadsheet, is_litter
from pneumoscope.ingestion.path_index import PathIndex
from pneumoscope.ingestion.table_layout import TableLayout
from pneumoscope.ingestion.table_remarks import unread_columns
from pneumoscope.ingestion.tables import Table, decoded, read_table
from pneumoscope.naming import Label
from pneumoscope.options import IngestionOptions
from pneumoscope.options.collections import CollectionOptions

Reader = Callable[[], bytes]
Files = Mapping[str, Reader]

AUTO, FOLDERS, NAMES, OWN = "auto", "folders", "file names", "labels"
"""What `collection` may say besides a known name; a layout by names; the preset of own tables."""


def recognise(
    files: Files,
    beside: Files,
    options: IngestionOptions,
    known: Mapping[str, Any],
) -> Layout:
    """Find out how a collection is laid out, by its tables, then its folders, then its names.

    Args:
        files: Relative POSIX path to a function that reads that file's bytes.
        beside: Likewise a table outside the folder, which then counts and no other.
        options: `collection` names one; `auto` recognises it.
        known: The collections that are known, by name, each as `CollectionOptions` has it.

    Raises:
        InputError: A table is missing, no text or lacks columns, no row of it names a file, or two
            collections are there.
    """
    asked = options.collection
    # Kedro types the parameters of a node, but not those within a mapping.
    collections = {name: CollectionOptions.model_validate(one) for name, one in known.items()}
    if asked == FOLDERS:
        layout = _by_path(files, options)
        layout.remarks += [
            f"{table} was not read, for ingestion.collection is {FOLDERS}." for table in beside
        ]
        return layout
    if asked not in (AUTO, *collections):
        near = did_you_mean(asked, [AUTO, FOLDERS, *collections])
        raise InputError("a collection as `ingestion.collection`", f"'{asked}'", near)
    named = [name for name in collections if _any_called(collections[name].tables, beside)]
    found: dict[str, list[Table]] = {}
    fitting: list[str] = []
    # One's own table may be called as another collection's is: columns decide then.
    for possible in [[asked]] if asked != AUTO else [named, list(collections)]:
        if not fitting:
            found = {n: _tables(n, collections[n], files, beside, asked) for n in possible}
            fitting = [n for n in found if found[n] or _known_by(n, collections, files, asked)]
    if len(fitting) > 1:
        raise InputError(
            "one collection in the folder",
            f"the files of {' and '.join(fitting)}",
            f"Name it: --params ingestion.collection={fitting[0]}",
        )
    for name in fitting:
        layout = _layout(name, found[name], files, options, collections[name])
        if beside and name == OWN:
            layout.remarks += _passed_over(files, beside, collections[OWN].tables)
        return layout
    if beside:
        tables = [read_table(n, read()) for n, read in beside.items()]
        raise _no_table(OWN, collections[OWN], tables, files)
    layout = _by_path(files, options)
    layout.remarks += _spreadsheets(files)
    return layout


def _spreadsheets(files: Iterable[str]) -> list[str]:
    """Say that spreadsheets are not read, which may hold the labels."""
    # Their names may be of patients, and remarks are written down.
    found = sum(map(is_called_spreadsheet, files))
    if not found:
        return []
    return [
        f"Spreadsheets, which are not read: {found:,}. If the labels stand in one, save it as CSV "
        "in UTF-8 under the name labels.csv (docs/tables.md)."
    ]


def _passed_over(files: Files, beside: Files, named: Sequence[str]) -> list[str]:
    """Say which tables in the folder, or archive, one outside it goes before."""
    within = [path for path in _called(named, files) if not is_litter(path)]
    return [f"{path} was not read, for {' and '.join(beside)} outside was." for path in within]


def _tables(
    name: str, options: CollectionOptions, files: Files, beside: Files, asked: str
) -> list[Table]:
    """Read the tables of a collection; none if they are not its own, which may be chance."""
    if not options.tables:
        return []
    meant = asked == name or (name == OWN and (not beside or _any_called(options.tables, beside)))
    tables = []
    called = (path for path in _called(options.tables, files) if not is_litter(path))
    for path in beside or called:
        try:
            tables.append(read_table(path, (beside or files)[path]()))
        except InputError:
            if meant:
                raise
    fitting = [table for table in tables if _has_file(options, table)]
    if not fitting or not _tells_class(options, fitting):
        if meant and (tables or asked == name):
            raise _no_table(name, options, tables, files)
        return []
    return fitting


def _has_file(options: CollectionOptions, table: Table) -> bool:
    return options.columns is not None and table.has(options.columns.named["file"])


def _tells_class(options: CollectionOptions, tables: Iterable[Table]) -> bool:
    assert options.columns is not None
    wanted = [*options.columns.named.get("label", []), *options.columns.flags]
    return any(table.has(wanted) for table in tables)


def _no_table(
    name: str, options: CollectionOptions, tables: Sequence[Table], files: Iterable[str]
) -> InputError:
    assert options.columns is not None
    columns = options.columns
    label = [*columns.named.get("label", []), *columns.flags]
    index = PathIndex(files)
    received = "; ".join(f"{table.name} with {_first_line(table, index)}" for table in tables)
    return InputError(
        f"a table {' or '.join(options.tables)} with the columns "
        f"{' or '.join(columns.named['file'])} and {' or '.join(label)}",
        received or "no such file",
        f"Say what they are called: --params collections.{name}.columns.file=[<column>], and so "
        "on; or name the table: --params labels=<file>; --params ingestion.collection=folders "
        "reads no table.",
    )


def _first_line(table: Table, index: PathIndex) -> str:
    """Tell the names of the columns, unless they are a row, which could name a patient."""
    if any(map(index.find, table.columns)):
        return "a first line that names a file and no columns"
    return f"the columns {', '.join(table.columns)}"


def _known_by(
    name: str, collections: Mapping[str, CollectionOptions], files: Files, asked: str
) -> bool:
    """Tell whether a collection without a table is there: it is named, or has its own paths."""
    one = collections[name]
    if one.tables:
        return False
    patterns = [fold(pattern) for pattern in one.known_by]
    return asked == name or any(fnmatchcase(fold(path), p) for path in files for p in patterns)


def _any_called(patterns: Iterable[str], paths: Iterable[str]) -> bool:
    return next(_called(patterns, paths), None) is not None


def _called(patterns: Iterable[str], paths: Iterable[str]) -> Iterator[str]:
    """Yield the paths whose names are one of these patterns."""
    folded = [fold(pattern) for pattern in patterns]
    for path in paths:
        name = fold(path.rpartition("/")[2])
        if any(fnmatchcase(name, pattern) for pattern in folded):
            yield path


def _layout(
    name: str,
    tables: Sequence[Table],
    files: Files,
    options: IngestionOptions,
    collection: CollectionOptions,
) -> Layout:
    left_out = [*options.left_out_folders, *collection.left_out_folders]
    if not tables:
        classes = collection.classes or options.class_folders
        return Layout(classes, options.patient_patterns, left_out, name=name)
    folders = Layout(options.class_folders, options.patient_patterns, left_out, name=name)
    index = PathIndex(path for path in files if not (is_litter(path) or folders.left_out(path)))
    entries = Entries(tables, collection, index)
    if not len(entries):
        rows = sum(len(table.rows) for table in tables)
        raise InputError(
            f"rows of {' and '.join(table.name for table in tables)} that name files of the folder",
            f"none among {rows:,}",
            "Name the folder that its paths begin at, or another column as "
            f"`collections.{name}.columns.file`.",
        )
    for part, names in collection.splits.items():
        for path in _called(names, files):
            text, _ = decoded(path, files[path]())
            for line in text.splitlines():
                entries.list_as(part, index.find(line))
    if name == OWN:
        assert collection.columns is not None
        entries.remarks += unread_columns(name, tables, collection.columns)
    return TableLayout(
        tables, entries, _meanings(name, options, collection), collection,
        class_folders=options.class_folders, patient_patterns=options.patient_patterns,
        left_out=left_out, name=name,
    )  # fmt: skip


def _meanings(name: str, options: IngestionOptions, collection: CollectionOptions) -> Meanings:
    if collection.classes:
        where = f"collections.{name}.classes, or .left_out"
        return Meanings(collection.classes, collection.left_out, where)
    words = {label: [label.value, *options.class_folders[label]] for label in Label}
    words[Label.PNEUMONIA] += SUBTYPE_FOLDERS
    where = f"ingestion.class_folders, or collections.{name}.left_out"
    return Meanings(words, collection.left_out, where)


def _by_path(files: Files, options: IngestionOptions) -> Layout:
    """Read the classes off folders, or where no folder names one, off the names of the files."""
    layout, folders = Layout.of(options), set[str]()
    for path in files:
        if not is_litter(path):
            folders.update(PurePosixPath(path).parts[:-1])
    if any(map(layout.names_class, folders)):
        return layout
    telling = [layout.label_of_name(path) is not None for path in files if not is_litter(path)]
    if not any(telling):
        return layout
    rules = (options.class_folders, options.patient_patterns, options.left_out_folders)
    by_name = Layout(*rules, names_tell=True, name=NAMES)
    by_name.remarks = [
        f"No folder names a class, so the names of the files were believed: "
        f"{counted_of(sum(telling), len(telling), 'file', 'speaks', 'speak')} of one class."
    ]
    return by_name

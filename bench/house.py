"""How large are the files, how much do they import, and do blueprint, folder and templates share a name?

    .venv/bin/python -m bench.house [--at REVISION …]

Prints the figures of this tree's `watch/` beside those of each given revision, which git unpacks into a
temporary folder. An endpoint agrees if its blueprint, the feature's folder that holds its view and the folder
of each template that the view names have the same name; for a view without a template, the first two.
`--list` prints the endpoints that do not agree.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = {"components", "errors", "email", "print"}  # template folders that features share
TEMPLATE = re.compile(r"([a-z_]+)/[a-z_]+\.html")
ENDPOINTS = """
import inspect, json, sys
from watch import create_app
app = create_app({"ENV": "development", "TESTING": True, "QUEUE_URL": "memory:", "DATABASE_URL": "sqlite://",
                  "JOURNAL": sys.argv[1]})
views = {name: inspect.unwrap(view) for name, view in app.view_functions.items() if name != "static"}
print(json.dumps([[name, view.__module__, view.__name__] for name, view in sorted(views.items())]))
"""


@dataclass(frozen=True)
class File:
    """A Python file: its lines, its lines of imports and exports, and the number of names it imports."""

    lines: int
    import_lines: int
    names: int


@dataclass(frozen=True)
class Endpoint:
    """An endpoint, with the names of its blueprint, its feature and its templates' folders."""

    name: str
    blueprint: str
    feature: str
    templates: frozenset[str]

    @property
    def folder_agrees(self) -> bool:
        """True if the feature's folder has the blueprint's name."""
        return self.feature == self.blueprint

    @property
    def agrees(self) -> bool:
        """True if all of them have the same name."""
        return self.folder_agrees and self.templates <= {self.blueprint}


def measured(path: Path) -> File:
    """Return the figures of one file."""
    text = path.read_text()
    nodes = [node for node in ast.walk(ast.parse(text)) if _imports(node) or _exports(node)]
    spans = {line for node in nodes for line in range(node.lineno, (node.end_lineno or 0) + 1)}
    names = [alias for node in nodes if _imports(node) and not _is_future(node) for alias in node.names]
    return File(len(text.splitlines()), len(spans), len(names))


def _imports(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _is_future(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _exports(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
    )


def files(tree: Path) -> list[File]:
    """Return the figures of the files of `watch/` that are not empty."""
    found = [measured(path) for path in sorted((tree / "watch").rglob("*.py"))]
    return [each for each in found if each.lines]


def endpoints(tree: Path) -> list[Endpoint]:
    """Return every endpoint, read from the tree's running application."""
    with tempfile.TemporaryDirectory() as journal:
        words = [sys.executable, "-c", ENDPOINTS, journal]
        said = subprocess.run(words, cwd=tree, check=True, capture_output=True, text=True).stdout
    return [
        Endpoint(name, name.partition(".")[0], module.split(".")[1], _templates(_source(tree, module), view))
        for name, module, view in json.loads(said.splitlines()[-1])
    ]


def _source(tree: Path, module: str) -> Path:
    path = tree / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _templates(source: Path, view: str) -> frozenset[str]:
    """Return the template folders named by a view and by the functions that it uses in its file."""
    functions = _functions(source)
    used = [view]
    folders: set[str] = set()
    for name in used:  # the list grows in the loop
        for node in ast.walk(functions[name]):
            if isinstance(node, ast.Constant) and (found := TEMPLATE.fullmatch(str(node.value))):
                folders.add(found[1])
            elif isinstance(node, ast.Name) and node.id in functions and node.id not in used:
                used.append(node.id)
    return frozenset(folders - SHARED)


@cache
def _functions(source: Path) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(source.read_text())
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def figures(tree: Path) -> dict[str, str]:
    """Return the figures of a tree by name."""
    found, views = files(tree), endpoints(tree)
    lines = sorted(each.lines for each in found)
    total = sum(lines)
    imports = sum(each.import_lines for each in found)
    return {
        "lines of `watch/`": f"{total:,}",
        "files that are not empty": str(len(found)),
        "lines a file: median": f"{statistics.median(lines):g}",
        "… 90 in 100 have at most": f"{lines[-(-len(lines) * 9 // 10) - 1]}",
        "… the longest": str(lines[-1]),
        "names imported a file: median": f"{statistics.median(each.names for each in found):g}",
        "lines that are imports or `__all__`": f"{100 * imports / total:.1f} %",
        "endpoints in a folder called as their blueprint": _share(views, "folder_agrees"),
        "… and their templates too": _share(views, "agrees"),
    }


def _share(views: Sequence[Endpoint], wanted: str) -> str:
    return f"{sum(getattr(each, wanted) for each in views)} of {len(views)}"


def checked_out(revision: str, folder: Path) -> Path:
    """Unpack a revision into the folder and return the folder."""
    packed = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as tree:
        tree.extractall(folder, filter="data")
    return folder


def table(columns: dict[str, dict[str, str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table with the figures side by side."""
    yield " | ".join(["|", *columns, ""]).strip()
    yield "|" + "---|" * (len(columns) + 1)
    for name in next(iter(columns.values())):
        yield f"| {name} | " + " | ".join(column[name] for column in columns.values()) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--at", nargs="*", default=[], metavar="REVISION", help="earlier states beside it")
    parser.add_argument("--list", action="store_true", help="name the endpoints that do not agree")
    asked = parser.parse_args()
    columns: dict[str, dict[str, str]] = {}
    for revision in asked.at:
        with tempfile.TemporaryDirectory() as folder:
            columns[revision] = figures(checked_out(revision, Path(folder)))
    columns["this tree"] = figures(ROOT)
    print(*table(columns), sep="\n")
    if asked.list:
        for each in endpoints(ROOT):
            if not each.agrees:
                print(f"{each.name}: folder {each.feature}, templates {', '.join(each.templates) or '–'}")


if __name__ == "__main__":
    main()

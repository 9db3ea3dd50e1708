"""How large are the files, how much do they import, and do the names of a page's places agree?

    .venv/bin/python -m bench.house [--at REVISION …]

Prints the figures of this tree's `watch/`, beside those of each revision asked for, which git unpacks into a
folder that is removed afterwards. An endpoint agrees when its blueprint, the feature's folder that holds its
view and the folder of each template that the view names are called the same; a view that names no template
needs the first two. `--list` names those that do not agree.
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
SHARED = {"components", "errors", "email", "print"}  # template folders of no single feature
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
    """A file of Python: its lines, those that import or export, and the names it imports."""

    lines: int
    import_lines: int
    names: int


@dataclass(frozen=True)
class Endpoint:
    """An endpoint, and how its blueprint, its feature and its templates' folders are called."""

    name: str
    blueprint: str
    feature: str
    templates: frozenset[str]

    @property
    def folder_agrees(self) -> bool:
        """Whether the feature's folder is called as the blueprint."""
        return self.feature == self.blueprint

    @property
    def agrees(self) -> bool:
        """Whether all of them are called the same."""
        return self.folder_agrees and self.templates <= {self.blueprint}


def measured(path: Path) -> File:
    """What a file holds."""
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
    """The files of `watch/` that are not empty."""
    found = [measured(path) for path in sorted((tree / "watch").rglob("*.py"))]
    return [each for each in found if each.lines]


def endpoints(tree: Path) -> list[Endpoint]:
    """Every endpoint of the tree's application, read from the running application."""
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
    """The template folders named by a view and by the functions of its file that it uses."""
    functions = _functions(source)
    used = [view]
    folders: set[str] = set()
    for name in used:  # grows meanwhile
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
    """The figures of a tree, each with its name."""
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
    """The tree of a revision, unpacked below the folder."""
    packed = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as tree:
        tree.extractall(folder, filter="data")
    return folder


def table(columns: dict[str, dict[str, str]]) -> Iterator[str]:
    """The figures side by side, as a table of Markdown."""
    yield " | ".join(["|", *columns, ""]).strip()
    yield "|" + "---|" * (len(columns) + 1)
    for name in next(iter(columns.values())):
        yield f"| {name} | " + " | ".join(column[name] for column in columns.values()) + " |"


def main() -> None:
    """Measure and print."""
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

"""Checks the order of the code: imports, commits, lengths. Each rule states its reason."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).resolve().parent.parent
FEATURES = (
    "accounts",
    "addresses",
    "places",
    "contacts",
    "groups",
    "lifecycle",
    "printing",
    "invitations",
    "joining",
    "interest",
    "canvassing",
    "records",
    "handouts",
    "findings",
    "est",
    "meetings",
    "notices",
    "messages",
    "outreach",
    "promises",
    "closing",
    "followup",
    "report",
    "registers",
    "partners",
    "audit",
    "handbook",
    "retention",
    "ops",
)
ROOMS = ("routes", "forms", "labels", "queries", "mails", "service", "errors", "cli")
OF_THE_WEB = {
    "watch.accounts.sessions",
    "watch.accounts.languages",
    "watch.accounts.shares",
    "watch.ops.health",
    "watch.ops.mailbox",
}  # treated as routes, because they use the request
REQUEST_NAMES = {"request", "session", "g", "flash", "current_user"}
COMMIT = {
    "watch.saving",
    "watch.web",
    "watch.clock",
    "watch.mail.delivery",
    "watch.mail.queue",
    "watch.mail.incoming",
    "watch.mail.cli",
}
KNOW_THE_REQUEST = {
    "watch.saving",
    "watch.sure",
    "watch.access",
    "watch.bodies",
    "watch.database",
    "watch.errors",
    "watch.extensions",
    "watch.language",
    "watch.lengths",
    "watch.limits",
    "watch.made_for",
    "watch.navigation",
    "watch.typed_words",
    "watch.urls",
    "watch.web",
}

# What the modules below the features, and mail, may import. A new file there needs a line here.
MODELS = {"database", "extensions", "crypto", "models", "statements"}
MAY_IMPORT: dict[str, set[str]] = {
    "crypto": set(),
    "database": set(),
    "extensions": {"database"},
    "models": MODELS,
    "tokens": MODELS | {"journal"},
    "browser_state": {"crypto", "models"},
    "language": {"models"},
    "bands": {"language", "models"},
    "backing": {"language"},
    "audit": {"extensions", "models"},
    "exporting": {"fields", "models"},
    "sending": {"fields"},
    "periods": {"fields", "lengths"},
    "calendar": {"mail.kinds", "models"},
    "clock": {"extensions", "language", "models", "statements"},
    "journal": MODELS | {"journal"},
    "presence": {"extensions"},
    "access": {"made_for", "models", "permissions", "positions", "relations", "things"},
    "permissions": {"models", "positions", "relations"},
    "made_for": {"crypto", "database", "extensions"},
    "marks": set(),
    "positions": {"models", "statements"},
    "relations": {"models", "positions", "statements"},
    "things": {"models", "statements"},
    "recipients": MODELS | {"errors"},
    "bodies": {"database"},
    "errors": {"bodies", "errors", "extensions", "language", "limits", "made_for", "models", "tokens"},
    "email_address": {"signs"},
    "encodings": set(),
    "typed_words": {"fields", "guarding"},
    "fields": {"email_address", "field_rules", "guarding", "language", "lengths", "made_for", "models",
               "names", "phones", "signs"},
    "field_rules": {"guard", "guarding", "names", "personnummer", "signs", "titles"},
    "guarding": {"guard", "lengths"},
    "guard": {"guard", "searching"},
    "names": {"signs"},
    "titles": {"names"},
    "phones": set(),
    "signs": set(),
    "searching": {"signs"},
    "lengths": set(),
    "personnummer": set(),
    "limits": {"crypto", "database", "extensions", "models", "statements"},
    "paging": {"database", "extensions"},
    "statements": {"extensions"},
    "saving": {"errors", "extensions"},
    "sure": {"fields"},
    "trials": {"errors"},
    "pressed": {"web"},
    "tables": {"encodings", "errors", "xlsx_table"},
    "xlsx_table": set(),
    "spreadsheets": set(),
    "paper": {"language", "tokens"},
    "urls": {"database", "tokens"},
    "navigation": {"extensions", "models", "relations"},
    "web": {"access", "audit", "bodies", "database", "extensions", "language", "made_for", "models"}
    | {"navigation"},
    "mail": MODELS | {"errors", "backing", "language", "mail", "tokens", "trials"},
    "routes": {
        "access", "audit", "bands", "bodies", "browser_state", "calendar", "database", "errors", "exporting",
        "extensions", "fields", "journal", "language", "limits", "made_for", "mail.progress", "models",
        "backing", "names", "paging", "paper", "permissions", "positions", "pressed",
        "recipients", "relations", "saving", "searching", "spreadsheets", "sure", "tables",
        "tokens", "trials", "web",
    },
    "forms": {"bands", "encodings", "exporting", "fields", "guarding", "language", "lengths", "models"}
    | {"marks", "periods", "personnummer", "sending", "tables"},
    "labels": {"bands", "exporting", "fields", "language", "models", "backing", "personnummer", "signs"}
    | {"tables"},
    "queries": MODELS
    | {"errors", "language", "mail.kinds", "mail.progress", "marks", "names", "recipients", "searching",
       "titles", "tokens"},
    "mails": MODELS | {"calendar", "mail.kinds", "tokens"},
    "service": MODELS
    | {"access", "audit", "browser_state", "errors", "fields", "language", "mail.kinds", "mail.outbox"}
    | {"mail.trying"}
    | {"paper"}
    | {"names", "permissions", "recipients", "relations", "tokens"},
    "part": MODELS
    | {
        "audit", "errors", "fields", "guard", "guarding", "language", "mail", "marks", "names", "paper",
        "personnummer", "signs", "spreadsheets", "tables", "tokens",
    }
    | {"clock", "encodings", "exporting", "journal", "backing", "periods", "searching", "sending"}
    | {"xlsx_table"},
    "cli": MODELS
    | {"audit", "email_address", "errors", "fields", "journal", "language", "mail", "jobs", "names"}
    | {"presence", "tokens"},
    "jobs": MODELS | {"clock", "journal", "mail", "presence"},
}  # fmt: skip
# Which rooms a room may use: of other features (earlier ones only; routes and commands of any), and its
# own's.
ROOMS_SEEN: dict[str, tuple[set[str], set[str]]] = {
    "routes": (
        {"queries", "labels", "errors"},
        {"routes", "forms", "labels", "queries", "service", "errors", "part"},
    ),
    "forms": ({"forms", "labels"}, {"forms", "labels", "queries", "part"}),
    "labels": ({"labels", "errors"}, {"labels", "queries", "errors", "part"}),
    "queries": ({"queries"}, {"queries", "part"}),
    "errors": (set(), set()),
    "mails": ({"queries"}, {"queries", "part"}),
    "service": (
        {"queries", "mails", "service", "errors"},
        {"queries", "mails", "service", "errors", "part"},
    ),
    "part": ({"queries", "labels", "service", "errors", "part"}, {"queries", "labels", "errors", "part"}),
    "cli": (
        {"queries", "service", "labels", "errors"},
        {"labels", "queries", "service", "errors", "part", "cli"},
    ),
}
WHY = {
    "routes": "a route reads like a sentence: its own forms and service, anybody's queries and labels",
    "forms": "a form knows its own feature's reads, the forms and labels to its left, never a change",
    "errors": "an error is named by its feature, and depends on nothing",
    "labels": "labels say what models are called, and depend on nothing that changes things",
    "queries": "queries read models, and queries to their left: accounts < places < contacts < groups < …",
    "mails": "a mail asks its own feature's queries, and those to its left, who still wants it",
    "service": "a service uses what stands to its left; the other direction is turned round",
    "part": "a part of a feature is used by its rooms, and uses what stands to its left",
    "cli": "commands call services",
    "models": "the nouns depend on no behaviour",
    "mail": "mail knows nouns and languages, no feature",
    "ground": "tests/test_architecture.py says what each file of the ground may import",
}


@cache
def modules() -> dict[str, ast.Module]:
    """Return every module of the application by its dotted name."""
    found = {}
    for path in sorted((ROOT / "watch").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(), str(path))
    return found


def path_of(module: str) -> Path:
    """Return the file of a module."""
    path = ROOT / module.replace(".", "/")
    package = path / "__init__.py"  # an empty folder left by a checkout has none
    return package if package.exists() else path.with_suffix(".py")


def imports_of(module: str) -> Iterator[tuple[str, int]]:
    """Yield our own modules that a module imports, with the line."""
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                target = whole if whole in modules() else node.module
                if target.partition(".")[0] in {"watch", "config"}:
                    yield target, node.lineno
        elif isinstance(node, ast.Import):
            yield from (
                (a.name, node.lineno) for a in node.names if a.name.partition(".")[0] in {"watch", "config"}
            )
        elif isinstance(node, ast.ImportFrom):
            yield "a relative import", node.lineno


def place_of(module: str) -> tuple[str | None, str]:
    """Return feature and room of a module; other files of a feature have the room "part"."""
    _watch, first, *rest = [*module.split("."), ""]
    if first not in FEATURES or module == "watch.audit":  # its pages are a feature; to note is for everybody
        return None, first
    if module in OF_THE_WEB:
        return first, "routes"
    room = "mails" if rest[0].startswith("mails_") else rest[0]
    return first, room if room in ROOMS else "part"


def may_import(importer: str, imported: str) -> bool:
    """Return True if the order of the modules allows the import (architecture.md)."""
    feature, room = place_of(importer)
    other, other_room = place_of(imported)
    if importer == "watch" or (importer == "watch.cli" and other_room in {"cli", "journal", "mail"}):
        return True
    if importer == "watch.mail.cli":
        return imported == "watch.jobs" or may_import("watch.mail", imported)
    if importer == "watch.ops.health" and imported == "watch.jobs":
        return True  # it checks that the queue answers
    if importer == "watch.jobs" and (other_room in {"service", "queries", "part"} or imported == "config"):
        return True
    if imported == "config":
        return False
    allowed = MAY_IMPORT.get(room, set())
    if other is None:
        below = imported.removeprefix("watch.")
        return any(below == name or below.startswith(name + ".") for name in allowed)
    if feature is None:
        return False
    return _between_features(feature, room, other, other_room)


def _between_features(feature: str, room: str, other: str, other_room: str) -> bool:
    is_left = FEATURES.index(other) < FEATURES.index(feature)
    of_others, of_its_own = ROOMS_SEEN[room]
    return (feature == other and other_room in of_its_own) or (
        other_room in of_others and (is_left or room in {"routes", "cli"})
    )


def breaking(rule: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """Return every module that breaks a rule, and where."""
    return {module: wrong for module in modules() if (wrong := rule(module))}


def test_imports_point_one_way() -> None:
    wrong = {
        f"{module}:{line}": f"may not import {imported}: {WHY.get(place_of(module)[1], WHY['ground'])}"
        for module in modules()
        for imported, line in imports_of(module)
        if not may_import(module, imported)
    }
    assert wrong == {}


def test_nothing_below_the_routes_knows_the_request() -> None:
    def rule(module: str) -> list[str]:
        if module in KNOW_THE_REQUEST or place_of(module)[1] == "routes":
            return []
        return [
            f"line {node.lineno}: {alias.name}"
            for node in ast.walk(modules()[module])
            if isinstance(node, ast.ImportFrom) and node.module in {"flask", "flask_login"}
            for alias in node.names
            if alias.name in REQUEST_NAMES
        ]

    assert breaking(rule) == {}, (
        "services, queries and forms work without a request: who acts is the argument `by`"
    )


def test_commits_stand_where_a_request_ends() -> None:
    def rule(module: str) -> list[str]:
        is_place = place_of(module)[1] in {"routes", "cli", "jobs"} or module in COMMIT
        return [] if is_place else [f"line {line}" for line in _commits(modules()[module])]

    assert breaking(rule) == {}, "a service adds and does not commit: one request, one commit, in its route"


def _commits(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            yield node.lineno


def test_our_own_imports_stand_at_the_top() -> None:
    def rule(module: str) -> list[str]:
        functions = [f for f in ast.walk(modules()[module]) if isinstance(f, ast.FunctionDef)]
        return [
            f"line {node.lineno}" for function in functions for node in ast.walk(function) if _is_ours(node)
        ]

    assert breaking(rule) == {}, "an import inside a function hides that two features know each other"


def _is_ours(node: ast.AST) -> bool:
    names: list[str] = []
    if isinstance(node, ast.ImportFrom):
        names = ["watch" if node.level else node.module or ""]
    elif isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    return any(name.partition(".")[0] in {"watch", "config"} for name in names)


def test_a_file_is_one_sitting() -> None:
    lengths = {module: len(path_of(module).read_text().splitlines()) for module in modules()}
    long = {module: lines for module, lines in lengths.items() if lines > 300}
    assert long == {}, "at most 300 lines; then it becomes a folder of the same name, or the feature splits"


def test_a_function_is_seen_at_a_glance() -> None:
    def rule(module: str) -> list[str]:
        functions = [node for node in ast.walk(modules()[module]) if isinstance(node, ast.FunctionDef)]
        return [f"{each.name}: {_length(each)} lines" for each in functions if _length(each) > 30]

    assert breaking(rule) == {}, "functions have at most 30 lines, their docstring not counted"


def _length(function: ast.FunctionDef) -> int:
    text = function.body[0]
    is_docstring = isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    said = (text.end_lineno or 0) - text.lineno + 1 if is_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - said


def test_a_template_is_one_sitting() -> None:
    files = [path for path in sorted((ROOT / "templates").rglob("*.*")) if path.is_file()]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    long = {path: lines for path, lines in lengths.items() if lines > 150}
    assert long == {}, "a template has at most 150 lines: parts of it become components"


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = [
        name
        for name in modules()
        if name.rpartition(".")[2] in {"utils", "util", "helpers", "common", "misc"}
    ]
    assert drawers == [], "a module is named by what it is about"


def test_what_other_code_calls_says_what_it_does() -> None:
    def rule(module: str) -> list[str]:
        feature, room = place_of(module)
        if feature and room not in {"service", "queries", "part"}:
            return []
        tree = modules()[module]
        silent = [] if ast.get_docstring(tree) or not tree.body else ["the module itself"]
        return silent + [
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not (node.name.startswith("_") or node.name == "init_app" or ast.get_docstring(node))
        ]

    assert breaking(rule) == {}, (
        "services, queries, models and the ground have docstrings; a route or form need none"
    )


def test_an_endpoint_stands_in_the_feature_that_it_is_named_for(make_app: Callable[..., Flask]) -> None:
    views = make_app(DATABASE_URL="sqlite://").view_functions.items()
    named = {name: name.partition(".")[0] for name, _view in views if name != "static"}
    rooms_of_ops = {"health": "ops", "mailbox": "ops"}  # pages about the installation, one file each
    elsewhere = {
        name: view.__module__
        for name, view in views
        if name in named and view.__module__.split(".")[1] != rooms_of_ops.get(named[name], named[name])
    }
    assert elsewhere == {}, "folder and blueprint say the same word"


def test_the_order_holds_in_both_directions() -> None:
    assert may_import("watch.places.service", "watch.accounts.service")
    assert not may_import("watch.accounts.service", "watch.places.service")
    assert not may_import("watch.groups.queries.members", "watch.groups.service")
    assert not may_import("watch.groups.routes.house", "watch.joining.service")
    assert not may_import("watch.mail.compose", "watch.groups.queries.members")
    assert not may_import("watch.mail.queue", "watch.notices.mails")
    assert may_import("watch.notices.mails", "watch.groups.queries.choices")
    assert not may_import("watch.groups.mails", "watch.notices.queries")
    assert not may_import("watch.groups.queries.members", "watch.groups.mails")
    assert not may_import("watch.models.places", "watch.access")

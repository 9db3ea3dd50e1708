"""Finds the tests that concern what has changed: `python -m tests.changed [REVISION]` prints them for pytest.

A changed file of a feature selects the feature's tests and its lines of the access matrix, a changed test
itself, another file the test of its name. Quick tests of the whole application are always selected. Files
that everything depends on (models, the base template, the cast) are not traced to their users: they are named
on standard error, and only `make test` tests them fully.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from tests.access import in_parts

ROOT = Path(__file__).resolve().parent.parent
ALWAYS = tuple(
    f"tests/test_{name}.py"
    for name in ("architecture", "labels", "planted", "templates", "translations", "urls")
)
OF_TABLES = ("tests/journal/test_rules.py", "tests/test_migrations.py", "tests/test_personal_data.py")
CALLED = {
    "email": "mail",
    "print": "printing",
}  # template folders whose tests have another name
MATRIX = "tests/test_access.py::test_each_role_gets_what_permissions_say[{}-sqlite]"


def changed_since(revision: str) -> list[str]:
    """Return files that differ from where this branch left the revision, committed or not."""
    left = _git("merge-base", "HEAD", revision)[0]
    return _git("diff", "--name-only", "--no-renames", left) + _git(
        "ls-files", "--others", "--exclude-standard"
    )


def _git(*words: str) -> list[str]:
    return subprocess.run(
        ["git", *words], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.split()


def concerning(path: str) -> set[str]:
    """Return the tests that concern a changed file; none for files that all tests depend on."""
    top, *below = Path(path).parts
    if top == "tests":
        return _of_a_test(path, below)
    if top == "migrations" or path.startswith("watch/models/"):
        return set(OF_TABLES)
    if top in {"watch", "templates"} and len(below) > 1:
        feature = CALLED.get(below[0], below[0])
        return _there(f"tests/{feature}", f"tests/test_{feature}.py") | _matrix(feature)
    return _there(f"tests/test_{Path(path).stem}.py") if path.endswith(".py") else set()


def _of_a_test(path: str, below: list[str]) -> set[str]:
    if below[0] == "access":
        return _matrix(Path(path).stem)
    is_test = below[-1].startswith("test_")
    return _there(path if is_test else f"tests/{below[0]}") if is_test or len(below) > 1 else set()


def _there(*paths: str) -> set[str]:
    return {path for path in paths if (ROOT / path).exists()}


def _matrix(blueprint: str) -> set[str]:
    if not (ROOT / "tests" / "access" / f"{blueprint}.py").exists():
        return set()
    endpoints = getattr(import_module(f"tests.access.{blueprint}"), "ENDPOINTS", {})
    return {MATRIX.format(part) for part in in_parts(endpoints)}


def is_felt_everywhere(path: str) -> bool:
    """Return True if a changed file can break tests of every feature."""
    top, *below = Path(path).parts
    if top == "tests":
        return len(below) == 1 and not concerning(path)
    return top in {"watch", "templates"} and (
        len(below) == 1 or below[0] in {"models", "components", "errors"}
    )


def without_those_inside(tests: Iterable[str]) -> list[str]:
    """Return the tests once each, without those inside a selected folder or file."""
    found = set(tests)
    files = {test: Path(test.partition("::")[0]) for test in found}
    return sorted(
        test for test, file in files.items() if not {str(file.parent), str(file)} & (found - {test})
    )


def main() -> None:
    """Print the tests for what changed since the given revision, or since main."""
    paths = changed_since(sys.argv[1] if len(sys.argv) > 1 else "main")
    print(*without_those_inside([*ALWAYS, *(test for path in paths for test in concerning(path))]), sep="\n")
    if everywhere := [path for path in paths if is_felt_everywhere(path)]:
        print("Felt everywhere, so `make test` has the last word:", *everywhere, sep="\n  ", file=sys.stderr)


if __name__ == "__main__":
    main()

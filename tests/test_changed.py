"""Checks which tests `make check` selects for a change, and that it never selects none by mistake."""

from __future__ import annotations

import pytest

from tests.changed import ALWAYS, ROOT, concerning, is_felt_everywhere, without_those_inside
from tests.test_architecture import FEATURES


@pytest.mark.parametrize("feature", [*FEATURES, "journal", "mail"])
def test_each_feature_has_a_folder_of_tests_by_its_name(feature: str) -> None:
    assert f"tests/{feature}" in concerning(f"watch/{feature}/service.py")
    assert f"tests/{feature}" in concerning(f"templates/{feature}/show.html")


@pytest.mark.parametrize(
    ("path", "tests"),
    [
        ("tests/contacts/test_contacts.py", {"tests/contacts/test_contacts.py"}),
        ("tests/contacts/test_erased.py", set()),
        ("tests/joining/conftest.py", {"tests/joining"}),
        ("tests/test_urls.py", {"tests/test_urls.py"}),
        ("tests/factories.py", set()),
        ("watch/tokens.py", {"tests/test_tokens.py"}),
        ("config.py", {"tests/test_config.py"}),
        (
            "watch/models/people.py",
            {"tests/journal/test_rules.py", "tests/test_migrations.py", "tests/test_personal_data.py"},
        ),
        ("templates/email/join-requested/subject.txt", {"tests/mail"}),
        ("README.md", set()),
    ],
)
def test_a_changed_file_is_tried_by_its_tests(path: str, tests: set[str]) -> None:
    assert concerning(path) == tests


def test_a_changed_feature_is_asked_who_may_what() -> None:
    matrix = {test for test in concerning("watch/contacts/routes.py") if "::" in test}
    assert matrix == concerning("tests/access/contacts.py") > set()
    assert all("[contacts-" in test for test in matrix)


def test_what_everything_stands_on_is_said() -> None:
    ground = ["watch/web.py", "watch/models/mail.py", "templates/base.html", "templates/components/form.html",
              "tests/factories.py", "tests/conftest.py"]  # fmt: skip
    others = ["watch/places/routes.py", "templates/groups/show.html", "tests/test_urls.py", "README.md",
              "tests/places/test_search.py"]  # fmt: skip
    assert [path for path in ground + others if is_felt_everywhere(path)] == ground


def test_what_is_always_tried_is_there_and_nothing_is_tried_twice() -> None:
    assert [path for path in ALWAYS if not (ROOT / path).exists()] == []
    asked = ["tests/mail", "tests/mail/test_guard.py", "tests/test_urls.py", "tests/test_urls.py::test_one"]
    assert without_those_inside(asked) == ["tests/mail", "tests/test_urls.py"]

"""Checks URLs: stable, in English, one action each; and that a GET changes nothing."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.routing import Rule

NOUNS = {
    "places": ("place",),
    "accounts": ("account",),
    "contacts": ("contact",),
    "groups": ("group",),
    "joining": ("request_",),
    "invitations": ("invitation",),
    "interest": ("interest",),
    "meetings": ("meeting",),
    "notices": ("notice",),
    "groups.coordinators": ("coordinator",),
    "groups.choices": ("choice",),
}
WORDS = {
    "feed",  # a token of a calendar program
    "slug",
    "token",
    "code",
    "name",
    "step",
    "task",
    "theme",
    "sign_in_id",
}  # parameters of a URL that are not ids


@pytest.fixture(scope="module")
def rules(make_app: Callable[..., Flask]) -> list[Rule]:
    app = make_app(DATABASE_URL="sqlite://")
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


@pytest.fixture(scope="module")
def views(make_app: Callable[..., Flask]) -> dict[str, ast.FunctionDef]:
    """Return the source of every view that answers GET."""
    app = make_app(DATABASE_URL="sqlite://")
    getting = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())} - {
        "static"
    }
    found = {}
    for name in getting:
        source = textwrap.dedent(inspect.getsource(inspect.unwrap(app.view_functions[name])))
        (found[name],) = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return found


def test_one_endpoint_is_one_action(rules: list[Rule]) -> None:
    methods = {rule.endpoint: sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}) for rule in rules}
    assert {name: each for name, each in methods.items() if each not in (["GET"], ["POST"])} == {}


def test_every_endpoint_belongs_to_a_blueprint_and_does_not_say_its_noun_again(rules: list[Rule]) -> None:
    twice = []
    for rule in rules:
        blueprint, _, verb = rule.endpoint.rpartition(".")
        assert verb, f"{rule.endpoint} belongs to no blueprint"
        twice += [
            rule.endpoint for noun in NOUNS.get(blueprint, ()) if re.search(rf"(^|_){noun}s?(_|$)", verb)
        ]
    assert twice == [], "groups.show, not groups.show_group"


def test_endpoints_and_addresses_are_plain_lower_case_words(rules: list[Rule]) -> None:
    odd = [
        rule.endpoint
        for rule in rules
        if not re.fullmatch(r"([a-z]+\.){1,2}[a-z]+(_[a-z]+)*", rule.endpoint)
        or not re.fullmatch(r"[a-z0-9/.-]*", re.sub(r"<[^>]*>", "", rule.rule))
        or (rule.rule != "/" and rule.rule.endswith("/"))
    ]
    assert odd == []


def test_numbers_in_addresses_are_numbers(rules: list[Rule]) -> None:
    loose = {
        rule.rule: argument
        for rule in rules
        for argument in rule.arguments
        if argument not in WORDS and f"<int:{argument}>" not in rule.rule
    }
    assert loose == {}, "an id is <int:thing_id>; only slugs, codes and tokens are words"


def test_no_get_commits(views: dict[str, ast.FunctionDef]) -> None:
    """The source of each view is searched; test_access.py checks the rows, on every GET as every role."""
    writing = [
        name
        for name, view in views.items()
        for node in ast.walk(view)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "add"}
    ]
    assert writing == []

"""Leads a URL that mail programs, messengers or people have changed to the page that was meant.

Programs take the sign after a link for a part of it, break it in two, wrap it in `<…>`, capitalise its path
or double its slashes. A GET is redirected to the clean URL; a form is read as if it had been sent there,
because whoever presses one-click unsubscribe (RFC 8058) follows no redirect.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask import current_app, redirect, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from watch import tokens
from watch.database import SAFE_METHODS

LONGEST = 1000  # characters of a path that is looked at; a mailed one has less than a hundred
INVISIBLE = "\u00ad\u200b-\u200f\u2060-\u2064\ufeff"
SOFT_BREAK = re.compile(rf"=0D|=0A|=20(?![0-9A-Za-z])|=\s*|[{INVISIBLE}]")  # of quoted-printable; signs
ANOTHER_URL = re.compile(r"\W*https?:.*", re.DOTALL | re.IGNORECASE)  # of `link<https://link>`
REMAINS = r"(?:%[0-9a-f]{2}|[\W_])*"  # signs that no word of a path begins or ends with
NEXT_WORDS = r"[\s&?<>\"')\]].*"  # what follows the link in its sentence
PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
Values = dict[str, str]


def lead_to_page() -> Response | None:
    """Redirect to the page that the URL means, or answer a form there; before any other step of a request.

    Raises tokens.CutToken if nothing is left of the token.
    """
    is_missed = request.routing_exception is not None
    if isinstance(request.routing_exception, MethodNotAllowed) or not (is_missed or _has_remains()):
        return None
    meant = page_meant(request.path, request.method)
    if meant is None or meant == request.path:
        return None
    if request.method in SAFE_METHODS:
        query = request.query_string.decode("latin-1")
        return redirect(f"{meant}?{query}" if query else meant)
    routes = current_app.create_url_adapter(request)
    assert routes is not None
    request.url_rule, values = routes.match(meant, return_rule=True)
    request.view_args = dict(values)
    request.routing_exception = None
    return None


def _has_remains() -> bool:
    return any(_clean(name, value) != value for name, value in (request.view_args or {}).items())


def _clean(name: str, value: object) -> object:
    """Return a token or code of a URL without what does not belong to it; other values are as they were."""
    if name == "token":
        return tokens.tidy_token(str(value)[:LONGEST]) or value
    if name == "code" and not re.fullmatch(r"[0-9A-Za-z -]+", str(value)):
        typed = str(value)[:LONGEST]
        return tokens.show_code(tokens.tidy_code(typed)) if tokens.find_code(typed) else value
    return value


def page_meant(path: str, method: str = "GET") -> str | None:
    """Return the path of the page that a changed path means, or None. Raises tokens.CutToken."""
    pieces = _pieces(path)
    if pieces is None:
        return None
    rules = [rule for rule in current_app.url_map.iter_rules() if method in (rule.methods or ())]
    for rule in sorted(rules, key=lambda rule: len(rule.arguments)):  # `/join/sent` before `/join/<token>`
        if (values := _read(rule, pieces)) is not None:
            return "/".join(_clean_parts(rule, values))
    if any(_read(rule, [*pieces, "?"]) == {"token": "?"} for rule in rules):
        raise tokens.CutToken
    return None


def _pieces(path: str) -> list[str] | None:
    """Return the parts of a path between slashes, without those that hold no letter; None if it is long."""
    if len(path) > LONGEST:
        return None
    parts = re.split(r"[/\\]+", SOFT_BREAK.sub("", ANOTHER_URL.sub("", path)))
    return [part for part in parts if not re.fullmatch(REMAINS, part, re.IGNORECASE)]


def _read(rule: Rule, pieces: Iterable[str]) -> Values | None:
    """Return the values of a rule's parameters in the pieces of a path, or None if they are not its."""
    parts, values = [part for part in rule.rule.split("/") if part], {}
    pieces = list(pieces)
    if len(parts) != len(pieces) or "path:" in rule.rule:
        return None
    for part, piece in zip(parts, pieces, strict=True):
        parameter = PARAMETER.fullmatch(part)
        if parameter and parameter["name"] in {"token", "code"}:
            values[parameter["name"]] = piece
            continue
        is_number = parameter is not None and parameter["kind"] == "int"
        word = re.escape(part) if parameter is None else r"\d+" if is_number else r"[\w-]*\w"
        pattern = rf"[\W_]*({word})(?:{REMAINS}|{NEXT_WORDS})"
        found = re.fullmatch(pattern, piece, re.IGNORECASE | re.ASCII | re.DOTALL)
        if found is None:
            return None
        if parameter:
            values[parameter["name"]] = found[1]
    return values


def _clean_parts(rule: Rule, values: Values) -> Iterable[str]:
    for part in rule.rule.split("/"):
        parameter = PARAMETER.fullmatch(part)
        yield str(_clean(parameter["name"], values[parameter["name"]])) if parameter else part

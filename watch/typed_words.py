"""What somebody typed into a form, field by field: without the values of its buttons and choices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Flask, current_app, request
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, StringField
from wtforms.fields.core import UnboundField

from watch.fields import Form
from watch.guarding import AssuranceField


def init_app(app: Flask) -> None:
    """Let the pages about errors show the words."""
    app.jinja_env.globals["typed_words"] = typed_words


def typed_words(answers: MultiDict[str, str]) -> list[tuple[Any, str]]:
    """Return label and text of each text field that was filled in. A text of no known field has no label.

    A page may keep fields that no form class has. Of those only what looks like words is returned.
    """
    labels = dict(_labels())
    found = []
    for name, answer in answers.items(multi=True):
        label = labels.get(name.rpartition("-")[2])
        if answer.strip() and (label is not None or " " in answer.strip() or "@" in answer):
            found.append((label, answer))
    return found


def _labels() -> Iterator[tuple[str, Any]]:
    """Yield name and label of every text field, those of the page's own feature last, so that they count."""
    view = current_app.view_functions.get(request.endpoint or "")
    feature = ".".join((view.__module__ if view else "").split(".")[:2])
    for form in sorted(_below(Form), key=lambda each: each.__module__.startswith(f"{feature}.")):
        for name, field in vars(form).items():
            if isinstance(field, UnboundField) and _is_typed(field.field_class) and field.args:
                yield name, field.args[0]


def _is_typed(field: type[Any]) -> bool:
    return issubclass(field, StringField) and not issubclass(field, (HiddenField, AssuranceField))


def _below(form: type[Any]) -> Iterable[type[Any]]:
    for each in form.__subclasses__():
        yield each
        yield from _below(each)

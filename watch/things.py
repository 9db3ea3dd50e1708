"""Finds the thing that a page is about: `def show(group: Group)` under /groups/<int:group_id>."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_type_hints

from flask import abort
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from watch.models import Area, Finding, Group, Model
from watch.statements import prepared


def first_model(view: Callable[..., Any]) -> tuple[type[Model] | None, str]:
    """Return the model that is a view's first argument, and the argument's name; None if it has none."""
    for argument, kind in get_type_hints(view).items():
        if isinstance(kind, type) and issubclass(kind, Model):
            return kind, argument
        break
    return None, ""


def load(model: type[Model], argument: str, url: dict[str, Any]) -> Model:
    """Take a thing's id or slug out of a URL's values and return the thing; answer 404 if there is none.

    Of a group that was merged into another one, that one is returned.
    """
    if "slug" in url:
        return _area(url.pop("slug")).scalar() or abort(404)
    thing = _thing(url.pop(f"{argument}_id"), model=model).scalar() or abort(404)
    while isinstance(thing, Group) and thing.merged_into_id is not None:
        thing = _thing(thing.merged_into_id, model=Group).scalar() or abort(404)
    return thing


@prepared
def _area(slug: str) -> Select[Area]:
    return select(Area).where(Area.slug == slug)


@prepared
def _thing(number: int, *, model: type[Model]) -> Select[Model]:
    """Return a select of a row by its id; a group comes with its area, which its pages name.

    A finding whose words are erased only counts: it is no thing any more.
    """
    (key,) = model.__mapper__.primary_key
    wanted = select(model).where(key == number)
    if model is Finding:
        return wanted.where(Finding.erased_at.is_(None))
    return wanted.options(joinedload(Group.area)) if model is Group else wanted

"""Answers the second press of a button whose first press has made its own URL disappear."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from watch.web import ViewAnswer

V = TypeVar("V", bound=Callable[..., Any])


def unless_done(answer_again: Callable[..., ViewAnswer | None]) -> Callable[[V], V]:
    """Return a decorator for a view, to stand above `@requires`.

    `answer_again` gets the URL's parameters, and returns the first press's answer, or None if the reader has
    not pressed before.
    """

    def declare(view: V) -> V:
        @wraps(view)
        def once(**url: Any) -> Any:
            answer = answer_again(**url)
            return view(**url) if answer is None else answer

        return once  # type: ignore[return-value]  # the same parameters

    return declare

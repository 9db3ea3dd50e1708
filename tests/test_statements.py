"""Checks prepared statements: built once, run with each caller's own values."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from flask import Flask
from sqlalchemy import Integer, Select, select, type_coerce

from watch.statements import prepared


def test_a_statement_is_built_once_for_each_shape_and_run_with_the_callers_values(app: Flask) -> None:
    built = []

    @prepared
    def those_in(number: int, chosen: Collection[int], *, is_left_out: bool) -> Select[int]:
        built.append(is_left_out)
        value = type_coerce(number, Integer)
        return select(value).where(value.not_in(chosen) if is_left_out else value.in_(chosen))

    assert those_in(1, [1, 2], is_left_out=False).scalars().all() == [1]
    assert those_in(3, [1, 2], is_left_out=False).scalars().all() == []
    assert those_in(3, [3, 4, 5], is_left_out=False).scalars().all() == [3]
    assert those_in(3, [1], is_left_out=True).scalars().all() == [3]
    assert those_in(1, [1], is_left_out=True).scalars().all() == []
    assert built == [False, True]
    with pytest.raises(ValueError, match="shorter"):
        those_in(1, is_left_out=True)  # type: ignore[call-arg]  # a value is missing

"""Links and codes: one purpose each, nothing of them guessable, typed ones forgiving."""

from __future__ import annotations

import base64

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watch import tokens
from watch.tokens import BadToken, Purpose

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
ROWS = st.integers(1, 2**63 - 1)
PURPOSES = st.sampled_from(list(Purpose))


@many
@given(PURPOSES, ROWS, st.integers(0, 255))
def test_a_token_says_which_row_and_generation(
    app: Flask, purpose: Purpose, row: int, generation: int
) -> None:
    token = tokens.make(purpose, row, generation)
    assert tokens.read(purpose, token) == (row, generation)
    assert len(token) == 32


@many
@given(PURPOSES, PURPOSES, ROWS)
def test_a_token_for_one_purpose_is_nothing_for_another(
    app: Flask, purpose: Purpose, other: Purpose, row: int
) -> None:
    token = tokens.make(purpose, row)
    if other is not purpose:
        with pytest.raises(BadToken):
            tokens.read(other, token)


@many
@given(ROWS, st.integers(0, 23), st.integers(1, 255))
def test_a_token_with_any_byte_altered_is_refused(app: Flask, row: int, place: int, change: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(tokens.make(Purpose.ANSWER, row)))
    raw[place] ^= change
    with pytest.raises(BadToken):
        tokens.read(Purpose.ANSWER, base64.urlsafe_b64encode(raw).decode())


@many
@given(st.text(max_size=60))
def test_any_other_text_is_refused(app: Flask, text: str) -> None:
    with pytest.raises(BadToken):
        tokens.read(Purpose.SIGN_IN, text)


@many
@given(ROWS, st.integers(0, 255))
def test_a_code_is_forgiven_case_dashes_spaces_and_look_alikes(app: Flask, row: int, generation: int) -> None:
    code = tokens.code(Purpose.POSTER, row, generation)
    assert set(code) <= set(tokens.CROCKFORD)
    assert len(code) == 8
    typed = tokens.show_code(code).lower().replace("0", "o").replace("1", "l").replace("-", " - ")
    assert tokens.tidy_code(typed) == code
    assert tokens.tidy_code(tokens.show_code(code).replace("1", "I")) == code


def test_a_raised_generation_is_another_code_and_another_token(app: Flask) -> None:
    codes = {tokens.code(Purpose.POSTER, 7, generation) for generation in range(50)}
    links = {tokens.make(Purpose.INVITATION, 7, generation) for generation in range(50)}
    assert (len(codes), len(links)) == (50, 50)

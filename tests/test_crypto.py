"""Checks that a stolen file reveals nothing: encrypted columns, blind indexes, and separate keys."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watch.crypto import Keyring, Unreadable, read_data_key

RING = Keyring(b"k" * 32)
OTHER = Keyring(b"o" * 32)


@given(st.text())
def test_what_is_sealed_is_read_again_and_never_twice_the_same(text: str) -> None:
    sealed = RING.seal(text, "person.name")
    assert RING.open(sealed, "person.name") == text
    assert RING.seal(text, "person.name") != sealed


@given(st.text(), st.integers(0), st.integers(1, 255))
def test_an_altered_value_is_not_read(text: str, place: int, change: int) -> None:
    sealed = bytearray(RING.seal(text, "person.name"))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(Unreadable):
        RING.open(bytes(sealed), "person.name")


def test_a_value_is_not_read_in_another_column_or_with_another_key() -> None:
    sealed = RING.seal("Amina", "person.name")
    for ring, column in ((RING, "person.phone"), (OTHER, "person.name")):
        with pytest.raises(Unreadable):
            ring.open(sealed, column)


def test_an_address_is_found_however_it_is_written_and_by_nobody_else() -> None:
    found = RING.blind_index("address", "Åsa@Example.org")
    assert found == RING.blind_index("address", "åsa@example.org")
    assert found == RING.blind_index("address", "A\u030asa@example.org")
    strangers = {
        RING.blind_index("address", "asa@example.org"),
        RING.blind_index("rate", "Åsa@Example.org"),
        OTHER.blind_index("address", "Åsa@Example.org"),
    }
    assert found not in strangers
    assert len(found) == 32


def test_no_key_is_another_uses_key() -> None:
    assert len({RING.derive("columns"), RING.index_key, RING.link_key, OTHER.index_key}) == 4


def test_a_data_key_is_32_bytes_in_base64() -> None:
    assert read_data_key(base64.b64encode(b"\xff" * 32).decode()) == b"\xff" * 32
    for wrong in ("", "short", base64.b64encode(b"x" * 31).decode(), "å" * 44):
        with pytest.raises(ValueError, match="not"):
            read_data_key(wrong)

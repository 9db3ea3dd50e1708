"""Encrypted columns and keyed blind indexes, so that a stolen database file reveals no personal data.

All keys are derived from one data key (`WATCH_DATA_KEY`), which is kept outside the database.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

VERSION = b"\x01"  # of the encrypted form: version, 12 bytes nonce, ciphertext with its tag
NONCE_BYTES = 12


class Unreadable(Exception):
    """A value was altered, moved to another column, or encrypted with another data key."""


@dataclass(frozen=True)
class Keyring:
    """The keys for different uses, derived from one data key."""

    data_key: bytes

    def derive(self, use: str) -> bytes:
        """Return 32 bytes for one use (HKDF, RFC 5869). The key of one use reveals no other."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=use.encode()).derive(self.data_key)

    @cached_property
    def cipher(self) -> AESGCM:
        return AESGCM(self.derive("columns"))

    @cached_property
    def index_key(self) -> bytes:
        return self.derive("blind index")

    @cached_property
    def link_key(self) -> bytes:
        return self.derive("links and codes")

    def seal(self, clear: str, column: str) -> bytes:
        """Encrypt text for one column (AES-256-GCM; the column's name is associated data)."""
        return self.seal_bytes(clear.encode(), column)

    def seal_bytes(self, clear: bytes, column: str) -> bytes:
        """Encrypt bytes for one column."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + self.cipher.encrypt(nonce, clear, column.encode())

    def open(self, sealed: bytes, column: str) -> str:
        """Decrypt what `seal` made for the same column. Raises Unreadable."""
        return self.open_bytes(sealed, column).decode()

    def open_bytes(self, sealed: bytes, column: str) -> bytes:
        """Decrypt what `seal_bytes` made for the same column. Raises Unreadable."""
        version, nonce, text = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if version != VERSION:
            raise Unreadable(column)
        try:
            return self.cipher.decrypt(nonce, text, column.encode())
        except InvalidTag as altered:
            raise Unreadable(column) from altered

    def blind_index(self, use: str, value: str) -> bytes:
        """Return 32 bytes by which an encrypted value can be looked up, but not read."""
        alike = unicodedata.normalize("NFC", value).casefold()
        return hmac.digest(self.index_key, f"{use}\0{alike}".encode(), hashlib.sha256)


def read_data_key(text: str) -> bytes:
    """Return the data key of a setting: 32 bytes, from base64 (standard or URL-safe). Raises ValueError."""
    try:
        key = base64.urlsafe_b64decode(text.replace("+", "-").replace("/", "_"))
    except (binascii.Error, ValueError) as garbled:
        raise ValueError("not base64") from garbled
    if len(key) != 32:
        raise ValueError("not 32 bytes")
    return key


def init_app(app: Flask) -> None:
    """Derive the application's keys from its setting DATA_KEY."""
    app.extensions["keyring"] = Keyring(read_data_key(app.config["DATA_KEY"]))


def keyring() -> Keyring:
    """Return the running application's keys."""
    ring: Keyring = current_app.extensions["keyring"]
    return ring


class Encrypted(TypeDecorator[str]):
    """Encrypted text. `column` is "table.column" and is checked on reading, so values cannot be moved."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().seal(value, self.column)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring().open(bytes(value), self.column)


class EncryptedBytes(TypeDecorator[bytes]):
    """Encrypted bytes, such as a file; otherwise the same as Encrypted."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().seal_bytes(value, self.column)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().open_bytes(bytes(value), self.column)

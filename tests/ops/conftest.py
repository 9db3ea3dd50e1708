"""Fixtures of the tests of installing, copying and restoring."""

from __future__ import annotations

import pytest
from flask import Flask

from watch.models import Model


@pytest.fixture
def stored_scene(app: Flask) -> dict[str, Model]:
    """Nothing: here the journal has to see that the rows of the scene are made."""
    return {}

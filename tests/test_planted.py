"""Checks that every fault of bench/planted.py can still be planted, and that the tests it names exist."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from bench.permission_faults import FAULTS, Fault

ROOT = Path(__file__).resolve().parent.parent
faults = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)


@faults
def test_what_a_fault_replaces_stands_once_in_its_file(fault: Fault) -> None:
    """A renaming or a move of the rule takes the fault along."""
    file = ROOT / fault.file
    assert file.is_file()
    assert file.read_text().count(fault.old) == 1
    assert fault.new != fault.old


@faults
def test_the_tests_of_a_fault_are_there(fault: Fault) -> None:
    assert fault.tests.split()
    for place in fault.tests.split():
        name, _, test = place.partition("::")
        file = ROOT / "tests" / f"{name}.py"
        assert file.is_file()
        assert not test or re.search(rf"^def {test}\b", file.read_text(), re.MULTILINE)


def test_no_two_faults_have_the_same_name() -> None:
    assert [name for name, times in Counter(fault.name for fault in FAULTS).items() if times > 1] == []

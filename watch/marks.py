"""Marks of what a form shows, by which it is noticed that somebody has changed that meanwhile."""

from __future__ import annotations

import hashlib

from wtforms import HiddenField

LENGTH = 24  # of a mark


def mark(*values: object) -> str:
    """Return the mark of these values, which whoever gets it is shown anyway."""
    told = repr([str(each) for each in values])
    return hashlib.sha256(told.encode()).hexdigest()[:LENGTH]


class SeenField(HiddenField):
    """The mark of what a form showed, sent back. Without one, nothing was seen."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] if valuelist else ""

    def show(self, seen: str) -> None:
        """Note that whoever fills in the form is shown what has this mark."""
        self.data, self.raw_data = seen, None

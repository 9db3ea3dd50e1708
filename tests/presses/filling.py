"""Fills in a form as somebody would, so that most forms are taken."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import Element

from tests.page_client import fields
from watch.models import (
    utcnow,
)

DAY = (utcnow() + timedelta(days=20)).date()
TYPED = {  # into empty fields, by their name
    "name": "Lina", "address": "lina@example.org", "email": "lina@example.org", "place": "Tvättstugan",
    "lead-address": "lina@example.org", "addresses": "Olle Ek <olle.ek@example.org>", "title": "Ny lampa",
    "day": DAY.isoformat(), "starts": "18.00", "ends": "19.00", "body": "Den sitter i cykelrummet.",
    "organisation": "Husmötet", "phone": "070-123 45 67", "people": "1", "head_count": "7",
    "what": "Lampan vid trappan är släckt.", "doors_knocked": "18", "doors_opened": "11",
    "text": "Två träffar i varje hus.", "begins": DAY.isoformat(), "number": "8", "outcome": "Det blev bra.",
    "reason": "Huset byggs om.", "rest-reason": "Lugnt just nu.",
}  # fmt: skip
INSTEAD: dict[str, dict[str, str]] = {  # of what the page has, by endpoint
    "joining.verify_address": {"floor": "2"},
    "joining.change_address": {"address": "lina.ek@example.org"},
    "invitations.correct": {"address": "sara.ek@example.org"},
    "meetings.correct": {"starts": "18.00", "ends": "19.00"},  # held at any hour, also late in the evening
    "meetings.write_count": {"not_counted": ""},
    "meetings.preview": {"scope": "stairwells"},
    "meetings.save_draft": {"scope": "stairwells"},
    "outreach.create": {"place": ""},
    "outreach.change": {"building": ""},
    "promises.create": {"ends": DAY.isoformat()},
    "promises.create_operation": {"ends": DAY.isoformat()},
    "report.add_indicator": {"before": "62 %", "after": "68 %", "source": "NTU 2025"},
}


def filled(form: Element) -> dict[str, Any]:
    """Return what the form sends when its empty fields are filled in and its boxes ticked."""
    data = fields(form)
    for each in form.iter():
        name, kind = each.get("name") or "", each.get("type")
        if each.tag == "input" and kind in {"radio", "checkbox"} and not data.get(name):
            data[name] = each.get("value") or "on"
        elif each.tag == "select" and not data.get(name):
            values = (option.get("value") for option in each.iter("option"))
            data[name] = next(filter(None, values), "")
        elif each.tag in {"input", "textarea"} and name in data and not data[name]:
            data[name] = TYPED.get(name, "")
    return data

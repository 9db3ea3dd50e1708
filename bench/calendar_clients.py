"""Reads calendar files with ical.js, the parser of Thunderbird, and compares them with what was meant.

    .venv/bin/python -m bench.calendar_clients

It needs Node and fetches ical.js from npm into a temporary folder. The meetings lie on both sides of both
changes of the clock, one begins in the hour that comes twice, and one has no end. The tests read the same
files with icalendar.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from watch import calendar, create_app
from watch.language import STOCKHOLM, speaking
from watch.models import Answer, Language, Meeting, MeetingKind

VERSION = "2.2.1"
MOMENTS = [  # begin and end by the clock on the wall, with the fold of the hour that comes twice
    ("2027-03-28 01:30", 0, "2027-03-28 03:30", 0), ("2027-10-31 01:30", 0, "2027-10-31 03:30", 0),
    ("2027-10-31 02:15", 0, "2027-10-31 02:15", 1), ("2027-10-31 02:15", 1, "2027-10-31 02:45", 1),
    ("2027-07-01 22:00", 0, "2027-07-02 00:00", 0), ("2027-12-24 15:00", 0, None, 0),
]  # fmt: skip
PLACES = ["Tvättstugan, port 21; ring på \\ knacka", "Rad ett\nrad två", "في غرفة الغسيل", "Gården 🏡" * 12]
READ = """
import ICAL from "ical.js";
import { readFileSync } from "node:fs";
const calendar = new ICAL.Component(ICAL.parse(readFileSync(process.argv[2], "utf8")));
const moment = (event, name) => event.getFirstPropertyValue(name)?.toUnixTime() ?? null;
console.log(JSON.stringify(calendar.getAllSubcomponents("vevent").map((event) => ({
  uid: event.getFirstPropertyValue("uid"), begins: moment(event, "dtstart"), ends: moment(event, "dtend"),
  place: event.getFirstPropertyValue("location"), status: event.getFirstPropertyValue("status"),
  sequence: event.getFirstPropertyValue("sequence"), attendees: event.getAllProperties("attendee").length,
}))));
"""


def meetings() -> list[Meeting]:
    """Return meetings that no database holds."""
    made = []
    for number, (begins, fold, ends, end_fold) in enumerate(MOMENTS):
        meeting = Meeting(
            uid=f"meeting{number}", kind=MeetingKind.ANNUAL, place=PLACES[number % len(PLACES)],
            starts_at=here(begins, fold), called_at=datetime(2027, 1, 1, tzinfo=UTC), sequence=number + 1,
        )  # fmt: skip
        if ends:
            meeting.ends_at = here(ends, end_fold)
        if number == len(MOMENTS) - 1:
            meeting.cancelled_at = datetime(2027, 2, 1, tzinfo=UTC)
        made.append(meeting)
    return made


def here(clock: str, fold: int) -> datetime:
    """Return a moment by the clock on the wall in Borås."""
    return datetime.fromisoformat(clock).replace(tzinfo=STOCKHOLM, fold=fold).astimezone(UTC)


def read_by_ical_js(text: bytes, folder: Path) -> list[dict[str, Any]]:
    """Return the entries of a calendar file as ical.js reads them."""
    (folder / "read.mjs").write_text(READ)
    (folder / "feed.ics").write_bytes(text)
    subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", f"ical.js@{VERSION}"],
        cwd=folder,
        check=True,
    )
    done = subprocess.run(
        ["node", "read.mjs", "feed.ics"], cwd=folder, check=True, capture_output=True, text=True
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def main() -> None:
    facts = {"ENV": "development", "TESTING": True, "QUEUE_URL": "memory:", "DATABASE_URL": "sqlite://"}
    app = create_app(facts)
    with app.test_request_context(), speaking(Language.ARABIC), tempfile.TemporaryDirectory() as folder:
        wanted = meetings()
        events = [calendar.entry(each, None, answer=Answer.YES) for each in wanted]
        found = read_by_ical_js(calendar.feed(events, "Träffar").to_ical(), Path(folder))
    meant = [
        {
            "uid": f"{each.uid}@127.0.0.1", "begins": each.starts_at.timestamp(),
            "ends": each.ends_at.timestamp() if each.ends_at else None, "place": each.place,
            "status": "CANCELLED" if each.cancelled_at else "CONFIRMED", "sequence": each.sequence,
            "attendees": 0,
        }
        for each in wanted
    ]  # fmt: skip
    wrong = [(one, other) for one, other in zip(meant, found, strict=True) if one != other]
    print(f"{len(found)} meetings read by ical.js {VERSION}, {len(wrong)} differently: {wrong}")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()

"""Reads outcomes out of a file, and compares them with the findings as they are: nothing is changed here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum, auto

from flask_babel import force_locale

from watch.est.errors import MissingColumns
from watch.est.queries import findings_by_key, last_words
from watch.est.stamps import is_older, read_stamp
from watch.findings.labels import STATUSES
from watch.models import CLOSED, Area, Finding, FindingStatus
from watch.spreadsheets import FORMULAS
from watch.tables import expect_no_hidden_rows, read_tables
from watch.xlsx_table import XlsxLimits

MOST_BYTES, MOST_ROWS, MOST_CELL = 1024 * 1024, 2000, 3000
KEY, STATUS, OUTCOME, CHANGED = COLUMNS = ("Nyckel", "Läge", "Så blev det", "Senast ändrad")
LOST = "\ufffd"  # instead of a letter that could not be read
Checked = Callable[[str], tuple[str, list[str]]]  # a text as it is kept, and what is wrong with it


class Problem(StrEnum):
    """What can be wrong in a row."""

    NO_KEY = auto()
    UNKNOWN_KEY = auto()
    GONE = auto()
    TWICE = auto()
    UNKNOWN_STATUS = auto()
    NO_WORDS = auto()
    WRONG_STAMP = auto()
    LOST_LETTER = auto()
    BROKEN = auto()


@dataclass(frozen=True)
class Row:
    """A row of the file: its number, and the cells that are read."""

    number: int
    key: str
    status: str
    text: str
    changed: str


@dataclass(frozen=True)
class Mistake:
    """A cell that cannot be read: row, column, what stands there, the problem, or what is `said` of it."""

    number: int
    column: str
    value: str
    problem: Problem | None
    said: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a row changes: the status of a finding, and the words that are said."""

    row: Row
    finding: Finding
    status: FindingStatus
    text: str


@dataclass
class Preview:
    """What a file would change, how many findings it leaves as they are, and what is wrong in it.

    `older` is what it says of findings that have changed since it was taken out: that is left alone.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    older: list[Outcome] = field(default_factory=list)
    unchanged: int = 0
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def carried(self) -> str:
        """The rows that change something, as the preview sends them on."""
        return json.dumps([asdict(each.row) for each in self.outcomes], ensure_ascii=False)

    @property
    def seen(self) -> str:
        """A mark of all that the preview shows: another one says that something has changed since."""
        shown = [
            (each.row.key, each.finding.status, each.finding.outcome, each.status, each.text)
            for each in self.outcomes
        ]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]


def read(data: bytes, name: str) -> tuple[list[Row], list[Mistake]]:
    """Return the rows of a CSV or XLSX file, and the rows whose quotes are wrong.

    Raises UnreadableTable, HiddenRows and MissingColumns.
    """
    limits = XlsxLimits(rows=MOST_ROWS + 1)
    tables = read_tables(data, most_bytes=MOST_BYTES, xlsx=limits, name=name)
    table = next((each for each in tables if each.rows), tables[0])
    expect_no_hidden_rows(table)
    heading = [_plain(cell) for cell in table.rows[0][1]] if table.rows else []
    if missing := [each for each in COLUMNS if _plain(each) not in heading]:
        raise MissingColumns(missing)
    places = [heading.index(_plain(each)) for each in COLUMNS]
    rows = [_row(number, *(_cell(cells, place) for place in places)) for number, cells in table.rows[1:]]
    return rows, [Mistake(each.number, "", each.cell, Problem.BROKEN) for each in table.broken]


def carried_rows(text: str) -> list[Row]:
    """Return the rows that a preview has sent on; none if somebody has changed what it sends."""
    try:
        return [
            Row(int(each["number"]), *(str(each[name]) for name in ("key", "status", "text", "changed")))
            for each in json.loads(text)[:MOST_ROWS]
        ]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return []


def compare(area: Area, rows: Iterable[Row], checked: Checked) -> Preview:
    """Return what rows would change in an area."""
    preview, known, keys = Preview(), findings_by_key(area), set[str]()
    last = last_words([each.id for each in known.values()])
    states = {_plain(word): status for status, word in state_words().items()}
    for row in rows:
        finding = known.get(row.key)
        status, (text, refusals) = states.get(_plain(row.status)), checked(row.text)
        mistakes = list(_mistakes(row, finding, status, row.key in keys))
        mistakes += [Mistake(row.number, OUTCOME, row.text, None, each) for each in refusals]
        keys.add(row.key)
        if mistakes or finding is None or status is None:
            preview.mistakes += mistakes
        elif _stands_already(finding, status, text, last):
            preview.unchanged += 1
        else:
            left = is_older(read_stamp(row.changed) or "", finding)
            (preview.older if left else preview.outcomes).append(Outcome(row, finding, status, text))
    return preview


def _mistakes(
    row: Row, finding: Finding | None, status: FindingStatus | None, is_second: bool
) -> Iterable[Mistake]:
    """Yield what is wrong with the cells of a row."""
    if not row.key:
        yield Mistake(row.number, KEY, "", Problem.NO_KEY)
    elif is_second:
        yield Mistake(row.number, KEY, row.key, Problem.TWICE)
    elif finding is None:
        yield Mistake(row.number, KEY, row.key, Problem.UNKNOWN_KEY)
    elif finding.removed_at is not None or finding.erased_at is not None:
        yield Mistake(row.number, KEY, row.key, Problem.GONE)
    if status is None:
        yield Mistake(row.number, STATUS, row.status, Problem.UNKNOWN_STATUS)
    if read_stamp(row.changed) is None:
        yield Mistake(row.number, CHANGED, row.changed, Problem.WRONG_STAMP)
    if LOST in row.text:
        yield Mistake(row.number, OUTCOME, row.text, Problem.LOST_LETTER)
    elif status in CLOSED and not row.text and finding is not None and finding.status is not status:
        yield Mistake(row.number, OUTCOME, "", Problem.NO_WORDS)


def _stands_already(
    finding: Finding, status: FindingStatus, text: str, last: Mapping[int, str | None]
) -> bool:
    said = {"", finding.outcome, last.get(finding.id)}
    return finding.status is status and text in said


def state_words() -> dict[FindingStatus, str]:
    """Return the Swedish words of the states, as the file has them."""
    with force_locale("sv"):
        return {status: str(word) for status, word in STATUSES.items()}


def _row(number: int, key: str, status: str, text: str, changed: str) -> Row:
    return Row(number, key.upper(), status, text, changed)


def _plain(text: str) -> str:
    return " ".join(text.replace("\ufeff", "").split()).casefold()


def _cell(cells: list[str], place: int) -> str:
    """Return a cell without the sign that keeps a spreadsheet from calculating it."""
    cell = cells[place].strip()[:MOST_CELL] if place < len(cells) else ""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULAS) else cell

"""An edition as a file: PDF to print, CSV for a spreadsheet, JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from flask_babel import gettext as _

from watch import language, paper
from watch.backing import backed_by
from watch.language import local
from watch.models import Language, ReportEdition
from watch.printing.letter_pages import foot_words
from watch.report.cells import Cell, Section, Table, Written, said
from watch.report.content import is_running
from watch.report.labels import day_said, period_said
from watch.report.saying import read, sections_of
from watch.spreadsheets import csv_of, escaped

KEPT = 16  # papers of the last readers; each takes a second to draw


def lead_of(content: dict[str, object], edition: ReportEdition) -> str:
    """Return which areas and period an edition is about, which edition it is, and of when."""
    return _(
        "%(areas)s, %(period)s. Utgåva %(number)s, %(day)s.",
        areas=language.together(content["areas"]),  # type: ignore[arg-type]  # names, as content.py keeps them
        period=period_of(content),
        number=language.number(edition.number),
        day=day_said(local(edition.published_at).date()),
    )


def period_of(content: dict[str, object], name: str = "period") -> str:
    """Return the period of an edition in words, or the one before."""
    days: dict[str, str] = content[name]  # type: ignore[assignment]  # as content.py keeps it
    return period_said(date.fromisoformat(days["since"]), date.fromisoformat(days["until"]))


def counted_of(content: dict[str, object]) -> str:
    """Return when the numbers of an edition were counted, if in the period, and the period before."""
    day = day_said(date.fromisoformat(str(content["counted_on"])))
    before = period_of(content, "period_before")
    if is_running(content):
        return _(
            "Perioden var inte slut när siffrorna räknades %(day)s. De gäller bara fram till dess. "
            "Perioden före: %(period)s.",
            day=day, period=before,
        )  # fmt: skip
    return _("Siffrorna räknades %(day)s. Perioden före: %(period)s.", day=day, period=before)


def contact_of(edition: ReportEdition) -> list[str]:
    """Return name, phone and address of an edition's contact person, as far as they are known."""
    phone = language.left_to_right(language.readable_phone(edition.contact_phone or ""))
    return [each for each in (edition.contact_name, phone, edition.contact_email) if each]


def as_json(edition: ReportEdition, page: str) -> str:
    """Return an edition for a program: what it says, in English names, and where it stands."""
    content = read(edition)
    contact = {"name": edition.contact_name, "phone": edition.contact_phone, "email": edition.contact_email}
    head = {
        "address": page,
        "edition": edition.number,
        "published": local(edition.published_at).date().isoformat(),
        "period_was_over": not is_running(content),
        "contact": contact if any(contact.values()) else None,
    }
    return json.dumps(head | content, ensure_ascii=False, indent=2)


def as_csv(edition: ReportEdition, page: str) -> str:
    """Return an edition for a spreadsheet: the same tables as on the page, one below the other."""
    content = read(edition)
    return csv_of([escaped(content["title"])], _lines(content, edition, page))


def _lines(content: dict[str, object], edition: ReportEdition, page: str) -> Iterator[Sequence[object]]:
    yield [lead_of(content, edition)]
    yield [counted_of(content)]
    yield [_("Kontaktperson"), *contact_of(edition)] if contact_of(edition) else []
    yield [_("Sidan på webben"), page]
    for section in _shown(content):
        yield []
        yield [section.title]
        yield from ([part] for part in section.text.split("\n\n") if part)
        for table in section.tables:
            yield []
            yield [table.caption]
            yield [each.name for each in table.columns]
            yield from (["" if cell is None else cell for cell in row] for row in table.rows)
            yield from ([table.note] for _once in [1] if table.note)
        yield from ([note] for note in [section.note] if note)


def _shown(content: dict[str, object]) -> list[Section]:
    return [each for each in sections_of(content) if not each.is_empty]


def as_pdf(edition: ReportEdition, page: str) -> bytes:
    """Return an edition as a tagged PDF in the reader's language. Raises paper.CannotPrint."""
    content = read(edition)
    written_in = Language(str(content["language"]))
    facts = {
        "title": content["title"],
        "language": language.current().value,
        "direction": language.direction(),
        "written_in": written_in.value,
        "written_direction": language.direction(written_in),
        "lead": lead_of(content, edition),
        "before": counted_of(content),
        "sections": [_for_paper(each) for each in _shown(content)],
        "contact_title": _("Kontaktperson"),
        "contact": contact_of(edition),
        "behind": backed_by(),
        "page": page,
        "page_words": _("Rapporten på webben, även på andra språk:"),
        "phones": foot_words(),
    }
    return _drawn(json.dumps(facts))


@lru_cache(KEPT)
def _drawn(facts: str) -> bytes:
    return paper.pdf("report", json.loads(facts))


def _for_paper(section: Section) -> dict[str, object]:
    paragraphs = [part for part in section.text.split("\n\n") if part.strip()]
    return {
        "title": section.title, "paragraphs": paragraphs,
        "tables": [_table_for_paper(each) for each in section.tables], "note": section.note,
    }  # fmt: skip


def _table_for_paper(table: Table) -> dict[str, object]:
    return {
        "caption": table.caption,
        "note": table.note,
        "columns": [{"name": each.name, "is_number": each.is_number} for each in table.columns],
        "rows": [[_cell_for_paper(cell) for cell in row] for row in table.rows],
    }


def _cell_for_paper(cell: Cell) -> dict[str, object]:
    return {"text": said(cell), "is_written": isinstance(cell, Written)}

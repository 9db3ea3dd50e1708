"""The sheet for the stairwells that tells that a group is closed, for those whom no mail reaches."""

from __future__ import annotations

from flask_babel import gettext as _

from watch import language
from watch.groups.queries.closed import UNDOABLE
from watch.models import Group, Language
from watch.printing.sheets import OtherWords, SheetPage, sheet


def sheet_of(group: Group) -> bytes:
    """Return the sheet as PDF. Its code leads to the page of the building, where one can show interest."""
    return sheet([_page(group)], group.buildings[0] if group.buildings else None)


def _page(group: Group) -> SheetPage:
    with language.speaking(Language.SWEDISH):
        return SheetPage(
            language=Language.SWEDISH,
            direction="ltr",
            source=group.name,
            title=_("Grannsamverkan här är avslutad"),
            paragraphs=[
                _("Ingen får fler mejl eller papper från gruppen, och inga träffar är inbokade."),
                _erased(group),
                _("Saknar du den? Prata med kommunpolisen, eller visa intresse på sidan bakom koden."),
            ],
            others=[_in(each) for each in Language if each is not Language.SWEDISH],
        )


def _erased(group: Group) -> str:
    if group.closed_at is None:
        return _("Det som finns sparat om dem som var med är raderat.")
    day = language.day(group.closed_at + UNDOABLE)
    return _("Det som finns sparat om dem som var med raderas %(day)s.", day=day)


def _in(reader: Language) -> OtherWords:
    with language.speaking(reader):
        return OtherWords(reader, language.direction(reader), _("Grannsamverkan här är avslutad"))

"""A printed receipt of consent: what was agreed to, when and how, what is stored, and how to leave."""

from __future__ import annotations

from io import BytesIO

from flask import current_app, send_file
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import language, paper
from watch.access import requires
from watch.backing import NOTHING_LOST
from watch.contacts.labels import group_backing_words
from watch.contacts.queries import contacts_for
from watch.groups.labels import CONSENT_CHANNELS, CONSENTS
from watch.groups.queries.members import coordinators_for
from watch.models import Channel, ContactRole, Language, Membership, Person
from watch.permissions import Permission
from watch.printing.letter_pages import foot_words
from watch.printing.routes.blueprint import bp
from watch.web import leave_trace


@bp.get("/memberships/<int:membership_id>/receipt")
@requires(Permission.MANAGE_HOUSEHOLDS)
def receipt(membership: Membership) -> Response:
    """Send the receipt as PDF, in the neighbour's language and in Swedish."""
    with language.speaking(Language.SWEDISH):
        facts: dict[str, object] = {"title": _("Kvitto på ditt ja"), "foot": foot_words()}
    reads = membership.person.language
    facts["pages"] = [_in(membership, each) for each in dict.fromkeys((reads, Language.SWEDISH))]
    leave_trace("receipt-printed", about=membership, group=membership.group)
    pdf = BytesIO(paper.pdf("receipt", facts))
    return send_file(pdf, "application/pdf", as_attachment=True, download_name=_("kvitto") + ".pdf")


def _in(membership: Membership, reader: Language) -> dict[str, object]:
    with language.speaking(reader):
        return {
            "language": reader.value,
            "direction": language.direction(reader),
            "heading": _("Du är med i grannsamverkan"),
            "facts": _facts(membership),
            "parts": [{"heading": heading, "lines": lines} for heading, lines in _parts(membership)],
        }


def _facts(membership: Membership) -> list[tuple[str, str]]:
    flat = membership.household.flat if membership.household else None
    lives = [(_("Lägenhet"), f"{flat.stairwell.address}, {flat.number}")] if flat else []
    day, how = language.day(membership.consent_at), CONSENT_CHANNELS[membership.consent_channel]
    return [
        (_("Namn"), membership.person.name),
        *lives,
        (_("Du sa ja"), language.listed((day, how))),
        (_("Textens version"), language.left_to_right(membership.consent_version)),
    ]


def _parts(membership: Membership) -> list[tuple[str, list[str]]]:
    by_paper = membership.channel is Channel.PAPER
    kept = (
        _("Namn, lägenhet, språk och när du sa ja.")
        if by_paper
        else _("Namn, lägenhet, e-postadress, språk och när du sa ja.")
    )
    return [
        (_("Det här sa du ja till"), [str(each) for each in CONSENTS[membership.consent_version]]),
        (
            _("Det här sparas"),
            [
                kept,
                _("Det tas bort 30 dagar efter att du har lämnat gruppen eller flyttat."),
                _("Polisen och hyresvärden ser aldrig vem som är med."),
            ],
        ),
        (
            _("Vill du läsa, ändra eller lämna?"),
            [
                *_whom(membership),
                _("Eller skriv till %(controller)s.", controller=current_app.config["CONTROLLER"]),
                group_backing_words(membership.group),
                str(NOTHING_LOST),
            ],
        ),
    ]  # fmt: skip


def _whom(membership: Membership) -> list[str]:
    """Return whom to contact: coordinators who show neighbours their name, and the group's own contact."""
    near = coordinators_for(membership.stairwell) if membership.stairwell else []
    names = language.listed(_with_phone(each) for each in near if each.shows_name)
    tell = (
        _("Säg till %(names)s, kontaktombud. Du behöver inte säga varför.", names=names)
        if names
        else _("Säg till ett kontaktombud i huset. Du behöver inte säga varför.")
    )
    contacts = [each for each in contacts_for(membership.group) if each.role is ContactRole.GROUP]
    return [
        tell,
        *(
            _("Du kan också ringa %(name)s, %(phone)s.", name=each.name or each.organisation,
              phone=_apart(each.phone))
            for each in contacts
            if each.phone
        ),
    ]  # fmt: skip


def _with_phone(person: Person) -> str:
    if person.phone and person.shows_phone:
        return f"{person.name} ({_apart(person.phone)})"
    return person.name


def _apart(phone: str) -> str:
    return language.left_to_right(language.readable_phone(phone))

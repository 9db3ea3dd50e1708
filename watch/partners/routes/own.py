"""The pages of a landlord's or the municipality's contact person. They show buildings, never people."""

from __future__ import annotations

from datetime import date

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from watch import audit, language
from watch.access import current_person, requires
from watch.contacts.errors import ChangedMeanwhile, ContactRemoved
from watch.contacts.queries import Card, cards_of
from watch.findings.errors import FindingRemoved, NothingNew, ReportedMeanwhile
from watch.findings.labels import REPORTED_MEANWHILE
from watch.findings.queries import findings_by_id, steps_of
from watch.followup.queries.buildings import buildings_by_id
from watch.models import Finding, Partner, utcnow
from watch.paging import page_of
from watch.partners import queries, service
from watch.partners.forms import EntryForm, ReportForm
from watch.partners.routes.blueprint import bp
from watch.permissions import Permission
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

BOTH_CHANGED = _l("Någon annan ändrade samtidigt. Jämför, och spara det som stämmer.")
NOTHING: Explanations = {NothingNew: _l("Det står redan så.")}
MOST_FINDINGS = 5  # of the open ones, how many the first page shows


@bp.get("/partners")
@requires(Permission.SEE_OWN_PROPERTIES)
def index() -> str:
    """Show the buildings of one area, what waits for the reader, and their entry among the contacts."""
    pages, now = _pages(), utcnow()
    shown = next((each for each in pages if each.id == request.args.get("page", type=int)), pages[0])
    with_group = queries.buildings_with_group(shown)
    page = page_of(
        with_group,
        after=request.args.get("after", type=int),
        before=request.args.get("before", type=int),
    )
    waiting = queries.open_findings(pages)
    return render_template(
        "partners/index.html", pages=pages, shown=shown, page=page, today=_today(),
        rows=buildings_by_id(page.keys, now), signs=queries.signs_of(page.keys, _today()),
        shared=queries.shared_groups(page.keys), with_group=len(with_group),
        buildings=queries.number_of_buildings(shown),
        year=queries.meetings_of(shown, now), waiting=waiting,
        findings=findings_by_id(queries.finding_ids(pages)[: min(waiting, MOST_FINDINGS)]),
        cards=cards_of(queries.entries_of(current_person())),
    )  # fmt: skip


@bp.get("/partners/findings")
@requires(Permission.SEE_OWN_PROPERTIES)
def findings() -> str:
    page = page_of(
        queries.finding_ids(_pages()),
        after=request.args.get("after", type=int),
        before=request.args.get("before", type=int),
    )
    return render_template(
        "partners/findings.html", page=page, findings=findings_by_id(page.keys), today=_today()
    )


@bp.get("/partners/findings/<int:finding_id>")
@requires(Permission.SEE_OWN_PROPERTIES)
def show(finding_id: int) -> str:
    finding = _finding(finding_id)
    return _finding_page(finding, ReportForm(finding))


@bp.post("/partners/findings/<int:finding_id>")
@requires(Permission.SEE_OWN_PROPERTIES)
def report(finding_id: int) -> ViewAnswer:
    """Save what was said. If the finding is not the reader's any more, show what was typed, to be copied."""
    try:
        return _report(queries.finding_of(_pages(), finding_id))
    except FindingRemoved:
        return _gone_page(), 404


def _report(finding: Finding | None) -> ViewAnswer:
    if finding is None:
        raise FindingRemoved
    form = ReportForm(finding)
    if not form.validate():
        return _finding_page(finding, form), 422
    said, seen = service.Report(form.status.data, form.text.data, form.due_on.data), form.seen.data
    try:
        with saving(_("Tack! Grannarna ser det nu."), already=NOTHING):
            service.report(finding, said, seen=seen, by=current_person())
    except ReportedMeanwhile:
        form.form_errors = [REPORTED_MEANWHILE]
        form.see(finding)
        return _finding_page(finding, form), 422
    return redirect(url_for("partners.show", finding_id=finding.id), 303)


@bp.get("/partners/contacts/<int:contact_id>")
@requires(Permission.SEE_OWN_PROPERTIES)
def edit(contact_id: int) -> str:
    card = _card(contact_id)
    return _entry_page(card, EntryForm(card))


@bp.post("/partners/contacts/<int:contact_id>")
@requires(Permission.SEE_OWN_PROPERTIES)
def save(contact_id: int) -> ViewAnswer:
    card = _card(contact_id)
    form = EntryForm(card)
    if not form.validate():
        return _entry_page(card, form), 422
    try:
        with saving(_("Uppgifterna är sparade. Så står de nu för grannarna.")):
            said, seen = form.correction, form.seen.data
            service.correct_entry(card, said, seen=seen, by=current_person(), today=_today())
            if form.about_nobody.is_given:
                audit.note(audit.ABOUT_NOBODY, about=card[0], by=current_person(), area=card[0].area)
    except ContactRemoved:
        abort(404)
    except ChangedMeanwhile:
        card = _card(contact_id)
        form.form_errors = [BOTH_CHANGED]
        form.see(card)
        return _entry_page(card, form, is_both=True), 422
    return redirect(url_for("partners.index", _anchor="entry"), 303)


def _entry_page(card: Card, form: EntryForm, *, is_both: bool = False) -> str:
    return render_template("partners/edit.html", card=card, contact=card[0], form=form, is_both=is_both)


def _pages() -> list[Partner]:
    return queries.pages_of(current_person())


def _finding(finding_id: int) -> Finding:
    """Return one of the reader's own findings. Answer 404 for any other."""
    return queries.finding_of(_pages(), finding_id) or abort(404)


def _finding_page(finding: Finding, form: ReportForm) -> str:
    return render_template(
        "partners/show.html", finding=finding, form=form, steps=steps_of(finding), today=_today()
    )


def _gone_page() -> str:
    """Show what was typed of a finding. It is the same page for every finding that is not the reader's."""
    crumbs = [(_("Era hus"), url_for("partners.index"))]
    return render_template(
        "findings/gone.html", crumbs=crumbs, label=_("Alla åtgärder"), back=url_for("partners.findings"),
        unsaved=ReportForm(),
        why=_("Åtgärden är borttagen, eller så ser någon annan till den nu."),
    )  # fmt: skip


def _card(contact_id: int) -> Card:
    """Return the reader's own card that holds a contact. Answer 404 for any other."""
    cards = cards_of(queries.entries_of(current_person()))
    return next((card for card in cards if contact_id in {each.id for each in card}), None) or abort(404)


def _today() -> date:
    return language.local(utcnow()).date()

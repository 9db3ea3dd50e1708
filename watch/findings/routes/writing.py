"""Pages for writing down a finding, correcting it, reporting on it, and taking that back."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch import audit
from watch.access import can, current_person, requires
from watch.extensions import db
from watch.findings import queries, service
from watch.findings.errors import ChangedMeanwhile, FindingRemoved, NobodyToAsk, NothingNew, ReportedMeanwhile
from watch.findings.forms import EVERYWHERE, FindingForm, Places, ReportForm
from watch.findings.labels import BOTH_CHANGED, OWNERS, REPORTED_MEANWHILE
from watch.findings.queries import Place, links
from watch.findings.routes.blueprint import bp, crumbs_of, to_finding
from watch.findings.routes.knowing import names_known
from watch.findings.routes.reading import show_page
from watch.groups.queries.flats import stairwells_of_group
from watch.models import Area, Finding, Group, Meeting, utcnow
from watch.permissions import Permission
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

NOTHING: Explanations = {NothingNew: _l("Det står redan så.")}
NOBODY: Explanations = {NobodyToAsk: _l("Det finns ingen kontakt med e-postadress att skicka till.")}


@bp.get("/groups/<int:group_id>/findings/new")
@requires(Permission.MANAGE_FINDINGS)
def new(group: Group) -> str:
    return _new_page(group, FindingForm(_places(group), known=names_known(group)))


@bp.post("/groups/<int:group_id>/findings")
@requires(Permission.MANAGE_FINDINGS)
def create(group: Group) -> ViewAnswer:
    return _create(group, FindingForm(_places(group), known=names_known(group)))


@bp.get("/areas/<slug>/findings/new")
@requires(Permission.MANAGE_FINDINGS, second_factor=True)
def area_new(area: Area) -> str:
    return _new_page(area, FindingForm(_places(area), is_of_area=True, known=names_known(area)))


@bp.post("/areas/<slug>/findings")
@requires(Permission.MANAGE_FINDINGS, second_factor=True)
def area_create(area: Area) -> ViewAnswer:
    return _create(area, FindingForm(_places(area), is_of_area=True, known=names_known(area)))


def _create(place: Place, form: FindingForm) -> ViewAnswer:
    if not form.validate():
        return _new_page(place, form), 422
    meeting = _meeting(place)
    finding = service.add(place, _plan(form), by=current_person(), meeting=meeting, form_key=form.key)
    _note_assurance(form, finding)
    db.session.commit()
    flash(_("Åtgärden är sparad."), "done")
    if links.link_of(finding):
        flash(_("Kontaktpersonen får ett mejl om den."), "info")
    return to_finding(finding)


@bp.get("/findings/<int:finding_id>/edit")
@requires(Permission.MANAGE_FINDINGS)
def edit(finding: Finding) -> str:
    return _edit_page(finding, _form_of(finding))


@bp.post("/findings/<int:finding_id>/edit")
@requires(Permission.MANAGE_FINDINGS)
def change(finding: Finding) -> ViewAnswer:
    """Save what was typed. If somebody else has saved meanwhile, show both and ask."""
    form = _form_of(finding)
    if not form.validate():
        return _edit_page(finding, form), 422
    try:
        with saving(_("Åtgärden är ändrad.")):
            service.change(finding, _plan(form), seen=form.seen.data, by=current_person())
            _note_assurance(form, finding)
    except ChangedMeanwhile:
        form.form_errors = [BOTH_CHANGED]
        form.see(finding)
        return _edit_page(finding, form, is_both=True), 422
    return to_finding(finding)


@bp.post("/findings/<int:finding_id>/steps")
@requires(Permission.REPORT_ON_FINDING)
def report(finding: Finding) -> ViewAnswer:
    """Save what was said. If somebody else has said something meanwhile, show both and ask.

    If somebody has removed the finding, show what was typed, so that it can be copied.
    """
    try:
        return _report(finding)
    except FindingRemoved:
        return _gone_page(finding), 410


def _report(finding: Finding) -> ViewAnswer:
    if finding.removed_at is not None:
        raise FindingRemoved
    form = ReportForm(finding)
    form.known = names_known(_place(finding))
    if not form.validate():
        return show_page(finding, form), 422
    said, seen = service.Report(form.status.data, form.text.data, form.due_on.data), form.seen.data
    person = current_person()
    role = queries.role_of(person, queries.area_id_of(finding))
    try:
        with saving(_("Sparat."), already=NOTHING):
            service.report(finding, said, role=role, by=person, seen=seen)
            _note_assurance(form, finding)
    except ReportedMeanwhile:
        form.form_errors = [REPORTED_MEANWHILE]
        form.see(finding)
        return show_page(finding, form), 422
    return to_finding(finding)


def _gone_page(finding: Finding) -> str:
    """Show what was typed of a finding that is removed. Who manages it can bring it back on its page."""
    crumbs = crumbs_of(finding)
    if can(Permission.MANAGE_FINDINGS, finding):
        label, back = _("Till åtgärden"), url_for("findings.show", finding_id=finding.id)
    else:
        label, back = _("Alla åtgärder"), crumbs[-1][1]
    return render_template(
        "findings/gone.html", crumbs=crumbs, label=label, back=back, unsaved=ReportForm(),
        why=_("Någon annan har tagit bort åtgärden."),
    )  # fmt: skip


@bp.post("/findings/<int:finding_id>/steps/undo")
@requires(Permission.MANAGE_FINDINGS)
def undo_step(finding: Finding) -> Response:
    with saving(_("Steget är borttaget.")):
        service.undo_step(finding, request.form.get("step", 0, type=int), by=current_person())
    return to_finding(finding)


@bp.post("/findings/<int:finding_id>/remove")
@requires(Permission.MANAGE_FINDINGS)
def remove(finding: Finding) -> Response:
    with saving(_("Åtgärden är borttagen. Du kan ångra dig.")):
        service.remove(finding, by=current_person())
    return to_finding(finding)


@bp.post("/findings/<int:finding_id>/remove/undo")
@requires(Permission.MANAGE_FINDINGS)
def bring_back(finding: Finding) -> Response:
    with saving(_("Åtgärden är tillbaka.")):
        service.bring_back(finding, by=current_person())
    return to_finding(finding)


@bp.post("/findings/<int:finding_id>/link")
@requires(Permission.MANAGE_FINDINGS)
def renew_link(finding: Finding) -> Response:
    with saving(_("En ny länk är på väg."), unless=NOBODY):
        service.renew_link(finding, sent=request.form.get("sent", ""), by=current_person())
    return to_finding(finding)


def _plan(form: FindingForm) -> service.Plan:
    return service.Plan(form.spot.data, form.what.data, form.owner.data, form.due_on.data, **form.place_ids)


def _places(place: Place) -> Places:
    """Return the places that can be chosen, by their value."""
    if isinstance(place, Area):
        return {EVERYWHERE: _("I området")}
    buildings = {f"building {each.id}": each.address for each in place.buildings}
    stairwells = {f"stairwell {each.id}": each.address for each in stairwells_of_group(place)}
    return {EVERYWHERE: _("Hela huset"), **(buildings if len(buildings) > 1 else {}), **stairwells}


def _meeting(place: Place) -> Meeting | None:
    """Return the meeting at which it was found, if the form was opened from there."""
    number = request.values.get("meeting", type=int)
    meeting = db.session.get(Meeting, number) if number else None
    is_theirs = meeting and isinstance(place, Group) and meeting.group_id == place.id
    return meeting if meeting and is_theirs and not meeting.is_draft else None


def _form_of(finding: Finding) -> FindingForm:
    place = _place(finding)
    known = names_known(place)
    return FindingForm(_places(place), finding, is_of_area=finding.group_id is None, known=known)


def _place(finding: Finding) -> Any:
    return finding.group or finding.area


def _new_page(place: Place, form: FindingForm) -> str:
    is_group = isinstance(place, Group)
    back = (
        url_for("findings.index", group_id=place.id) if isinstance(place, Group)
        else url_for("findings.area_index", slug=place.slug)
    )  # fmt: skip
    action = (
        url_for("findings.create", group_id=place.id) if isinstance(place, Group)
        else url_for("findings.area_create", slug=place.slug)
    )  # fmt: skip
    return render_template(
        "findings/new.html", place=place, form=form, is_group=is_group, meeting=_meeting(place), back=back,
        action=action, unreached=_unreached(place), several=links.has_several_landlords(place, utcnow()),
    )  # fmt: skip


def _edit_page(finding: Finding, form: FindingForm, *, is_both: bool = False) -> str:
    place = _place(finding)
    return render_template(
        "findings/edit.html", finding=finding, form=form, is_both=is_both, unreached=_unreached(place),
        several=links.has_several_landlords(place, finding.created_at),
    )  # fmt: skip


def _unreached(place: Place) -> list[str]:
    """Return the names of the owners whom no mail reaches here."""
    return [str(OWNERS[each]) for each in links.owners_without_contact(place)]


def _note_assurance(form: Any, finding: Finding) -> None:
    if form.about_nobody.is_given:
        audit.note(
            audit.ABOUT_NOBODY, about=finding, by=current_person(), group=finding.group, area=finding.area
        )

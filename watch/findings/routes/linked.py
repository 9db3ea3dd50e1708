"""The mailed page by which an owner's contact person reports on a finding. It shows a place and no person."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch import tokens
from watch.access import public
from watch.errors import LinkExpired, dead_link
from watch.extensions import db
from watch.findings import queries, service
from watch.findings.errors import FindingRemoved, NothingNew, ReportedMeanwhile, ReportedOften
from watch.findings.forms import ReportByLinkForm
from watch.findings.labels import REPORTED_MEANWHILE
from watch.findings.queries import links
from watch.findings.routes.blueprint import bp
from watch.limits import limit_network
from watch.models import FindingLink, Purpose, utcnow
from watch.saving import Explanations, saving
from watch.web import ViewAnswer, sent_to

SHOWN_AFTER = timedelta(days=14)  # how long a link shows its finding after that was closed
NOTHING: Explanations = {NothingNew: _l("Det står redan så.")}
REFUSED = {
    ReportedMeanwhile: REPORTED_MEANWHILE,
    ReportedOften: _l("Länken har använts så ofta som det går på ett dygn. Skriv igen i morgon."),
}


@bp.get("/f/<token>")
@public
def open_link(token: str) -> str:
    """Show the finding and the form. Once it is closed, it is shown for some days without the form."""
    return _page(token, _link(token))


@bp.post("/f/<token>")
@public
@limit_network("60 per hour")
def report_by_link(token: str) -> ViewAnswer:
    """Save what was said. If the link has ended meanwhile, show what was typed, so that it can be copied."""
    try:
        return _report(token, _link(token))
    except (tokens.BadToken, LinkExpired, FindingRemoved) as ended:
        return dead_link(ended, unsaved=ReportByLinkForm())


def _report(token: str, link: FindingLink) -> ViewAnswer:
    form = ReportByLinkForm(link.finding)
    is_valid = form.validate()
    said, seen = service.Report(form.status.data, form.text.data, form.due_on.data), form.seen.data
    is_repeated = is_valid and service.is_said(link.finding, said)
    if not is_repeated and not links.can_report(link, utcnow()):
        return _page(token, link, unsaved=ReportByLinkForm()), 409
    if not is_valid:
        return _page(token, link, form), 422
    try:
        with saving(_("Tack! Grannarna ser det nu."), already=NOTHING):
            service.report(link.finding, said, role=link.finding.owner, by=None, seen=seen)
    except tuple(REFUSED) as refused:
        form.form_errors = [REFUSED[type(refused)]]
        form.see(link.finding)
        return _page(token, link, form), 422
    return redirect(url_for("findings.open_link", token=token), 303)


@bp.post("/f/<token>/renew")
@public
@limit_network("20 per hour")
def renew_by_link(token: str) -> Response:
    """Mail a new link to the contact person if theirs has become too old. The answer is always the same."""
    with suppress(tokens.BadToken):
        service.renew_expired_link(tokens.row_of(Purpose.FINDING, FindingLink, token))
        db.session.commit()
    return redirect(url_for("findings.link_asked"), 303)


@bp.get("/f/asked")
@public
def link_asked() -> str:
    """Say that a new link comes if it may. It is the same page for everybody."""
    return render_template("findings/link_asked.html")


def _link(token: str) -> FindingLink:
    """Return the link. Raises BadToken, and LinkExpired if it shows the finding no more."""
    link = tokens.row_of(Purpose.FINDING, FindingLink, token)
    now = utcnow()
    is_new = link.finding.is_closed and link.ended_at is not None and link.ended_at > now - SHOWN_AFTER
    is_shown = is_new and links.is_theirs(link) and link.expires_at > now
    if not is_shown and not links.can_report(link, now):
        raise LinkExpired
    sent_to(person_id=None, mailbox_id=link.mailbox_id)
    return link


def _page(
    token: str,
    link: FindingLink,
    form: ReportByLinkForm | None = None,
    *,
    unsaved: ReportByLinkForm | None = None,
) -> str:
    """Show the finding. `unsaved` is what was typed of it when it was closed already."""
    reports = links.can_report(link, utcnow())
    return render_template(
        "findings/open_link.html", token=token, finding=link.finding, steps=queries.steps_of(link.finding),
        form=(form or ReportByLinkForm(link.finding)) if reports else None, expires_at=link.expires_at,
        unsaved=unsaved,
    )  # fmt: skip

"""Pages for asking to join by poster, letter or address."""

from __future__ import annotations

from flask import (
    abort,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

from watch import language, tokens
from watch.access import public
from watch.extensions import db
from watch.groups.errors import NotOpen
from watch.groups.queries.joinable import group_to_join, joinable_stairwells
from watch.groups.queries.members import coordinators_for
from watch.joining.forms import BY_VISIT, AskToJoinForm
from watch.joining.routes.blueprint import bp
from watch.joining.service import asking, changing
from watch.joining.service.asking import Submission
from watch.limits import ASKING, limit_wrong_codes
from watch.meetings.queries.public import public_meeting
from watch.models import (
    Building,
    ConsentChannel,
    Letter,
    Membership,
    Purpose,
    Stairwell,
)
from watch.printing.queries import letter_of_code, stairwell_of_old_poster, stairwell_of_poster
from watch.web import ViewAnswer


def is_open_here() -> bool:
    """Return True if this browser has opened the code before: wrong codes do not close its form."""
    return session.get("opened") == _mark_of((request.view_args or {})["code"])


def _mark_of(code: str) -> str:
    """Return a keyed hash of a code, because the cookie can be read by whoever has the browser."""
    return tokens.code_index(Purpose.POSTER, code).hex()[:20]


WRONG_CODES = limit_wrong_codes(is_open_here)
MAX_CHARACTERS = 40  # of a code
MOST_TYPED = 300  # characters of a code with the URL or the sentence around it


@bp.get("/j")
@public
def find_code() -> ViewAnswer:
    """Redirect a typed code to its URL, where it is tried and counted. What stands beside it is left out."""
    typed = tokens.tidy_code(request.args.get("code", "")[:MOST_TYPED])[:MAX_CHARACTERS]
    return redirect(url_for(".poster", code=tokens.show_code(typed)), 303) if typed else _unknown_code()


@bp.get("/j/<code>")
@WRONG_CODES
@public
def poster(code: str) -> ViewAnswer:
    return _ask_behind(code)


@bp.post("/j/<code>")
@WRONG_CODES
@ASKING
@public
def ask_by_poster(code: str) -> ViewAnswer:
    return _ask_behind(code)


def _ask_behind(code: str) -> ViewAnswer:
    """Answer alike for every letter, used or not, so that who printed it cannot see who has joined."""
    if len(code) > MAX_CHARACTERS:
        return _unknown_code()
    if meeting := public_meeting(code):
        return redirect(url_for("meetings.public_page", code=tokens.show_code(meeting.code or "")), 303)
    page = _page_behind(code, url_for(".ask_by_poster", code=code))
    if page is None:
        return _unknown_code()
    session["opened"] = _mark_of(code)
    return page


def _page_behind(code: str, action: str) -> ViewAnswer | None:
    if stairwell := stairwell_of_poster(code):
        return _ask_page("joining/poster.html", [stairwell], action, consent=ConsentChannel.POSTER)
    if letter := letter_of_code(code):
        here = [letter.flat.stairwell]
        return _ask_page("joining/letter.html", here, action, letter, consent=ConsentChannel.LETTER)
    if stairwell := stairwell_of_old_poster(code):
        return _ask_page("joining/old_code.html", [stairwell], action, consent=ConsentChannel.POSTER)
    return None


def _unknown_code() -> ViewAnswer:
    """Answer 404. The transaction ends first, so that the limit can count in the database."""
    page = render_template("joining/unknown_code.html")
    db.session.rollback()
    return page, 404


@bp.get("/buildings/<int:building_id>/join")
@public
def ask(building_id: int) -> ViewAnswer:
    """Ask by the building's address. The stairwell is chosen first."""
    return _ask_in(building_id)


@bp.post("/buildings/<int:building_id>/join")
@ASKING
@public
def send_request(building_id: int) -> ViewAnswer:
    return _ask_in(building_id)


def _ask_in(building_id: int) -> ViewAnswer:
    building = db.session.get(Building, building_id)
    if building is None:
        abort(404)
    stairwells = joinable_stairwells(building)
    if not stairwells:
        return redirect(url_for("interest.show", building_id=building.id), 303)
    stairwell = request.args.get("stairwell", "")
    chosen = [each for each in stairwells if str(each.id) == stairwell or len(stairwells) == 1]
    if not chosen:
        return render_template(
            "joining/choose_stairwell.html",
            building=building,
            stairwells=stairwells,
            missing="stairwell" in request.args,
        )
    action = url_for(".send_request", building_id=building.id, stairwell=chosen[0].id)
    return _ask_page("joining/ask.html", chosen, action)


def _ask_page(
    template: str,
    stairwells: list[Stairwell],
    action: str,
    letter: Letter | None = None,
    *,
    consent: ConsentChannel = ConsentChannel.WEB,
) -> ViewAnswer:
    """Show the form for one stairwell. A valid form leads to a page that is the same for everybody."""
    (stairwell,) = stairwells
    form = AskToJoinForm()
    if letter:
        form.know_door(letter.flat)
        if group_to_join(stairwell) is None:
            form.expect_no_visit()
    else:
        form.offer(stairwells)
    if form.validate_on_submit():
        try:
            _ask(form, stairwell, letter, consent)
        except NotOpen:
            return redirect(url_for("interest.show", building_id=stairwell.building_id), 303)
        db.session.commit()
        return redirect(url_for("joining.sent", how=BY_VISIT if form.by_visit else None), 303)
    if group_to_join(stairwell, by_letter=letter is not None) is None:
        return redirect(url_for("interest.show", building_id=stairwell.building_id), 303)
    page = render_template(
        template, form=form, stairwell=stairwell, building=stairwell.building, action=action, letter=letter
    )
    return page, 422 if form.is_submitted() else 200


def _ask(form: AskToJoinForm, stairwell: Stairwell, letter: Letter | None, consent: ConsentChannel) -> None:
    name, reads = form.name.data, language.current()
    if form.by_visit:
        assert form.flat is not None
        asking.ask_for_visit(stairwell, form.flat, name, language=reads, consent=consent)
        session.pop("asked", None)
    else:
        session["asked"] = changing.send_request(
            Submission(stairwell, form.flat, consent, letter), name=name, address=form.address.data,
            language=reads, before=session.get("asked"),
        )  # fmt: skip


@bp.app_template_global()
def coordinators_nearby(membership: Membership) -> str:
    """Return the names of a member's coordinators who show them to neighbours; used by the welcome mail."""
    near = coordinators_for(membership.stairwell) if membership.stairwell else []
    return ", ".join(each.name for each in near if each.shows_name)

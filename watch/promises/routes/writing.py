"""Pages for writing a promise, changing it, publishing it, following it up, and taking it away."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch.access import current_person, requires
from watch.models import Promise
from watch.permissions import Permission
from watch.promises import service
from watch.promises.errors import ChangedMeanwhile, NotBegun, NotPublished
from watch.promises.forms import FollowUpForm, PromiseForm, known_of, see, told_of
from watch.promises.period import has_begun
from watch.promises.routes.blueprint import BOTH_CHANGED, bp, note_assurance, own_areas
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

READ_AGAIN: Explanations = {
    ChangedMeanwhile: _l("Någon annan ändrade löftet nyss. Läs igenom det en gång till."),
}
UNPUBLISHED: Explanations = {
    NotPublished: _l("Löftet är inte publicerat. Publicera det först, och följ upp det sedan."),
}
NOT_BEGUN = _l("Perioden har inte börjat än. Följ upp löftet när den har börjat.")
BEGINS_LATER = _l("Löftet är uppföljt, så perioden måste ha börjat.")


@bp.get("/promises/new")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def new() -> str:
    """Show the form, with the area from whose page the reader comes, or the only one."""
    areas = own_areas()
    asked = [each.slug for each in areas if each.slug == request.args.get("area") or len(areas) == 1]
    return _new_page(PromiseForm(areas, areas=asked))


@bp.post("/promises/new")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def create() -> ViewAnswer:
    form = PromiseForm(own_areas())
    if not form.validate():
        return _new_page(form), 422
    with saving(_("Utkastet är sparat. Läs igenom det, och publicera när det stämmer.")):
        said = service.Wording(**form.values)
        promise = service.add(form.chosen, said, by=current_person(), form_key=form.key)
        note_assurance(form, promise)
    return _to(promise)


@bp.get("/promises/<int:promise_id>/edit")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def edit(promise: Promise) -> str:
    return _edit_page(promise, PromiseForm(own_areas(), **known_of(promise)))


@bp.post("/promises/<int:promise_id>/edit")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def change(promise: Promise) -> ViewAnswer:
    """Save what was typed. If somebody else has saved meanwhile, show both and ask."""
    form = PromiseForm(own_areas())
    if not form.validate():
        return _edit_page(promise, form), 422
    try:
        with saving(_("Ändringen är sparad.")):
            said, seen = service.Wording(**form.values), form.seen.data or 0
            service.change(promise, form.chosen, said, seen=seen, by=current_person())
            note_assurance(form, promise)
    except ChangedMeanwhile:
        return _edit_page(promise, _compared(form, promise), is_both=True), 422
    except NotBegun:
        form.begins.errors = (BEGINS_LATER,)
        return _edit_page(promise, form), 422
    return _to(promise)


@bp.get("/promises/<int:promise_id>/follow-up")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def ask_follow_up(promise: Promise) -> ViewAnswer:
    if promise.published_at is None or not has_begun(promise.begins):
        return _to(promise)
    return _follow_up_page(promise, FollowUpForm(**told_of(promise)))


@bp.post("/promises/<int:promise_id>/follow-up")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def follow_up(promise: Promise) -> ViewAnswer:
    """Save what became of it. If somebody else has saved meanwhile, show both and ask."""
    form = FollowUpForm()
    if not form.validate():
        return _follow_up_page(promise, form), 422
    try:
        with saving(_("Uppföljningen är sparad. Alla kan läsa den."), unless=UNPUBLISHED):
            said, seen = service.FollowUp(**form.values), form.seen.data or 0
            service.follow_up(promise, said, seen=seen, by=current_person())
            note_assurance(form, promise)
    except ChangedMeanwhile:
        return _follow_up_page(promise, _compared(form, promise), is_both=True), 422
    except NotBegun:
        form.form_errors = [NOT_BEGUN]
        return _follow_up_page(promise, form), 422
    return _to(promise)


@bp.post("/promises/<int:promise_id>/publish")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def publish(promise: Promise) -> Response:
    with saving(_("Publicerat. Nu kan alla läsa löftet."), unless=READ_AGAIN):
        service.publish(promise, seen=request.form.get("seen", 0, type=int), by=current_person())
    return _to(promise)


@bp.post("/promises/<int:promise_id>/take-back")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def take_back(promise: Promise) -> Response:
    with saving(_("Löftet är ett utkast igen. Bara ni som ansvarar för området ser det."), unless=READ_AGAIN):
        service.take_back(promise, by=current_person())
    return _to(promise)


@bp.post("/promises/<int:promise_id>/remove")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def remove(promise: Promise) -> Response:
    with saving(_("Borttaget. Du kan ångra dig."), unless=READ_AGAIN):
        service.remove(promise, by=current_person())
    return _to(promise)


@bp.post("/promises/<int:promise_id>/remove/undo")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def bring_back(promise: Promise) -> Response:
    with saving(_("Löftet är tillbaka."), unless=READ_AGAIN):
        service.bring_back(promise, by=current_person())
    return _to(promise)


def _compared(form: Any, promise: Promise) -> Any:
    """Return the form with what was typed, for a reader who is shown what somebody else has saved."""
    form.form_errors = [BOTH_CHANGED]
    see(form, promise)
    return form


def _new_page(form: PromiseForm) -> str:
    return render_template("promises/new.html", form=form)


def _edit_page(promise: Promise, form: PromiseForm, *, is_both: bool = False) -> str:
    return render_template("promises/edit.html", promise=promise, form=form, is_both=is_both)


def _follow_up_page(promise: Promise, form: FollowUpForm, *, is_both: bool = False) -> str:
    return render_template("promises/follow_up.html", promise=promise, form=form, is_both=is_both)


def _to(promise: Promise) -> Response:
    return redirect(url_for("promises.show", promise_id=promise.id), 303)

"""Pages for signing in and out, for settings and for signed-in devices."""

from __future__ import annotations

from contextlib import suppress

from email_validator import EmailNotValidError, validate_email
from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from watch import language, made_for, tokens
from watch.access import current_person, current_relations, public, signed_in
from watch.accounts import labels, languages, queries, sessions, shares
from watch.accounts.errors import AskedElsewhere
from watch.accounts.forms import AskForLinkForm, ChoosePersonForm, SaveSettingsForm
from watch.accounts.service import people as people_service
from watch.accounts.service import signing_in
from watch.addresses.queries import pending_change
from watch.bodies import FIELDS_OF_A_LIST, MEGABYTE, takes_bytes
from watch.errors import LinkExpired
from watch.extensions import browser_that_asks, csrf, db, limiter, network_of_reader
from watch.groups.queries.pages import groups_of
from watch.limits import limit_network
from watch.models import Person, Purpose, SignIn, SignInLink, utcnow
from watch.web import ViewAnswer, is_page, local_path, sent_to

bp = Blueprint("accounts", __name__)
bp.before_app_request(languages.choose_in_form)
bp.app_errorhandler(languages.NothingIsSaved)(languages.back_to_page)
bp.after_app_request(languages.shown_again)

MOST_KEPT = 1000  # characters of the page to open after signing in: browsers keep 4,096 bytes of a cookie
TYPED = "typed-"  # prefix of the fields that templates/base.html passes on when the language is changed


def typed_address() -> str:
    """Return the typed address as rate limits count it; for an empty field, the reader's network."""
    # longer text is no address, and validating it would be slow
    typed = request.form.get("email", "").strip()[:255]
    # normalise, so that spelling one address in two ways does not give two limits
    with suppress(EmailNotValidError):
        typed = validate_email(typed, check_deliverability=False, test_environment=True).normalized
    return typed.casefold() or network_of_reader()


def typed_address_from_here() -> str:
    """Return the tight limit's key. By address alone a stranger could lock its owner out."""
    return f"{typed_address()} {network_of_reader()} {browser_that_asks()}"


def is_known_here() -> bool:
    return sessions.has_signed_in_here(typed_address())


@bp.get("/login")
@public
def login() -> ViewAnswer:
    if current_user.is_authenticated and "other" in request.args:
        return render_template("accounts/login.html", form=None)
    if current_user.is_authenticated:
        return redirect(_page_to_open(request.args.get("next")) or _landing())
    if "sent" in request.args:
        return render_template("accounts/send_link.html")
    form = AskForLinkForm(data={"next": request.args.get("next")})
    return render_template("accounts/login.html", form=form, why=sessions.why_signed_out())


@bp.post("/login")
@public
@limit_network("10 per minute; 60 per hour", exempt_when=is_known_here)
@limiter.limit("6 per hour", key_func=typed_address_from_here)
def send_link() -> ViewAnswer:
    form = AskForLinkForm()
    if not form.validate():
        return render_template("accounts/login.html", form=form), 422
    browser = browser_that_asks()
    # end the read transaction, or counting on a connection of its own would wait for it
    db.session.rollback()
    is_withheld = not shares.may_be_mailed(form.email.data.casefold())
    signing_in.ask_for_link(
        form.email.data, browser=browser, language=language.current(), is_withheld=is_withheld
    )
    db.session.commit()
    session["next"] = wanted if (wanted := local_path(form.next.data)) and len(wanted) < MOST_KEPT else None
    return redirect(url_for("accounts.login", sent="yes"), 303)


@bp.get("/login/<token>")
@public
def open_link(token: str) -> ViewAnswer:
    """Show the button. Whoever is signed in already and opens an old link of theirs is led on."""
    try:
        link = queries.link_of(token)
    except LinkExpired:
        if not (current_user.is_authenticated and queries.is_for(token, current_person())):
            raise
        return render_template("accounts/signed_in.html", onwards=_landing())
    sent_to(person_id=link.person_id, mailbox_id=link.mailbox_id)
    browser_that_asks()  # by its cookie a second press is known
    return render_template("accounts/open_link.html", token=token)


@bp.post("/login/<token>")
@csrf.exempt  # the first press has begun a new session, with another token; protected below
@public
@limit_network("120 per hour")
def sign_in(token: str) -> ViewAnswer:
    try:
        _protect()
    except CSRFError:
        if not _is_in_by(token):
            raise
        return redirect(_landing(), 303)
    link = signing_in.link_to_press(token, browser=browser_that_asks())
    people = queries.people_for(link)
    form = ChoosePersonForm(people)
    if len(people) > 1:
        if "person" not in request.form and "asked" not in request.form:
            return render_template("accounts/sign_in.html", token=token, form=form)
        if not form.validate():
            return render_template("accounts/sign_in.html", token=token, form=form), 422
    person = next((one for one in people if form.person.data in {one.id, None}), None) or abort(410)
    try:
        return _begin(link, person)
    except AskedElsewhere:
        return render_template("accounts/asked_elsewhere.html", form=AskForLinkForm(formdata=None)), 403


def _ask_who_is_out() -> Response | None:
    """Check the form; return the page that asks to sign in if it was left open and its sign-in has ended.

    Raises CSRFError.
    """
    try:
        _protect()
    except CSRFError:
        if current_user.is_authenticated or "csrf_token" not in request.form:
            raise
    return None if current_user.is_authenticated else sessions.ask_to_sign_in()


def _protect() -> None:
    """Check the form as that of every other page is checked. Raises CSRFError."""
    csrf.protect()
    languages.choose_in_form()


def _is_in_by(token: str) -> bool:
    """Return True if the reader was signed in by this link, in this browser."""
    if not current_user.is_authenticated:
        return False
    link = tokens.row_of(Purpose.SIGN_IN, SignInLink, token)
    name: str = signing_in.name_of_press(link, current_person(), browser_that_asks())
    return bool(name == current_user.id)


def _begin(link: SignInLink, person: Person) -> Response:
    browser, device = browser_that_asks(), sessions.device_of_reader()
    started = signing_in.sign_in(link, person, browser=browser, device=device)
    address = person.mailbox.address.casefold() if person.mailbox else None
    db.session.commit()
    if address:
        shares.remember_network(address)
    wanted = _page_to_open(session.get("next"))
    sessions.begin(started)
    return redirect(wanted or _landing(), 303)


def _page_to_open(wanted: str | None) -> str | None:
    """Return the address to open after signing in, unless it is no page or one for signing in."""
    path = local_path(wanted)
    sign_in = url_for("accounts.login")
    is_sign_in = path is not None and f"{path.partition('?')[0]}/".startswith(f"{sign_in}/")
    return path if path and is_page(path) and not is_sign_in else None


def _landing() -> str:
    relations = current_relations()
    if relations.officer_of or relations.partner_of:
        return url_for("followup.overview" if relations.officer_of else "partners.index")
    if relations.coordinates:
        return url_for("groups.house.show", group_id=min(relations.coordinates))
    return url_for("groups.mine")


@bp.post("/logout")
@csrf.exempt  # pressed twice, the second form holds the token of the session before; protected below
@public
def sign_out() -> Response:
    """End this browser's sign-in. With `to_login`, lead to the sign-in page for somebody else."""
    if not sessions.has_ended():
        if refused := _ask_who_is_out():
            return refused
        signing_in.sign_out(current_user._get_current_object())
        db.session.commit()
    if "to_login" in request.form:
        sessions.end(language.current())
        return redirect(url_for("accounts.login"), 303)
    return _signed_out(_("Du är utloggad."))


def _signed_out(told: str, *, everywhere: bool = False) -> Response:
    sessions.end(language.current(), everywhere=everywhere)
    flash(told, "done")
    return redirect(url_for("places.front"), 303)


@bp.post("/language")
@takes_bytes(MEGABYTE, fields=FIELDS_OF_A_LIST)  # as much as any form that came back
@public
def choose_language() -> ViewAnswer:
    """Change the language of the pages. What an earlier form held is shown again and sends nothing."""
    languages.choose(request.form.get(language.CHOICE) or request.form.get("language"))
    back = local_path(request.form.get("next"))
    if back and (typed := _typed_before()):
        return render_template("accounts/choose_language.html", typed=typed, posted_to=back)
    return redirect(back if back and is_page(back) else "/", 303)


def _typed_before() -> MultiDict[str, str]:
    sent = request.form.items(multi=True)
    typed = MultiDict((name.removeprefix(TYPED), answer) for name, answer in sent if name.startswith(TYPED))
    if typed and made_for.FIELD in request.form:  # the form was sent once more after its sign-in had ended
        typed[made_for.FIELD] = request.form[made_for.FIELD]
    return typed


@bp.get("/me/settings")
@signed_in
def settings() -> str:
    form = SaveSettingsForm(current_person(), obj=current_person())
    form.see()
    return _settings(form)


@bp.post("/me/settings")
@signed_in
def save_settings() -> ViewAnswer:
    form = SaveSettingsForm(current_person())
    if not form.validate():
        return _settings(form), 422
    person = current_person()
    people_service.save_settings(person, **form.changes)
    db.session.commit()
    session["language"] = person.language.value
    flash(_("Sparat."), "done")
    return redirect(url_for("accounts.settings"), 303)


def _settings(form: SaveSettingsForm) -> str:
    person = current_person()
    return render_template(
        "accounts/settings.html",
        form=form,
        person=person,
        pending=pending_change(person, utcnow()),
        groups=groups_of(person),
        is_member_of=current_relations().member_of,
    )


@bp.get("/me/security")
@signed_in
def security() -> str:
    return render_template(
        "accounts/security.html",
        sign_ins=queries.sign_ins_of(current_person()),
        here=current_user.id,
        device_name=labels.device_name,
    )


@bp.post("/me/security/<sign_in_id>/end")
@signed_in
def end_sign_in(sign_in_id: str) -> Response:
    there = db.session.get(SignIn, sign_in_id)
    if there is None or there.person_id != current_person().id:
        abort(404)
    signing_in.sign_out(there)
    db.session.commit()
    flash(_("%(device)s är utloggad.", device=labels.device_name(there.device)), "done")
    return redirect(url_for("accounts.security"), 303)


@bp.post("/me/security/end-all")
@csrf.exempt  # as signing out
@public
def end_all() -> Response:
    if not sessions.has_ended_everywhere():
        if refused := _ask_who_is_out():
            return refused
        signing_in.sign_out_everywhere(current_person())
        db.session.commit()
    return _signed_out(_("Du är utloggad överallt."), everywhere=True)

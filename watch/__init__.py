"""Watch: grannsamverkan in apartment blocks. This file is the table of contents; it only registers."""

from __future__ import annotations

import gc

gc.disable()  # collecting while everything is imported takes a quarter of a command's time

from collections.abc import Mapping
from typing import Any

import click
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

import config as settings
from watch import access, cli, crypto, errors, journal, language, presence, typed_words, urls, web
from watch.accounts import queries as people
from watch.accounts import routes as accounts
from watch.addresses import routes as addresses
from watch.audit import routes as audit_pages  # "audit" is the module by which everybody notes
from watch.bodies import bound_body, refuse_unreadable
from watch.canvassing import routes as canvassing
from watch.closing import routes as closing
from watch.contacts import routes as contacts
from watch.database import has_log_of_another, is_made, prepare_sqlite
from watch.est import routes as est
from watch.extensions import babel, catalogues, csrf, db, limiter, login_manager, migrate
from watch.findings import routes as findings
from watch.followup import routes as followup
from watch.groups import routes as groups
from watch.handbook import routes as handbook
from watch.handouts import routes as handouts
from watch.interest import routes as interest
from watch.invitations import routes as invitations
from watch.joining import routes as joining
from watch.lifecycle import routes as lifecycle
from watch.limits import count_form
from watch.mail.connections import mail
from watch.meetings import routes as meetings
from watch.messages import routes as messages
from watch.notices import routes as notices
from watch.ops import health, mailbox
from watch.outreach import routes as outreach
from watch.partners import routes as partners
from watch.places import routes as places
from watch.printing import routes as printing
from watch.promises import routes as promises
from watch.records import routes as records
from watch.registers import routes as registers
from watch.report import routes as report
from watch.retention import routes as retention

gc.enable()
gc.freeze()  # what stays for good is not looked at again

FEATURES = (
    places, accounts, addresses, contacts, groups, lifecycle, printing, invitations, joining, interest,
    canvassing, records, handouts, findings, est, meetings, notices, messages, outreach, promises, closing,
    followup, report, registers, partners, audit_pages, handbook, retention, health,
)  # fmt: skip
FIRST_STEPS = bound_body, count_form, refuse_unreadable, urls.lead_to_page  # before all: a flood costs little


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The application with its settings. Raises config.BadSetting."""
    app = Flask(__name__, template_folder="../templates", instance_relative_config=True)
    app.jinja_environment = web.Templates
    app.config.from_mapping(settings.load(overrides=overrides))
    crypto.init_app(app)
    errors.init_app(app)
    for step in FIRST_STEPS:
        app.before_request(step)
    limiter.init_app(app)  # and this before the request's transaction
    db.init_app(app)
    migrate.init_app(app, db, directory="migrations", render_as_batch=True)
    mail.init_app(app)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=language.of_reader)
    catalogues.translate_templates(app.jinja_env)
    login_manager.init_app(app)
    journal.listen()
    for part in (access, web, cli, typed_words):
        part.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            prepare_sqlite(db.engine)
        _demand_our_database()
    for feature in FEATURES:
        app.register_blueprint(feature.bp)
    if app.config["ENV"] == "development":
        app.register_blueprint(mailbox.bp)
    elif not _is_command():
        access.say_what_is_missing(app)
    return app


def _is_command() -> bool:
    return click.get_current_context(silent=True) is not None


def _demand_our_database() -> None:
    """A database of another data key is left alone, and so is an older copy. Raises config.BadSetting.

    A command looks itself whether it is a copy (cli.py): one of them mends that.
    """
    if has_log_of_another(db.engine):
        raise settings.BadSetting(
            f"{db.engine.url.database} is a copy, and the log of the database before lies beside it: remove "
            f"the two files whose names end in -wal and -shm, then mend the copy: {journal.RESTORE}"
        )
    is_command = _is_command()
    try:
        sentence = _other_key() if is_command else _other_key() or journal.trouble()
    except SQLAlchemyError:  # it has no tables yet, or does not answer: others tell of that
        sentence = None
    finally:
        db.session.remove()
        db.engine.dispose()  # nothing open is carried into another process
    if sentence:
        raise settings.BadSetting(sentence)
    if not is_command and not current_app.testing:
        _stay()


def _other_key() -> str | None:
    is_right = not is_made(db.engine) or people.is_readable()  # looking would make it
    return None if is_right else "WATCH_DATA_KEY is another one than the database was written with."


def _stay() -> None:
    try:
        presence.stay()
    except presence.Busy:
        raise settings.BadSetting("A restore is under way; start again when it is done.") from None

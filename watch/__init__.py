"""Watch: grannsamverkan in apartment blocks. This file is the table of contents; it only registers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

import config as settings
from watch import access, cli, crypto, errors, language, web
from watch.accounts import queries as people
from watch.accounts import routes as accounts
from watch.bodies import bound_body, refuse_unreadable
from watch.contacts import routes as contacts
from watch.database import prepare_sqlite
from watch.extensions import babel, csrf, db, limiter, login_manager, mail, migrate
from watch.followup import routes as followup
from watch.groups.routes import choices, coordinators, groups, house, start
from watch.joining.routes import door, interest, invitations, invited, joining, packs, posters, waiting
from watch.limits import count_form
from watch.meetings import routes as meetings
from watch.notices import routes as notices
from watch.ops import health, mailbox
from watch.places import routes as places

FEATURES = (
    places, accounts, contacts, groups, house, coordinators, start, choices, joining, waiting, door, interest,
    invitations, invited, posters, packs, meetings, notices, followup, health,
)  # fmt: skip


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The application with its settings. Raises config.BadSetting."""
    app = Flask(__name__, template_folder="../templates", instance_relative_config=True)
    app.config.from_mapping(settings.load(overrides=overrides))
    crypto.init_app(app)
    errors.init_app(app)
    for step in (bound_body, count_form, refuse_unreadable):  # before all: a flood costs little
        app.before_request(step)
    limiter.init_app(app)  # and this before the request's transaction
    db.init_app(app)
    migrate.init_app(app, db, directory="migrations", render_as_batch=True)
    mail.init_app(app)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=language.of_reader)
    login_manager.init_app(app)
    for part in (access, web, cli):
        part.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            prepare_sqlite(db.engine)
        _demand_the_data_key()
    for feature in FEATURES:
        app.register_blueprint(feature.bp)
    if app.config["ENV"] == "development":
        app.register_blueprint(mailbox.bp)
    else:
        access.say_what_is_missing(app)
    return app


def _demand_the_data_key() -> None:
    """A database written with another data key is left alone. Raises config.BadSetting."""
    file = db.engine.url.database
    if db.engine.dialect.name == "sqlite" and not (file and Path(file).exists()):
        return  # looking would make it
    try:
        is_right = people.is_readable()
    except SQLAlchemyError:  # it has no tables yet, or does not answer: others tell of that
        is_right = True
    finally:
        db.session.remove()
        db.engine.dispose()  # nothing open is carried into another process
    if not is_right:
        raise settings.BadSetting("WATCH_DATA_KEY is another one than the database was written with.")

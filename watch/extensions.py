"""The libraries the application stands on, not yet bound to an application."""

from __future__ import annotations

import logging
import secrets
from ipaddress import ip_address, ip_network

from flask import session
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from watch.database import Base
from watch.mail.smtp import Mail

db = SQLAlchemy(model_class=Base)
migrate = Migrate()
login_manager = LoginManager()
mail = Mail()
csrf = CSRFProtect()
babel = Babel()


def network_of_reader() -> str:
    """What limits count by: an IPv4 address, or the /64 that an IPv6 home has to itself."""
    address = get_remote_address()
    if ip_address(address).version == 4:
        return address
    return str(ip_network((address, 64), strict=False))


def browser_that_asks() -> str:
    """A random name for this browser, kept in its cookie: a link can be bound to where it was asked for."""
    if "browser" not in session:
        session["browser"] = secrets.token_hex(16)
    return str(session["browser"])


limiter = Limiter(network_of_reader, strategy="fixed-window")
limiter.logger.setLevel(logging.WARNING)  # below, it writes down the address that was slowed

"""The libraries the application uses, not yet bound to it, and how limits name a reader."""

from __future__ import annotations

import logging
import secrets
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from flask import session
from flask_babel import Babel, Domain, get_locale
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from watch.database import Base


class Catalogues(Domain):
    """The translations by language; flask-babel's own spells out the language's whole name for every text."""

    def get_translations(self) -> Any:
        """Those of the language that is spoken now."""
        locale = get_locale()
        language = locale and locale.language
        if language not in self.cache:
            self.cache[language] = super().get_translations()
        return self.cache[language]

    def translate_templates(self, environment: Any) -> None:
        """Let templates look texts up here; flask-babel asks for the domain anew for every text."""
        environment.install_gettext_callables(
            lambda text: self.get_translations().gettext(text),
            lambda one, many, number: self.get_translations().ngettext(one, many, number),
            newstyle=True,
            pgettext=lambda what, text: self.get_translations().pgettext(what, text),
            npgettext=lambda what, one, many, n: self.get_translations().npgettext(what, one, many, n),
        )


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()
babel = Babel()
catalogues = babel.domain_instance = Catalogues()


def network_of_reader() -> str:
    """Return what limits count by: the IPv4 address, or the /64 that an IPv6 home has."""
    return network_within(32, 64)


def wide_network_of_reader() -> str:
    """Return the /48 of an IPv6 address, which may belong to one customer; else the IPv4 address."""
    return network_within(32, 48)


def network_within(ipv4_bits: int, ipv6_bits: int) -> str:
    """Return that many bits of the reader's address; everything else counts as one network."""
    try:
        address = ip_address(get_remote_address())
    except ValueError:
        return "no address"
    # a server that listens on IPv6 sees IPv4 addresses in this form
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    bits = ipv4_bits if address.version == 4 else ipv6_bits
    return str(ip_network((address, bits), strict=False))


def browser_that_asks() -> str:
    """Return this browser's random name, kept in its cookie; a sign-in link can be bound to it."""
    if "browser" not in session:
        session["browser"] = secrets.token_hex(16)
    return str(session["browser"])


limiter = Limiter(network_of_reader, strategy="fixed-window")
limiter.logger.setLevel(logging.WARNING)  # INFO would log the address that was limited

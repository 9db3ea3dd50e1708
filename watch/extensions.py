"""The libraries the application stands on, not yet bound to an application."""

from __future__ import annotations

import logging
import secrets
from ipaddress import IPv6Address, ip_address, ip_network

from flask import session
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from watch.database import Base

db = SQLAlchemy(model_class=Base)
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()
babel = Babel()


def network_of_reader() -> str:
    """What limits count by: an IPv4 address, or the /64 that an IPv6 home has to itself."""
    return network_within(32, 64)


def wide_network_of_reader() -> str:
    """The /48 of an IPv6 address, which may be all one customer's; of IPv4 the same as above."""
    return network_within(32, 48)


def network_within(ipv4_bits: int, ipv6_bits: int) -> str:
    """So many bits of the reader's address; what is no address is all one network, and hides nobody."""
    try:
        address = ip_address(get_remote_address())
    except ValueError:
        return "no address"
    if isinstance(address, IPv6Address) and address.ipv4_mapped:  # a server that listens on both sees IPv4 so
        address = address.ipv4_mapped
    bits = ipv4_bits if address.version == 4 else ipv6_bits
    return str(ip_network((address, bits), strict=False))


def browser_that_asks() -> str:
    """A random name for this browser, kept in its cookie: a link can be bound to where it was asked for."""
    if "browser" not in session:
        session["browser"] = secrets.token_hex(16)
    return str(session["browser"])


limiter = Limiter(network_of_reader, strategy="fixed-window")
limiter.logger.setLevel(logging.WARNING)  # below, it writes down the address that was slowed

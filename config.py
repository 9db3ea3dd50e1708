"""Settings from the environment: `WATCH_<NAME>` becomes `<NAME>`. A secret has no default.

`WATCH_ENV=development` fills what is missing with values that are good for one's own machine only. A value
that makes no sense or is not safe stops every start with one sentence: pages, worker and commands.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Any
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from watch.crypto import read_data_key

DEFAULTS: dict[str, Any] = {
    "ENV": "production",  # or development: values for one's own machine
    "DATABASE_URL": "sqlite:///watch.db",  # relative to instance/; or postgresql+psycopg://…
    "QUEUE_URL": "",  # where the background engine keeps its queue; empty: a file beside the database
    "JOURNAL": "",  # where what is taken away is written down too; empty: a folder `journal` beside instance/
    "JOURNAL_DAYS": 90,  # how long that is kept; longer than any backup
    "POSTGRES_PROGRAMS": "",  # the folder of pg_dump, pg_restore and psql; empty: as they are found
    "BASE_URL": "",  # what links in mails begin with, never taken from a request
    "TRUSTED_PROXIES": 0,  # how many proxies of ours in front set X-Forwarded-*; with https it has to be said
    "CONTROLLER": "",  # personuppgiftsansvarig: name and postal address, shown on pages and in mails
    "MAIL_SERVER": "",
    "MAIL_PORT": 587,
    "MAIL_USE_TLS": True,  # STARTTLS, certificate verified
    "MAIL_USE_SSL": False,
    "MAIL_USERNAME": None,
    "MAIL_PASSWORD": None,
    "MAIL_TIMEOUT": 30,  # seconds for each step with the mail server
    "MAIL_NOTICES_FROM": "",  # the two fixed senders; empty: meddelanden@ and konto@ the base address's host
    "MAIL_ACCOUNT_FROM": "",
    "MAIL_CONNECTIONS": 8,  # how many a worker keeps open to the mail server at most
    "MAIL_PER_SECOND": 0.0,  # at most so many messages a second from each worker; 0: as many as it can
    "MAIL_RETRY_MINUTES": [1, 5, 15, 60],  # then hourly
    "MAIL_GIVE_UP_HOURS": 72.0,  # after so long a message that is refused for now could not be reached
    "MAIL_LEASE_SECONDS": 140,  # how long a worker may hold what it has claimed, unless it says that it lives
    "MAIL_LOOK_SECONDS": 1.0,  # how often a worker looks for mail that nobody, or another, was rung for
    "MAIL_UNCERTAIN_MINUTES": 10.0,  # before a message with no answer after its end is tried again
    "HOST_NAME": "",  # what workers on this machine call themselves; empty: the machine's own name
    "METRICS_PORT": 0,  # where a worker tells Prometheus how it goes, on loopback only; 0: nowhere
    "SIGN_IN_LINK_MINUTES": 10,
    "INVITATION_DAYS": 30,
    "INVITATIONS_A_DAY": 100,  # how many letters of invitation one coordinator can have sent in 24 hours
    "FORMS_IN_TEN_MINUTES": 300,  # how many forms of all kinds one network may send
    "LETTERS_AT_ONCE": 250,  # so many letters are made while one waits; a longer pack is made by the worker
}

# Flask's own, safer than its defaults, and its extensions'; not to be set from outside
FIXED: dict[str, Any] = {
    "RATELIMIT_STORAGE_URI": "database://",
    "RATELIMIT_HEADERS_ENABLED": False,
    "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},  # a failing statement logs no name or address
    "MAX_CONTENT_LENGTH": 32 * 1024,  # bytes of a form; a page that needs more says so (watch/bodies.py)
    "MAX_FORM_MEMORY_SIZE": 32 * 1024,
    "MAX_FORM_PARTS": 1000,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "PERMANENT_SESSION_LIFETIME": timedelta(days=180),
    "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
    "BABEL_DEFAULT_LOCALE": "sv",
    "BABEL_DEFAULT_TIMEZONE": "Europe/Stockholm",
    "BABEL_TRANSLATION_DIRECTORIES": "translations",
}

RANGES = {  # the least and the most that make sense
    "TRUSTED_PROXIES": (0, 10),
    "JOURNAL_DAYS": (31, 3650),
    "INVITATIONS_A_DAY": (1, 100_000),
    "INVITATION_DAYS": (1, 365),
    "LETTERS_AT_ONCE": (1, 500),
    "FORMS_IN_TEN_MINUTES": (10, 1_000_000),
    "SIGN_IN_LINK_MINUTES": (1, 24 * 60),
    "MAIL_PORT": (1, 65535),
    "METRICS_PORT": (0, 65535),
    "MAIL_CONNECTIONS": (1, 1000),
    "MAIL_PER_SECOND": (0, 100_000),
    "MAIL_TIMEOUT": (1, 3600),
    "MAIL_LEASE_SECONDS": (1, 24 * 3600),
    "MAIL_LOOK_SECONDS": (0.01, 3600),
    "MAIL_UNCERTAIN_MINUTES": (0.01, 24 * 60),
    "MAIL_RETRY_MINUTES": (0.01, 24 * 60),  # each of them
    "MAIL_GIVE_UP_HOURS": (0.01, 30 * 24),
}

DEVELOPMENT: dict[str, Any] = {
    "SECRET_KEY": "development only",
    "DATA_KEY": "ZGV2ZWxvcG1lbnQgb25seSwgbm90IGEgc2VjcmV0ISE=",
    "BASE_URL": "http://127.0.0.1:8000",
    "CONTROLLER": "Exempelkommunen, Rådhustorget 1, 501 80 Borås",
    "MAIL_SERVER": "127.0.0.1",
    "MAIL_PORT": 8025,
    "MAIL_USE_TLS": False,
    "SIGN_IN_LINK_MINUTES": 24 * 60,
}

OF_TESTS = {"TEST_DATABASE_URL"}
YES_OR_NO = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
MISSING = "is missing; the handbook's page for operators says what it needs."
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
HOST = re.compile(r"(?:[A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]+|[0-9A-Fa-f:]+:[0-9A-Fa-f.:]*")
ADDRESS = re.compile(r"[!-?A-~]+@(?:[A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]+")
QUEUES = ("sqlite:", "postgresql:", "postgresql+psycopg:", "redis:", "rediss:", "memory:")
FEWEST_KINDS = 8  # of characters or bytes in a key: of 32 random ones there are more
LONGEST_NAME = 60  # characters of a machine's name; the database keeps 80 with the worker's number


class BadSetting(SystemExit):
    """One sentence that names a setting and says what it needs; the start stops with it and nothing else."""


def load(
    environment: Mapping[str, str] = os.environ, overrides: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """All settings: defaults, then development's, then the environment, then `overrides` (tests).

    Raises BadSetting.
    """
    given: dict[str, Any] = {
        name.removeprefix("WATCH_"): text for name, text in environment.items() if name.startswith("WATCH_")
    }
    _demand_known(given)
    given |= overrides or {}
    settings = DEFAULTS | FIXED
    if given.get("ENV") == "development":
        settings |= DEVELOPMENT
    if "MAIL_USE_SSL" in given and "MAIL_USE_TLS" not in given:  # TLS from the first byte needs no STARTTLS
        settings["MAIL_USE_TLS"] = False
    for name, value in given.items():
        settings[name] = _typed(name, value, settings.get(name))
    _check(settings)
    _check_address(settings, knows_its_proxies="TRUSTED_PROXIES" in given)
    _check_mail(settings)
    if settings["ENV"] == "production":
        _check_secrets(settings)
        _demand_no_debugging(settings, environment)
    return settings | _derived(settings)


def _demand_known(given: Iterable[str]) -> None:
    """A name that was mistyped is said: it would else do nothing, and nobody would know."""
    known = DEFAULTS | DEVELOPMENT  # a secret stands in the second only
    for name in set(given) - set(known) - OF_TESTS:
        near = get_close_matches(name, known, n=1)
        hint = f"; is it WATCH_{near[0]}?" if near else "."
        raise BadSetting(f"WATCH_{name} is no setting{hint}")


def _typed(name: str, value: Any, default: Any) -> Any:
    """A setting's text as what its default is: a number, yes or no, a list of numbers."""
    if not isinstance(value, str):
        return value
    try:
        match default:
            case bool():
                return YES_OR_NO[value.lower()]
            case int():
                return int(value)
            case float():
                return float(value)
            case list():
                return [float(part) for part in value.split(",")]
            case None:
                return value or None
    except (ValueError, KeyError):
        several = ",".join(str(each) for each in default) if isinstance(default, list) else default
        like = "1 or 0" if isinstance(default, bool) else several
        raise BadSetting(f"WATCH_{name} is {value!r}; it needs a value like {like}.") from None
    return value


def _check(settings: Mapping[str, Any]) -> None:
    if settings["ENV"] not in {"production", "development"}:
        raise BadSetting(f"WATCH_ENV is {settings['ENV']!r}; it is either production or development.")
    for name in ("SECRET_KEY", "DATA_KEY", "BASE_URL", "MAIL_SERVER", "CONTROLLER"):
        if not str(settings.get(name) or "").strip():
            raise BadSetting(f"WATCH_{name} {MISSING}")
    for name, (least, most) in RANGES.items():
        values = settings[name] if isinstance(settings[name], list) else [settings[name]]
        if not all(least <= value <= most for value in values):
            raise BadSetting(f"WATCH_{name} is {settings[name]}; it has to be from {least} to {most}.")
    for name, value in settings.items():
        if isinstance(value, str) and not value.isprintable():
            raise BadSetting(f"WATCH_{name} holds a sign that cannot be seen; write it anew in one line.")
    try:
        read_data_key(settings["DATA_KEY"])
    except ValueError as wrong:
        raise BadSetting(f"WATCH_DATA_KEY is {wrong}; it needs 32 random bytes in base64.") from None
    _check_places(settings)


def _check_places(settings: Mapping[str, Any]) -> None:
    """Where things are kept, and what this machine is called."""
    try:
        database = make_url(settings["DATABASE_URL"])
    except (ArgumentError, ValueError):
        database = None
    if database is None or database.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise BadSetting("WATCH_DATABASE_URL needs to begin with sqlite:/// or postgresql+psycopg://.")
    if settings["QUEUE_URL"] and not settings["QUEUE_URL"].startswith(QUEUES):
        raise BadSetting("WATCH_QUEUE_URL needs to begin with sqlite:, postgresql: or redis:.")
    if len(settings["HOST_NAME"]) > LONGEST_NAME:
        raise BadSetting(f"WATCH_HOST_NAME is too long; it has at most {LONGEST_NAME} characters.")


def _check_address(settings: Mapping[str, Any], *, knows_its_proxies: bool) -> None:
    """The base address, and who stands in front of it."""
    said = settings["BASE_URL"]
    if not said.isascii():  # it stands in headers as it is
        raise BadSetting(f"WATCH_BASE_URL is {said!r}; such a domain needs its form in xn--.")
    base = _split(said)
    if base is None or f"{base.scheme}://{base.netloc}" != said.rstrip("/") or "@" in base.netloc:
        raise BadSetting("WATCH_BASE_URL needs the form https://host and nothing else.")
    is_here = base.hostname in LOOPBACK
    if settings["ENV"] == "development" and not is_here:
        raise BadSetting(
            f"WATCH_BASE_URL is {said!r}, which is not this machine, and WATCH_ENV=development has keys that "
            "everybody knows; leave WATCH_ENV out."
        )
    if base.scheme == "http" and not is_here:
        raise BadSetting("WATCH_BASE_URL is http; anything but one's own machine needs https.")
    if base.scheme == "https" and settings["ENV"] == "production" and not knows_its_proxies:
        raise BadSetting(
            "WATCH_TRUSTED_PROXIES is missing; with https say how many proxies of yours stand in front: 1 "
            "behind nginx, 0 where gunicorn speaks TLS itself."
        )


def _split(address: str) -> SplitResult | None:
    """The parts of a web address with a host and a port that can be; None where it is none."""
    try:
        parts = urlsplit(address)
        is_one = parts.scheme in {"http", "https"} and HOST.fullmatch(parts.hostname or "")
        return parts if is_one and parts.port != 0 else None
    except ValueError:  # a port of 99999, a bracket that is not closed
        return None


def _check_mail(settings: Mapping[str, Any]) -> None:
    """How mail leaves: to a server that proves who it is, from addresses that are such."""
    server = settings["MAIL_SERVER"]
    if not HOST.fullmatch(server):
        raise BadSetting("WATCH_MAIL_SERVER needs the name of a host, and WATCH_MAIL_PORT the port.")
    if settings["MAIL_USE_TLS"] and settings["MAIL_USE_SSL"]:
        raise BadSetting("WATCH_MAIL_USE_TLS and WATCH_MAIL_USE_SSL are both on; one of them has to be off.")
    if server not in LOOPBACK and not (settings["MAIL_USE_TLS"] or settings["MAIL_USE_SSL"]):
        raise BadSetting(
            "WATCH_MAIL_USE_TLS is off, and mail would leave this machine in clear; leave it out, or set "
            "WATCH_MAIL_USE_SSL=1."
        )
    if bool(settings["MAIL_USERNAME"]) != bool(settings["MAIL_PASSWORD"]):
        missing = "MAIL_PASSWORD" if settings["MAIL_USERNAME"] else "MAIL_USERNAME"
        raise BadSetting(f"WATCH_{missing} is missing; a name and its password go together.")
    for name in ("MAIL_NOTICES_FROM", "MAIL_ACCOUNT_FROM"):
        sender = settings[name]
        if not sender.isascii():  # it stands in headers as it is
            raise BadSetting(f"WATCH_{name} is {sender!r}; such a domain needs its form in xn--.")
        if sender and not ADDRESS.fullmatch(sender):
            raise BadSetting(f"WATCH_{name} is {sender!r}; it needs the form name@host.")


def _check_secrets(settings: Mapping[str, Any]) -> None:
    """Keys that nobody else has: not development's, which are published, and none that can be guessed."""
    secret, data_key = settings["SECRET_KEY"], read_data_key(settings["DATA_KEY"])
    if len(secret) < 32:
        raise BadSetting("WATCH_SECRET_KEY is short; it needs at least 32 random characters.")
    if data_key == read_data_key(DEVELOPMENT["DATA_KEY"]):
        raise BadSetting("WATCH_DATA_KEY is development's, which is published; make one of your own.")
    for name, key, needs in (
        ("SECRET_KEY", secret, "at least 32 random characters"),
        ("DATA_KEY", data_key, "32 random bytes in base64"),
    ):
        if len(set(key)) < FEWEST_KINDS:
            raise BadSetting(f"WATCH_{name} can be guessed; it needs {needs}.")


def _demand_no_debugging(settings: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    """A page that breaks would show its source and what it held, and let one type commands."""
    said = environment.get("FLASK_DEBUG", "0").lower()  # also what `flask --debug` sets
    if settings.get("DEBUG") or YES_OR_NO.get(said, True):
        raise BadSetting("FLASK_DEBUG is on; it is for WATCH_ENV=development only, so leave it out.")


def _derived(settings: Mapping[str, Any]) -> dict[str, Any]:
    base = urlsplit(settings["BASE_URL"])
    is_secure = base.scheme == "https"
    return {
        "BASE_URL": settings["BASE_URL"].rstrip("/"),
        "SQLALCHEMY_DATABASE_URI": settings["DATABASE_URL"],
        "TRUSTED_HOSTS": [base.hostname],
        "SESSION_COOKIE_SECURE": is_secure,
        "SESSION_COOKIE_NAME": "__Host-session" if is_secure else "session",
        "PREFERRED_URL_SCHEME": base.scheme,
        "MAIL_NOTICES_FROM": settings["MAIL_NOTICES_FROM"] or f"meddelanden@{base.hostname}",
        "MAIL_ACCOUNT_FROM": settings["MAIL_ACCOUNT_FROM"] or f"konto@{base.hostname}",
    }

"""Settings from the environment: `WATCH_<NAME>` sets `<NAME>`. Secrets have no default.

`WATCH_ENV=development` fills in missing values that are safe on one's own machine only. An invalid or unsafe
value stops pages, worker and commands at start, with one sentence.
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
    "QUEUE_URL": "",  # the queue of the background worker; empty: a file beside the database
    "JOURNAL": "",  # the folder of the journal (watch/journal); empty: `journal` beside instance/
    "JOURNAL_DAYS": 90,  # how long the journal is kept; longer than any backup
    "POSTGRES_PROGRAMS": "",  # the folder of pg_dump, pg_restore and psql; empty: as they are found
    "BASE_URL": "",  # what links in mails begin with, never taken from a request
    "TRUSTED_PROXIES": 0,  # how many of our proxies set X-Forwarded-*; required with https
    "CONTROLLER": "",  # personuppgiftsansvarig: name and postal address, shown on pages and in mails
    "MUNICIPALITY": "",  # the partners named on posters, letters and mails; empty: "kommunen" and "polisen"
    "POLICE": "",
    "MAIL_SERVER": "",
    "MAIL_PORT": 587,
    "MAIL_USE_TLS": True,  # STARTTLS, certificate verified
    "MAIL_USE_SSL": False,
    "MAIL_USERNAME": None,
    "MAIL_PASSWORD": None,
    "MAIL_TIMEOUT": 30,  # seconds for each step with the mail server
    "MAIL_NOTICES_FROM": "",  # the two From addresses; empty: meddelanden@ and konto@ at the host of BASE_URL
    "MAIL_ACCOUNT_FROM": "",
    "MAIL_CONNECTIONS": 8,  # most connections from a worker to the mail server
    "MAIL_PER_SECOND": 0.0,  # most messages a second from each worker; 0: no limit
    "MAIL_RETRY_MINUTES": [1, 5, 15, 60],  # then hourly
    "MAIL_GIVE_UP_HOURS": 72.0,  # how long a message is tried before its address counts as unreachable
    "MAIL_LEASE_SECONDS": 140,  # how long a claim lasts unless the worker renews it
    "MAIL_LOOK_SECONDS": 1.0,  # how often a worker looks for due mail without being woken
    "MAIL_UNCERTAIN_MINUTES": 10.0,  # how long to wait before resending a message whose acceptance is unknown
    "HOST_NAME": "",  # this machine's name in the list of workers; empty: its host name
    "METRICS_PORT": 0,  # port of the metrics for Prometheus, on loopback only; 0: none
    "SIGN_IN_LINK_MINUTES": 30,  # how long a sign-in link works; a server that greylists takes ten of them
    "OFFICER_IDLE_MINUTES": 30,  # how long an officer may do nothing before being signed out
    "INVITATION_DAYS": 30,
    "INVITATIONS_A_DAY": 100,  # how many letters of invitation one coordinator can have sent in 24 hours
    "FORMS_IN_TEN_MINUTES": 300,  # how many forms of all kinds one network may send
    "LETTERS_AT_ONCE": 250,  # so many letters are made while one waits; a longer pack is made by the worker
}

# Settings of Flask and its extensions, stricter than their defaults; the environment cannot change them
FIXED: dict[str, Any] = {
    "RATELIMIT_STORAGE_URI": "database://",
    "RATELIMIT_HEADERS_ENABLED": False,
    "SQLALCHEMY_ENGINE_OPTIONS": {
        "hide_parameters": True,  # a failing statement logs no name or address
        "query_cache_size": 2_000,  # there are some 1,000 statements; by default 500 stay compiled
    },
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

RANGES = {  # the smallest and largest accepted values
    "TRUSTED_PROXIES": (0, 10),
    "JOURNAL_DAYS": (31, 3650),
    "INVITATIONS_A_DAY": (1, 100_000),
    "INVITATION_DAYS": (1, 365),
    "LETTERS_AT_ONCE": (1, 500),
    "FORMS_IN_TEN_MINUTES": (10, 1_000_000),
    "SIGN_IN_LINK_MINUTES": (5, 60),
    "OFFICER_IDLE_MINUTES": (5, 120),
    "MAIL_PORT": (1, 65535),
    "METRICS_PORT": (0, 65535),
    "MAIL_CONNECTIONS": (1, 1000),
    "MAIL_PER_SECOND": (0, 100_000),
    "MAIL_TIMEOUT": (1, 3600),
    "MAIL_LEASE_SECONDS": (1, 24 * 3600),
    "MAIL_LOOK_SECONDS": (0.01, 3600),
    "MAIL_UNCERTAIN_MINUTES": (0.01, 24 * 60),
    "MAIL_RETRY_MINUTES": (0.01, 24 * 60),  # each number of the list
    "MAIL_GIVE_UP_HOURS": (0.01, 30 * 24),
}

DEVELOPMENT: dict[str, Any] = {
    "SECRET_KEY": "development only",
    "DATA_KEY": "ZGV2ZWxvcG1lbnQgb25seSwgbm90IGEgc2VjcmV0ISE=",
    "BASE_URL": "http://127.0.0.1:8000",
    "CONTROLLER": "Exempelkommunen, Rådhustorget 1, 501 80 Borås",
    "MUNICIPALITY": "Borås stad",
    "MAIL_SERVER": "127.0.0.1",
    "MAIL_PORT": 8025,
    "MAIL_USE_TLS": False,
    "SIGN_IN_LINK_MINUTES": 60,
}

OF_TESTS = {"TEST_DATABASE_URL"}
YES_OR_NO = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
MISSING = "is missing; the handbook's page for operators says what it needs."
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
HOST = re.compile(r"(?:[A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]+|[0-9A-Fa-f:]+:[0-9A-Fa-f.:]*")
ADDRESS = re.compile(r"[!-?A-~]+@(?:[A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]+")
QUEUES = ("sqlite:", "postgresql:", "postgresql+psycopg:", "redis:", "rediss:", "memory:")
FEWEST_KINDS = 8  # different characters or bytes in a key; 32 random ones always have more
LONGEST_NAME = 60  # characters of a machine's name; the database keeps 80 with the worker's number


class BadSetting(SystemExit):
    """One sentence that names a setting and says what it needs. The program ends with it."""


def load(
    environment: Mapping[str, str] = os.environ, overrides: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return all settings: defaults, development's, the environment's, then `overrides` (for tests).

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
    if "MAIL_USE_SSL" in given and "MAIL_USE_TLS" not in given:  # TLS from the first byte excludes STARTTLS
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
    """Refuse an unknown name: a mistyped setting would otherwise silently do nothing."""
    known = DEFAULTS | DEVELOPMENT  # secrets have a value in DEVELOPMENT only
    for name in set(given) - set(known) - OF_TESTS:
        near = get_close_matches(name, known, n=1)
        hint = f"; is it WATCH_{near[0]}?" if near else "."
        raise BadSetting(f"WATCH_{name} is no setting{hint}")


def _typed(name: str, value: Any, default: Any) -> Any:
    """Return a setting's text in the type of its default: number, yes or no, list of numbers."""
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
    """Check the URLs of database and queue, and the machine's name."""
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
    """Check the base address, and that the number of proxies is given with https."""
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
    """Return the parts of a web address, or None if it is not one."""
    try:
        parts = urlsplit(address)
        is_one = parts.scheme in {"http", "https"} and HOST.fullmatch(parts.hostname or "")
        return parts if is_one and parts.port != 0 else None
    except ValueError:  # a port of 99999, a bracket that is not closed
        return None


def _check_mail(settings: Mapping[str, Any]) -> None:
    """Check that mail leaves encrypted, to a named server, from valid addresses."""
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
    """Check that the keys are not development's published ones, and cannot be guessed."""
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
    """Refuse debug mode: an error page would show source and data, and run typed commands."""
    said = environment.get("FLASK_DEBUG", "0").lower()  # `flask --debug` sets it too
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

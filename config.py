"""Settings from the environment: `WATCH_<NAME>` becomes `<NAME>`. A secret has no default.

`WATCH_ENV=development` fills what is missing with values that are good for one's own machine only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from watch.crypto import read_data_key

DEFAULTS: dict[str, Any] = {
    "ENV": "production",  # or development: values for one's own machine
    "DATABASE_URL": "sqlite:///watch.db",  # relative to instance/; or postgresql+psycopg://…
    "QUEUE_URL": "",  # where the background engine keeps its queue; empty: a file beside the database
    "JOURNAL": "",  # where what is taken away is written down too; empty: a folder `journal` beside instance/
    "JOURNAL_DAYS": 90,  # how long that is kept; longer than any backup
    "POSTGRES_PROGRAMS": "",  # the folder of pg_dump, pg_restore and psql; empty: as they are found
    "BASE_URL": "",  # what links in mails begin with, never taken from a request
    "TRUSTED_PROXIES": 0,  # how many proxies of ours stand in front and set X-Forwarded-*
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
    "LETTERS_AT_ONCE": 60,  # so many letters are made while one waits; a longer pack is made by the worker
    "RATELIMIT_STORAGE_URI": "database://",
    "RATELIMIT_HEADERS_ENABLED": False,
    "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},  # a failing statement logs no name or address
    # Flask's own, safer than its defaults
    "MAX_CONTENT_LENGTH": 6 * 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
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
    "TRUSTED_PROXIES": (0, 100),
    "JOURNAL_DAYS": (1, 3650),
    "INVITATIONS_A_DAY": (1, 100_000),
    "INVITATION_DAYS": (1, 365),
    "LETTERS_AT_ONCE": (1, 500),
    "SIGN_IN_LINK_MINUTES": (1, 24 * 60),
    "MAIL_PORT": (1, 65535),
    "METRICS_PORT": (0, 65535),
    "MAIL_CONNECTIONS": (1, 1000),
    "MAIL_PER_SECOND": (0, 100_000),
    "MAIL_TIMEOUT": (1, 3600),
    "MAIL_LEASE_SECONDS": (1, 24 * 3600),
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
    settings = dict(DEFAULTS)
    if given.get("ENV") == "development":
        settings |= DEVELOPMENT
    if "MAIL_USE_SSL" in given and "MAIL_USE_TLS" not in given:  # TLS from the first byte needs no STARTTLS
        settings["MAIL_USE_TLS"] = False
    for name, value in given.items():
        settings[name] = _typed(name, value, settings.get(name))
    _check(settings)
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
                return {
                    "1": True,
                    "true": True,
                    "yes": True,
                    "0": False,
                    "false": False,
                    "no": False,
                    "": False,
                }[value.lower()]
            case int():
                return int(value)
            case float():
                return float(value)
            case list():
                return [float(part) for part in value.split(",")]
    except (ValueError, KeyError):
        several = ",".join(str(each) for each in default) if isinstance(default, list) else default
        like = "1 or 0" if isinstance(default, bool) else several
        raise BadSetting(f"WATCH_{name} is {value!r}; it needs a value like {like}.") from None
    return value


def _check(settings: Mapping[str, Any]) -> None:
    if settings["ENV"] not in {"production", "development"}:
        raise BadSetting(f"WATCH_ENV is {settings['ENV']!r}; it is either production or development.")
    for name in ("SECRET_KEY", "DATA_KEY", "BASE_URL", "MAIL_SERVER", "CONTROLLER"):
        if not settings.get(name):
            raise BadSetting(
                f"WATCH_{name} is missing; the handbook's page for operators says what it needs."
            )
    if settings["ENV"] == "production" and len(settings["SECRET_KEY"]) < 32:
        raise BadSetting("WATCH_SECRET_KEY is short; it needs at least 32 random signs.")
    for name, (least, most) in RANGES.items():
        if not least <= settings[name] <= most:
            raise BadSetting(f"WATCH_{name} is {settings[name]}; it has to be from {least} to {most}.")
    try:
        read_data_key(settings["DATA_KEY"])
    except ValueError as wrong:
        raise BadSetting(f"WATCH_DATA_KEY is {wrong}; it needs 32 random bytes in base64.") from None
    base = urlsplit(settings["BASE_URL"])
    if base.scheme not in {"http", "https"} or not base.hostname or base.path.strip("/") or base.query:
        raise BadSetting(f"WATCH_BASE_URL is {settings['BASE_URL']!r}; it needs the form https://host.")
    if base.scheme == "http" and base.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise BadSetting("WATCH_BASE_URL is http; anything but one's own machine needs https.")
    for name in ("BASE_URL", "MAIL_NOTICES_FROM", "MAIL_ACCOUNT_FROM"):  # they stand in headers as they are
        if not settings[name].isascii():
            raise BadSetting(f"WATCH_{name} is {settings[name]!r}; such a domain needs its form in xn--.")
    if not str(settings["DATABASE_URL"]).startswith(("sqlite:", "postgresql+psycopg:")):
        raise BadSetting("WATCH_DATABASE_URL needs to begin with sqlite: or postgresql+psycopg:.")
    if settings["MAIL_USE_TLS"] and settings["MAIL_USE_SSL"]:
        raise BadSetting("WATCH_MAIL_USE_TLS and WATCH_MAIL_USE_SSL are both on; one of them has to be off.")


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

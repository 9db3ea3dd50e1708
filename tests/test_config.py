"""Checks settings: a bad one stops the start with one sentence that names the setting."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from config import DEFAULTS, DEVELOPMENT, BadSetting, load
from tests.ops.test_deploy import of_procfile, of_unit
from tests.settings import PRODUCTION

ROOT = Path(__file__).resolve().parent.parent
GOOD = {f"WATCH_{name}": value for name, value in PRODUCTION.items()}
NEEDED = ("SECRET_KEY", "DATA_KEY", "BASE_URL", "MAIL_SERVER", "CONTROLLER", "TRUSTED_PROXIES")
COUNT = ["", "one", "-1", "1.5", "9" * 400, "nan"]
AMOUNT = ["", "some", "-1", "nan", "inf", "9" * 400]
SWITCH = ["perhaps", "2", "on off"]
SENDER = ["notices", "a@b@example.org", "Notices <a@example.org>", "a@example.org, b@example.org",
          "a @example.org", "brev@blåbär.example"]  # fmt: skip
BAD: dict[str, list[str]] = {  # values that each setting refuses; every setting is here
    "ENV": ["", "staging", "Production"],
    "SECRET_KEY": ["", " " * 40, "short", "a" * 40, "ab" * 20, "development only"],
    "DATA_KEY": [
        "", "not base64!", "c2hvcnQ=",
        "ZGV2ZWxvcG1lbnQgb25seSwgbm90IGEgc2VjcmV0ISE=",  # development's
        "A" * 43 + "=",  # 32 bytes of zero
        "_" * 42 + "8=",  # 32 bytes of 255
        "YWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWI=",
    ],
    "BASE_URL": [
        "", "grannar.example.org", "ftp://grannar.example.org", "http://grannar.example.org",
        "https://a@grannar.example.org", "https://a:b@grannar.example.org", "https://grannar.example.org/path",
        "https://grannar.example.org?", "https://grannar.example.org?a=b", "https://grannar.example.org#top",
        "https://grannar.example.org:99999", "https://grannar.example.org:0", "https://grannar.example.org:x",
        "https://[::1", "https://", "https://grannar example.org", "https://grannar..example.org",
        "https://*.example.org", "https://grannar.example.org,other.example.org", "https://blåbär.example",
        "https://grannar.example.org\nSet-Cookie: a=b",
    ],
    "DATABASE_URL": ["", "mysql://localhost/watch", "postgresql://localhost/watch", "watch.db", "sqlite",
                     "postgresql+psycopg://localhost:port/watch"],
    "QUEUE_URL": ["amqp://localhost", "queue.db", "redis"],
    "TRUSTED_PROXIES": [*COUNT, "11"],
    "MUNICIPALITY": ["Borås\nstad"],
    "POLICE": ["polisen\nBcc: a@example.org"],
    "CONTROLLER": ["", "  ", "Kommunen\nBcc: a@example.org"],
    "MAIL_SERVER": ["", "smtp.example.org:587", "smtp://smtp.example.org", "a@smtp.example.org",
                    "smtp example.org"],
    "MAIL_PORT": [*COUNT, "0", "65536"],
    "MAIL_USE_TLS": [*SWITCH, "0"],  # in clear to another machine
    # 0 turns all encryption off, because TLS from the first byte excludes STARTTLS
    "MAIL_USE_SSL": [*SWITCH, "0"],
    "MAIL_USERNAME": ["watch"],  # without a password
    "MAIL_PASSWORD": ["secret"],  # without a user name
    "MAIL_TIMEOUT": [*COUNT, "0"],
    "MAIL_NOTICES_FROM": SENDER,
    "MAIL_ACCOUNT_FROM": SENDER,
    "MAIL_CONNECTIONS": [*COUNT, "0"],
    "MAIL_PER_SECOND": AMOUNT,
    "MAIL_RETRY_MINUTES": [*AMOUNT, "0", "1,soon", "1,,5", "5,-1"],
    "MAIL_GIVE_UP_HOURS": [*AMOUNT, "0"],
    "MAIL_LEASE_SECONDS": [*COUNT, "0"],
    "MAIL_LOOK_SECONDS": [*AMOUNT, "0"],
    "MAIL_UNCERTAIN_MINUTES": [*AMOUNT, "0"],
    "HOST_NAME": ["x" * 61, "two\nlines"],
    "JOURNAL": [],  # any folder
    "JOURNAL_DAYS": [*COUNT, "0"],
    "POSTGRES_PROGRAMS": [],  # any folder
    "METRICS_PORT": [*COUNT, "65536"],
    "SIGN_IN_LINK_MINUTES": [*COUNT, "0", "61"],
    "OFFICER_IDLE_MINUTES": [*COUNT, "0", "121"],
    "INVITATION_DAYS": [*COUNT, "0"],
    "INVITATIONS_A_DAY": [*COUNT, "0"],
    "LETTERS_AT_ONCE": [*COUNT, "0"],
    "FORMS_IN_TEN_MINUTES": [*COUNT, "0", "9"],
}  # fmt: skip


def test_good_settings_are_taken_and_what_follows_from_them_is_safe() -> None:
    settings = load(GOOD)
    assert {
        name: settings[name] for name in ("ENV", "BASE_URL", "SECRET_KEY", "TRUSTED_HOSTS", "MAIL_PORT")
    } == {
        "ENV": "production",
        "BASE_URL": "https://grannar.example.org",
        "SECRET_KEY": "a long random text of 32 characters or more",
        "TRUSTED_HOSTS": ["grannar.example.org"],
        "MAIL_PORT": 587,
    }
    assert {name: settings[name] for name in settings if name.startswith("SESSION_COOKIE")} == {
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_NAME": "__Host-session",
    }
    assert settings["PERMANENT_SESSION_LIFETIME"] == timedelta(days=180)
    assert (settings["SIGN_IN_LINK_MINUTES"], settings["OFFICER_IDLE_MINUTES"]) == (30, 30)


@pytest.mark.parametrize("name", NEEDED)
def test_a_secret_or_an_address_has_no_default(name: str) -> None:
    with pytest.raises(BadSetting, match=rf"^WATCH_{name} is missing"):
        load({key: value for key, value in GOOD.items() if key != f"WATCH_{name}"})


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, bad in BAD.items() for value in bad])
def test_a_bad_setting_is_named_in_one_sentence(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as said:
        load({**GOOD, f"WATCH_{name}": value})
    sentence = str(said.value)
    assert re.search(r"WATCH_MAIL_USE_(TLS|SSL)" if "_USE_" in name else f"WATCH_{_mate(name)}", sentence)
    assert sentence.endswith(".")
    assert "\n" not in sentence


def _mate(name: str) -> str:
    """Return the setting that goes with this one: of mail's user name and password, each needs the other."""
    return {"MAIL_USERNAME": "MAIL_PASSWORD", "MAIL_PASSWORD": "MAIL_USERNAME"}.get(name, name)


def test_every_setting_says_what_it_refuses() -> None:
    assert set(BAD) == set(DEFAULTS | DEVELOPMENT)


@pytest.mark.parametrize(
    "name",
    ["SESSION_COOKIE_SECURE", "RATELIMIT_STORAGE_URI", "DEBUG", "TESTING", "WTF_CSRF_ENABLED",
     "MAX_CONTENT_LENGTH", "PERMANENT_SESSION_LIFETIME"],
)  # fmt: skip
def test_what_protects_everybody_is_no_setting(name: str) -> None:
    with pytest.raises(BadSetting, match=f"WATCH_{name} is no setting"):
        load({**GOOD, f"WATCH_{name}": "0"})


def test_a_password_in_an_address_is_not_said_aloud() -> None:
    for name in ("BASE_URL", "MAIL_SERVER", "QUEUE_URL", "DATABASE_URL"):
        with pytest.raises(BadSetting) as said:
            load({**GOOD, f"WATCH_{name}": "https://watch:secret-word@example.org/path"})
        assert "secret-word" not in str(said.value)


def test_behind_https_the_proxies_are_said_and_none_is_a_word_too() -> None:
    silent = {name: value for name, value in GOOD.items() if name != "WATCH_TRUSTED_PROXIES"}
    with pytest.raises(BadSetting, match=r"^WATCH_TRUSTED_PROXIES is missing; .*1 behind nginx, 0 where"):
        load(silent)
    assert load({**silent, "WATCH_TRUSTED_PROXIES": "0"})["TRUSTED_PROXIES"] == 0
    assert load({**silent, "WATCH_BASE_URL": "http://127.0.0.1:8000"})["TRUSTED_PROXIES"] == 0


@pytest.mark.parametrize("base", ["https://grannar.example.org", "http://192.168.1.7:8000", "http://0.0.0.0"])
def test_development_stays_on_its_own_machine(base: str) -> None:
    """Its keys are published, and its mailbox shows every mail to anybody."""
    with pytest.raises(
        BadSetting, match=r"^WATCH_BASE_URL is .* not this machine, and WATCH_ENV=development"
    ):
        load({"WATCH_ENV": "development", "WATCH_BASE_URL": base})
    for here in ("http://127.0.0.1:9000", "http://localhost", "http://[::1]:8000", "https://127.0.0.1:8443"):
        assert load({"WATCH_ENV": "development", "WATCH_BASE_URL": here})["BASE_URL"] == here


def test_mail_leaves_in_clear_for_this_machine_only() -> None:
    clear = {"WATCH_MAIL_USE_TLS": "0"}
    for here in ("127.0.0.1", "localhost", "::1"):
        assert not load({**GOOD, **clear, "WATCH_MAIL_SERVER": here})["MAIL_USE_TLS"]
    for there in ("smtp.example.org", "10.0.0.5", "127.0.0.1.example.org"):
        with pytest.raises(BadSetting, match=r"^WATCH_MAIL_USE_TLS is off"):
            load({**GOOD, **clear, "WATCH_MAIL_SERVER": there})
        with pytest.raises(BadSetting, match=r"^WATCH_MAIL_USE_TLS is off"):
            load({"WATCH_ENV": "development", "WATCH_MAIL_SERVER": there})


def test_nobody_debugs_what_others_use() -> None:
    for said in ("1", "true", "yes", "anything"):
        with pytest.raises(BadSetting, match=r"^FLASK_DEBUG is on"):
            load({**GOOD, "FLASK_DEBUG": said})
        load({"WATCH_ENV": "development", "FLASK_DEBUG": said})
    for said in ("0", "false", "no", ""):
        load({**GOOD, "FLASK_DEBUG": said})
    with pytest.raises(BadSetting, match=r"^FLASK_DEBUG is on"):
        load(GOOD, {"DEBUG": True})


def test_a_list_is_asked_for_as_it_is_written() -> None:
    with pytest.raises(BadSetting, match="a value like 1,5,15,60"):
        load({**GOOD, "WATCH_MAIL_RETRY_MINUTES": "soon"})


def test_tls_from_the_first_byte_needs_no_second_setting_and_both_are_refused() -> None:
    settings = load({**GOOD, "WATCH_MAIL_USE_SSL": "1"})
    assert (settings["MAIL_USE_SSL"], settings["MAIL_USE_TLS"]) == (True, False)
    with pytest.raises(BadSetting, match="WATCH_MAIL_USE_SSL"):
        load({**GOOD, "WATCH_MAIL_USE_SSL": "1", "WATCH_MAIL_USE_TLS": "1"})


def test_development_needs_nothing_and_production_gets_none_of_its_values() -> None:
    assert load({"WATCH_ENV": "development"})["SECRET_KEY"] == "development only"
    with pytest.raises(BadSetting, match="WATCH_SECRET_KEY"):
        load({})


def test_a_setting_is_what_its_default_is() -> None:
    relay = {"WATCH_MAIL_SERVER": "localhost", "WATCH_MAIL_PORT": "25", "WATCH_MAIL_USE_TLS": "no"}
    settings = load({**GOOD, **relay, "WATCH_MAIL_RETRY_MINUTES": "1,2"})
    assert (settings["MAIL_PORT"], settings["MAIL_USE_TLS"], settings["MAIL_RETRY_MINUTES"]) == (
        25,
        False,
        [1.0, 2.0],
    )


FLASK = [str(ROOT / ".venv/bin/flask"), "--app", "watch"]
STARTS = {
    "unit": [str(ROOT / ".venv/bin/gunicorn"), *of_unit()[1:]],
    "Procfile": [str(ROOT / ".venv/bin/gunicorn"), *of_procfile()[1:]],
    "worker": [*FLASK, "worker"],
    "upgrade": [*FLASK, "db", "upgrade"],
    "command": [*FLASK, "outbox", "status"],
}


@pytest.mark.parametrize("start", STARTS)
def test_every_start_stops_with_that_sentence_and_nothing_else(start: str, tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WATCH_")}
    bad = {"WATCH_DATABASE_URL": f"sqlite:///{tmp_path}/new.db", "WATCH_DATA_KEY": "A" * 43 + "="}
    words = [
        word.replace("${PORT:-8000}", "0").replace("127.0.0.1:8000", "127.0.0.1:0") for word in STARTS[start]
    ]
    stopped = subprocess.run(
        words, env=kept | GOOD | bad, capture_output=True, text=True, cwd=ROOT, check=False, timeout=60
    )
    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert stopped.stderr == "WATCH_DATA_KEY can be guessed; it needs 32 random bytes in base64.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_mistyped_name_is_said_with_the_one_that_was_meant() -> None:
    with pytest.raises(BadSetting) as said:
        load({**GOOD, "WATCH_MAIL_CONECTIONS": "4"})
    assert str(said.value) == "WATCH_MAIL_CONECTIONS is no setting; is it WATCH_MAIL_CONNECTIONS?"
    with pytest.raises(BadSetting) as said:
        load({**GOOD, "WATCH_QQQ": "4"})
    assert str(said.value) == "WATCH_QQQ is no setting."


ONE_S_OWN = {"WATCH_ENV": "development", "PATH": os.environ["PATH"]}


def test_a_command_on_a_database_without_tables_says_what_to_do(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "flask", "--app", "watch", "outbox", "status"]
    environment = {**ONE_S_OWN, "WATCH_DATABASE_URL": f"sqlite:///{tmp_path}/new.db"}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == (
        "Error: The database cannot be used (no such table: outbox_row). "
        "If it is new, make its tables: flask db upgrade\n"
    )


def test_a_worker_whose_metrics_port_is_taken_says_so_and_ends(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "flask", "--app", "watch", "worker"]
        database = f"sqlite:///{tmp_path}/new.db"
        environment = {
            **ONE_S_OWN,
            "WATCH_DATABASE_URL": database,
            "WATCH_METRICS_PORT": str(port),
            "WATCH_HOST_NAME": "test",
        }
        said = subprocess.run(
            command, env=environment, capture_output=True, text=True, cwd=ROOT, check=False, timeout=60
        )
    assert said.returncode == 1
    assert said.stderr.splitlines()[-1] == (
        f"WATCH_METRICS_PORT is {port}, and nothing can listen there: Address already in use."
    )

"""Settings: bad ones stop the start with one sentence that names the setting."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from config import BadSetting, load

ROOT = Path(__file__).resolve().parent.parent
GOOD = {
    "WATCH_SECRET_KEY": "a long random text of 32 signs or more",
    "WATCH_DATA_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "WATCH_BASE_URL": "https://grannar.example.org",
    "WATCH_MAIL_SERVER": "smtp.example.org",
    "WATCH_CONTROLLER": "Exempelkommunen, 501 80 Borås",
}


def test_good_settings_are_taken_and_what_follows_from_them_is_safe() -> None:
    settings = load(GOOD)
    assert {
        name: settings[name] for name in ("ENV", "BASE_URL", "SECRET_KEY", "TRUSTED_HOSTS", "MAIL_PORT")
    } == {
        "ENV": "production",
        "BASE_URL": "https://grannar.example.org",
        "SECRET_KEY": "a long random text of 32 signs or more",
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
    assert settings["SIGN_IN_LINK_MINUTES"] == 10


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_secret_or_an_address_has_no_default(name: str) -> None:
    with pytest.raises(BadSetting, match=rf"^{name} is missing"):
        load({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENV", "staging"),
        ("DATA_KEY", "not base64!"),
        ("DATA_KEY", "c2hvcnQ="),
        ("BASE_URL", "grannar.example.org"),
        ("BASE_URL", "ftp://grannar.example.org"),
        ("BASE_URL", "https://grannar.example.org/path"),
        ("BASE_URL", "http://grannar.example.org"),
        ("BASE_URL", "https://blåbär.example"),
        ("MAIL_NOTICES_FROM", "brev@blåbär.example"),
        ("DATABASE_URL", "mysql://localhost/watch"),
        ("MAIL_PORT", "many"),
        ("MAIL_USE_TLS", "perhaps"),
        ("MAIL_PORT", "0"),
        ("MAIL_PORT", "99999"),
        ("MAIL_CONNECTIONS", "0"),
        ("MAIL_LEASE_SECONDS", "0"),
        ("TRUSTED_PROXIES", "one"),
        ("TRUSTED_PROXIES", "-1"),
        ("INVITATIONS_A_DAY", "0"),
        ("SECRET_KEY", "short"),
        ("MAIL_RETRY_MINUTES", "1,soon"),
        ("MAX_CONTENT_LENGTH", "6 MB"),
    ],
)
def test_a_bad_setting_is_named_in_one_sentence(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as said:
        load({**GOOD, f"WATCH_{name}": value})
    sentence = str(said.value)
    assert f"WATCH_{name}" in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


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
    settings = load(
        {**GOOD, "WATCH_MAIL_PORT": "25", "WATCH_MAIL_USE_TLS": "no", "WATCH_MAIL_RETRY_MINUTES": "1,2"}
    )
    assert (settings["MAIL_PORT"], settings["MAIL_USE_TLS"], settings["MAIL_RETRY_MINUTES"]) == (
        25,
        False,
        [1.0, 2.0],
    )


def test_the_start_stops_with_that_sentence_and_nothing_else() -> None:
    command = [sys.executable, "-m", "flask", "--app", "watch", "routes"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WATCH_")}
    stopped = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert stopped.stderr == (
        "WATCH_SECRET_KEY is missing; the handbook's page for operators says what it needs.\n"
    )


def test_a_mistyped_name_is_said_with_the_one_that_was_meant() -> None:
    with pytest.raises(BadSetting) as said:
        load({**GOOD, "WATCH_MAIL_CONECTIONS": "4"})
    assert str(said.value) == "WATCH_MAIL_CONECTIONS is no setting; is it WATCH_MAIL_CONNECTIONS?"
    with pytest.raises(BadSetting) as said:
        load({**GOOD, "WATCH_QQQ": "4"})
    assert str(said.value) == "WATCH_QQQ is no setting."


DEVELOPMENT = {"WATCH_ENV": "development", "PATH": os.environ["PATH"]}


def test_a_command_on_a_database_without_tables_says_what_to_do(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "flask", "--app", "watch", "outbox", "status"]
    environment = {**DEVELOPMENT, "WATCH_DATABASE_URL": f"sqlite:///{tmp_path}/new.db"}
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
            **DEVELOPMENT,
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

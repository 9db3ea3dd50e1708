"""Checks `flask mail test`: each step says whether it worked, and the exit code follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask

from tests.mail.relay import Relay, free_port

Cli = Callable[..., Result]
pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def test_each_sender_sends_a_mail_and_every_step_is_told(app: Flask, cli: Cli, relay: Relay) -> None:
    done = cli("mail", "test", "gun@example.org")
    assert done.exit_code == 0
    steps = [line for line in done.output.splitlines() if line.startswith("ok")]
    assert [line.split()[1] for line in steps] == ["Settings", "Connected", "No", "Accepted:", "Accepted:"]
    senders = [app.config["MAIL_NOTICES_FROM"], app.config["MAIL_ACCOUNT_FROM"]]
    assert [each.sender for each in relay.taken] == senders
    assert {each.mail["To"] for each in relay.taken} == {"gun@example.org"}
    assert "spf=pass" in relay.taken[0].text()


def test_a_refusal_is_told_in_the_servers_words(cli: Cli, relay: Relay) -> None:
    relay.answers["gun@example.org"] = "550 5.7.1 not allowed to relay"
    refused = cli("mail", "test", "gun@example.org")
    assert refused.exit_code == 1
    assert "failed  The server did not take the mail from" in refused.output
    assert "not allowed to relay" in refused.output
    assert "took everything" not in refused.output


def test_no_connection_names_the_settings(app: Flask, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.extensions["mail"], "port", free_port())
    refused = cli("mail", "test", "gun@example.org")
    assert (refused.exit_code, "WATCH_MAIL_PORT" in refused.output) == (1, True)


def test_without_tls_nothing_is_sent(
    app: Flask, cli: Cli, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["mail"], "use_tls", True)
    refused = cli("mail", "test", "gun@example.org")
    assert (refused.exit_code, "No encrypted connection" in refused.output) == (1, True)
    assert relay.taken == []


def test_what_is_no_address_is_refused(cli: Cli) -> None:
    refused = cli("mail", "test", "gun")
    assert (refused.exit_code, refused.output) == (1, "Error: 'gun' is not an e-mail address.\n")

"""Checks that the connection to the mail server is verified, or refused."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import flask_mail
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from tests.cast import Scene
from tests.mail.relay import Relay
from tests.mail.test_delivery import ALL, states, tell
from watch.mail import delivery
from watch.mail.connections import mail
from watch.mail.message import Message
from watch.mail.smtp import hand_over
from watch.mail.types import TAKEN, Envelope


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "server.pem"
    path.write_bytes(secret + made.public_bytes(pem))
    return path


@pytest.fixture
def tls_relay(
    app: Flask, send_to: Callable[[Relay], None], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Relay]:
    """A mail server that requires STARTTLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    relay = Relay(tls=context)
    send_to(relay)
    monkeypatch.setattr(app.extensions["mail"], "use_tls", True)
    relay.start()
    yield relay
    relay.stop()


def test_a_server_that_cannot_prove_who_it_is_gets_nothing(scene: Scene, tls_relay: Relay) -> None:
    tell(scene)
    assert delivery.run() == 0
    assert (tls_relay.taken, states()) == ([], {"queued": ALL})


def test_a_server_with_a_certificate_we_trust_gets_the_mail(
    scene: Scene, tls_relay: Relay, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    tell(scene)
    assert delivery.run() == 4
    assert states() == {"sent": ALL}


def test_without_starttls_nothing_goes_in_clear(
    app: Flask, scene: Scene, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["mail"], "use_tls", True)
    tell(scene)
    assert delivery.run() == 0
    assert (relay.taken, states()) == ([], {"queued": ALL})


def test_lines_that_begin_with_a_dot_arrive_whole(app: Flask, relay: Relay) -> None:
    text = ".\n..\n.hidden\nend\n" + "Å" * 500 + "\n.\n"
    message = Message(
        subject="Träff", recipient="carin@example.org", sender=("Grannsamverkan", "m@example.org"),
        envelope_sender="bounce+x@example.org", message_id="<1@example.org>", sent_at=datetime.now(UTC),
        language="sv", text=text, html="<p>.</p>",
    )  # fmt: skip
    envelope = Envelope(message.envelope_sender, message.recipient, message.as_bytes())
    with mail.connect() as connection:
        assert connection.host
        assert [hand_over(connection.host, envelope) for _ in range(2)] == [TAKEN, TAKEN]
    arrived = [taken.text().replace("\r\n", "\n").rstrip("\n") for taken in relay.taken]
    assert arrived == [text.rstrip("\n")] * 2


def test_nothing_leaves_the_way_of_flask_mail_where_nothing_is_checked(app: Flask, relay: Relay) -> None:
    with pytest.raises(TypeError):
        mail.send(flask_mail.Message("Träff", ["carin@example.org"], "Hej", sender="m@example.org"))
    assert relay.taken == []

"""E-mails, to a real mail server on this machine."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from clinic import mail
from clinic.settings import Mail
from tests.mailbox import Mailbox, serving_mail, text_of
from tests.stack import free_port
from tests.unit.clinic.made import finished, request


def settings(port: int, **changes: Any) -> Mail:
    """Returns settings of a server on this machine."""
    values = {"host": "localhost", "port": port, "tls": "off", "user": "", "password": "",
              "sender": "bot@clinic.example", "recipients": ("desk@clinic.example",), "details": True}  # fmt: skip
    return Mail(**{**values, **changes})


@pytest.fixture
def mailbox() -> Mailbox:
    """An empty one."""
    return Mailbox()


@pytest.fixture
def port(mailbox: Mailbox) -> Iterator[int]:
    """A server without encryption."""
    with serving_mail(mailbox) as port:
        yield port


def test_all_of_the_request(mailbox: Mailbox, port: int) -> None:
    """Text and page; nothing of the patient in the headers."""
    made = request(check=finished(), email="m@example.org", wish="call me\nafter 5 🙂")
    mail.send(made, settings(port))
    (got,) = mailbox.got
    text = text_of(got)
    for part in ("Maria Gomez", "+49 171 2345678", "m@example.org", "call me", "after 5 🙂", "2026-11", made.number,
                 "Herpes rash or cold sore: yes", "No clearance was given"):  # fmt: skip
        assert part in text
    (page,) = got.iter_attachments()
    assert page.get_content_type() == "text/html"
    assert b"Maria Gomez" in page.get_payload(decode=True)
    headers = " ".join(f"{k}: {v}" for k, v in got.items())
    assert not any(part in headers for part in ("Maria", "171", "example.org"))
    assert got["Message-ID"] == f"<{made.id}@clinic.example>"
    assert got["Subject"] == f"Request {made.number} from the website's assistant"


def test_the_same_each_time(mailbox: Mailbox, port: int) -> None:
    """A second delivery can be told by its id."""
    made = request()
    for _ in range(2):
        mail.send(made, settings(port))
    first, second = mailbox.got
    assert first["Message-ID"] == second["Message-ID"]
    assert "said nothing to the check" in text_of(first)


def test_without_details(mailbox: Mailbox, port: int) -> None:
    """Only that something waits."""
    made = request(check=finished())
    mail.send(made, settings(port, details=False))
    (got,) = mailbox.got
    assert text_of(got).strip() == f"A new request waits in the inbox: {made.number}."
    assert "Maria" not in str(got)


@pytest.mark.parametrize("name", ["a\r\nBcc: x@y.z", "=?utf-8?q?x?=", "Ü\u202e"])
def test_what_a_patient_types_stays_in_the_body(mailbox: Mailbox, port: int, name: str) -> None:
    """No header and no recipient can be added."""
    mail.send(request(name=name, wish="\r\n.\r\nMAIL FROM:<x@y.z>\r\n"), settings(port))
    assert mailbox.recipients == [["desk@clinic.example"]]
    assert mailbox.got[0]["Bcc"] is None


def test_refused(mailbox: Mailbox, port: int) -> None:
    """By the only recipient's server, or all of it: an error, so that it is tried again."""
    mailbox.refuse["desk@clinic.example"] = "550 no such user"
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        mail.send(request(), settings(port))
    mailbox.refuse = {"data": "451 try later"}
    with pytest.raises(smtplib.SMTPDataError):
        mail.send(request(), settings(port))


def test_one_of_two_refused(mailbox: Mailbox, port: int, caplog: pytest.LogCaptureFixture) -> None:
    """It has arrived; the log tells how many were refused, not who."""
    mailbox.refuse["gone@clinic.example"] = "550 no such user"
    mail.send(request(), settings(port, recipients=("gone@clinic.example", "desk@clinic.example")))
    assert mailbox.recipients == [["desk@clinic.example"]]
    assert "1 of 2 recipients" in caplog.text
    assert "gone" not in caplog.text


def test_no_server() -> None:
    """An error of the system."""
    with pytest.raises(OSError, match="refused"):
        mail.send(request(), settings(free_port()))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for `localhost`, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


class TestEncrypted:
    @pytest.fixture
    def context(self, certificate: Path) -> ssl.SSLContext:
        """What the server shows."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        return context

    @pytest.mark.parametrize("tls", ["starttls", "ssl"])
    @pytest.mark.parametrize("trusted", [True, False])
    def test_tls(
        self, mailbox: Mailbox, context: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch,
        tls: str, trusted: bool,
    ) -> None:  # fmt: skip
        """Login and request go out only to a server whose certificate is trusted."""
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        logins: list[bytes] = []

        def login(_s: SMTP, _session: Any, _e: Any, _mechanism: str, data: Any) -> AuthResult:
            logins.append(data.password)
            return AuthResult(success=data.password == b"secret", handled=False)

        options: dict[str, Any] = {"authenticator": login, "auth_required": True}
        if tls == "ssl":
            options |= {"ssl_context": context, "auth_require_tls": False}
        else:
            options |= {"tls_context": context, "require_starttls": True}
        with serving_mail(mailbox, **options) as port:
            to = settings(port, tls=tls, user="bot", password="secret")
            if trusted:
                mail.send(request(), to)
                assert (len(mailbox.got), logins) == (1, [b"secret"])
                with pytest.raises(smtplib.SMTPAuthenticationError):
                    mail.send(request(), settings(port, tls=tls, user="bot", password="wrong"))
            else:
                with pytest.raises(ssl.SSLCertVerificationError):
                    mail.send(request(), to)
                assert (mailbox.got, logins) == ([], [])

    def test_a_server_without_encryption(self, mailbox: Mailbox, port: int) -> None:
        """It is told nothing."""
        with pytest.raises(smtplib.SMTPNotSupportedError):
            mail.send(request(), settings(port, tls="starttls"))
        assert mailbox.got == []

"""The edge of deploy/nginx for tests: its settings, and a certificate that nobody signed."""

from __future__ import annotations

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.nginx import Nginx, make_nginx
from tests.stack import free_port

HOST = "bot.clinic.example"
ORIGIN = f"https://{HOST}"


def make_edge(names: str, rasa: str, certificate: Path | None = None, real_ip: str = "") -> Nginx:
    """Returns an edge that is not started yet; its port is the one with TLS when it has a certificate.

    Args:
        names: The address of the name server.
        rasa: Name and port of the Rasa servers.
        certificate: A file with certificate and key, or none for plain HTTP.
        real_ip: Directives about a load balancer in front.
    """
    http, https = free_port(), free_port()
    variables = {
        "NGINX_LOCAL_RESOLVERS": names,
        "STRIA_RASA": rasa,
        "STRIA_EDGE_HOST": HOST,
        "STRIA_EDGE_MODE": "tls" if certificate else "plain",
        "STRIA_EDGE_HTTP_PORT": str(http),
        "STRIA_EDGE_HTTPS_PORT": str(https),
        "STRIA_EDGE_HEALTH_PORT": str(free_port()),
        "STRIA_EDGE_CERTIFICATE": str(certificate),
        "STRIA_EDGE_KEY": str(certificate),
        "STRIA_EDGE_REAL_IP": real_ip,
    }
    return make_nginx("edge", https if certificate else http, variables)


def make_certificate(folder: Path) -> Path:
    """Writes a new key and its certificate for HOST into one file; returns it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    file = folder / "edge.pem"
    plain = serialization.NoEncryption()
    pkcs8 = serialization.PrivateFormat.PKCS8
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, pkcs8, plain)
    )
    file.chmod(0o644)  # nginx runs as somebody else
    return file

"""Who is trusted on the other end of a TLS connection."""

import ssl
from pathlib import Path

from copygen import system
from copygen.documents import files
from copygen.errors import ConfigError


def client_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """TLS 1.2 or later, certificates and host names verified; nothing here turns that off.

    Trusts the system's authorities (see `system.client_context`), or those of SSL_CERT_FILE and
    SSL_CERT_DIR where set, and besides them those in `ca_file` (PEM). Costs about 20 ms: make one
    and keep it.

    Raises ConfigError when `ca_file` cannot be read or holds no certificate.
    """
    context = system.client_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if ca_file is not None:
        try:
            context.load_verify_locations(cadata=files.read_text(ca_file, "certificates"))
        except (ssl.SSLError, ValueError) as exc:  # ValueError: not ASCII, or nothing in it
            raise ConfigError(f"{ca_file}: not a PEM file of certificates") from exc
        except OSError as exc:
            raise ConfigError(f"{ca_file}: {exc.strerror}; ca_file must name a PEM file") from exc
    return context

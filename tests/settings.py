"""Settings as in production. Each is valid and differs from the default and development's."""

from __future__ import annotations

PRODUCTION = {
    "ENV": "production",
    "SECRET_KEY": "a long random text of 32 characters or more",
    "DATA_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "BASE_URL": "https://grannar.example.org",
    "MAIL_SERVER": "smtp.example.org",
    "CONTROLLER": "Exempelkommunen, 501 80 Borås",
    "TRUSTED_PROXIES": "1",
}

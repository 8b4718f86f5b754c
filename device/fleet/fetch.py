"""Download a file by HTTPS, within limits of size and time."""

from __future__ import annotations

import http.client
import ssl
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from device import __version__
from device.errors import ReleaseError
from device.system.files import read_pem
from device.system.paths import expand_user

if TYPE_CHECKING:
    from collections.abc import Callable

READ_SECONDS = 20.0
"""Timeout for a silent server."""
CHUNK_BYTES = 64 * 1024


class Fetcher:
    """Downloads from servers whose certificate the system's authorities issued, or `ca_file`'s."""

    def __init__(self, ca_file: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._ca_file = expand_user(ca_file) if ca_file else None
        self._clock = clock

    def fetch(self, url: str, max_bytes: int, seconds: float) -> bytes:
        """Return the content of a URL.

        Raises ReleaseError when it has more than `max_bytes`, takes longer than `seconds`, is
        redirected to anything but HTTPS, or cannot be downloaded.
        """
        end = self._clock() + seconds
        try:
            host = urlsplit(url).hostname or ""
        except ValueError as error:
            raise ReleaseError(f"not a URL: {url}") from error
        if not url.startswith("https://"):
            raise ReleaseError(f"not an HTTPS URL: {url}")
        try:
            with self._opener().open(_request(url), timeout=READ_SECONDS) as response:
                return self._read(response, max_bytes, end)
        except ReleaseError:
            raise
        except urllib.error.HTTPError as error:
            error.close()
            raise ReleaseError(f"{host} answers {error.code} {error.reason}") from error
        except urllib.error.URLError as error:
            raise ReleaseError(f"{host}: {_reason(error.reason)}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ReleaseError(f"{host}: {_reason(error)}") from error

    def _read(self, response: Any, max_bytes: int, end: float) -> bytes:
        data = bytearray()
        while chunk := response.read1(CHUNK_BYTES):
            data += chunk
            if len(data) > max_bytes:
                raise ReleaseError(f"the file is larger than {max_bytes / 1e6:.1f} MB")
            if self._clock() > end:
                raise ReleaseError("the download takes too long")
        if response.length:
            raise ReleaseError("the download was cut off")
        return bytes(data)

    def _opener(self) -> urllib.request.OpenerDirector:
        context = ssl.create_default_context()
        if self._ca_file:
            context.load_verify_locations(cadata=read_pem(self._ca_file))
        opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.HTTPSHandler(context=context),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            _OnlyHttps(),
        ):
            opener.add_handler(handler)
        return opener


class _OnlyHttps(urllib.request.HTTPRedirectHandler):
    """Follows a few redirects, to HTTPS URLs only."""

    max_redirections = 4

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).scheme != "https":
            raise ReleaseError(
                f"{urlsplit(req.full_url).hostname} redirects to a URL that is not HTTPS"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _request(url: str) -> urllib.request.Request:
    agent = {"User-Agent": f"moodlift/{__version__}"}
    return urllib.request.Request(url, headers=agent)  # noqa: S310 (the opener has HTTPS alone)


def _reason(error: object) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "it does not respond"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return getattr(error, "strerror", None) or str(error)

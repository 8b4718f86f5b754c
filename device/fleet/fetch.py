"""Fetching a file over HTTPS, of limited size and in limited time."""

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
from device.system.paths import expand_user

if TYPE_CHECKING:
    from collections.abc import Callable

READ_SECONDS = 20.0
"""How long a server may say nothing."""
PIECE = 64 * 1024


class Fetcher:
    """Fetches from servers that the system's authorities vouch for, or those in `ca_file`."""

    def __init__(self, ca_file: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._authorities = expand_user(ca_file) if ca_file else None
        self._clock = clock

    def fetch(self, url: str, most: int, seconds: float) -> bytes:
        """Return what is there. Raises ReleaseError when that is more than `most` bytes.

        It also does when it takes longer than `seconds`, is not HTTPS all the way, or cannot be
        had.
        """
        end = self._clock() + seconds
        try:
            host = urlsplit(url).hostname or ""
        except ValueError as error:
            raise ReleaseError(f"not an address: {url}") from error
        if not url.startswith("https://"):
            raise ReleaseError(f"not an HTTPS address: {url}")
        try:
            with self._opener().open(_request(url), timeout=READ_SECONDS) as answer:
                return self._read(answer, most, end)
        except ReleaseError:
            raise
        except urllib.error.HTTPError as error:
            error.close()
            raise ReleaseError(f"{host} answers {error.code} {error.reason}") from error
        except urllib.error.URLError as error:
            raise ReleaseError(f"{host}: {_words(error.reason)}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ReleaseError(f"{host}: {_words(error)}") from error

    def _read(self, answer: Any, most: int, end: float) -> bytes:
        data = bytearray()
        while piece := answer.read1(PIECE):
            data += piece
            if len(data) > most:
                raise ReleaseError(f"the file is larger than {most / 1e6:.1f} MB")
            if self._clock() > end:
                raise ReleaseError("the file takes too long to come")
        if answer.length:
            raise ReleaseError("the file was cut off on the way")
        return bytes(data)

    def _opener(self) -> urllib.request.OpenerDirector:
        context = ssl.create_default_context()
        if self._authorities:
            context.load_verify_locations(self._authorities)
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
    """Follows to other HTTPS addresses only, a few times."""

    max_redirections = 4

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).scheme != "https":
            raise ReleaseError(f"{urlsplit(req.full_url).hostname} sends on to what is not HTTPS")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _request(url: str) -> urllib.request.Request:
    agent = {"User-Agent": f"moodlift/{__version__}"}
    return urllib.request.Request(url, headers=agent)  # noqa: S310 (the opener has HTTPS alone)


def _words(error: object) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "it does not answer"
    return getattr(error, "strerror", None) or str(error)

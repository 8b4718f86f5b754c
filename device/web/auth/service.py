"""Decides whether a request comes from the owner, a visitor or a monitor."""

from __future__ import annotations

import hmac
import logging
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.exceptions import TooManyRequests

from device.system.files import read_secret
from device.web.auth.pairing import Pairing
from device.web.auth.rate_limit import RateLimiter
from device.web.auth.sessions import SessionStore
from device.web.auth.trusted_hosts import TrustedHosts
from device.web.auth.visitors import VisitorPass

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MIN_TOKEN_LENGTH = 20
"""Characters of a monitor's token."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request presents. `bearer` is None without a bearer token."""

    address: str = ""
    bearer: str | None = None
    session: str = ""
    visitor_pass: str = ""


@dataclass
class AuthService:
    """Checks credentials. `visitors` is None where visitor access is disabled."""

    sessions: SessionStore
    pairing: Pairing
    visitors: VisitorPass | None
    trusted_hosts: TrustedHosts = field(default_factory=TrustedHosts)
    monitor_token_file: str = ""
    rate_limiter: RateLimiter = field(default_factory=RateLimiter)
    _file_fault: str = ""

    @classmethod
    def create(
        cls,
        folder: Path | None,
        trusted_hosts: tuple[str, ...] = (),
        visitor_access: bool = True,
        monitor_token_file: str = "",
    ) -> AuthService:
        """Return a service that keeps its state in `folder`; None keeps it in memory only."""
        sessions = SessionStore(folder)
        visitors = VisitorPass(lambda: sessions.token) if visitor_access else None
        hosts = TrustedHosts(trusted_hosts)
        return cls(sessions, Pairing(folder), visitors, hosts, monitor_token_file)

    def is_owner(self, credentials: Credentials) -> bool:
        """Return whether these are the owner's session or token.

        A wrong bearer token counts as a failed attempt. Raises TooManyRequests after too many.
        """
        if self.is_session(credentials):
            return True
        token = credentials.bearer
        return token is not None and self.attempt(
            credentials.address, lambda: self.sessions.is_token(token)
        )

    def is_session(self, credentials: Credentials) -> bool:
        """Return whether a logged-in browser sent these."""
        return bool(credentials.session) and self.sessions.is_session(credentials.session)

    def is_monitor(self, credentials: Credentials) -> bool:
        """Return whether these are a monitor's token. A wrong one is not a failed attempt yet."""
        if not self.monitor_token_file or credentials.bearer is None:
            return False
        try:
            token, fault = read_secret(self.monitor_token_file), ""
        except OSError as error:
            token, fault = "", str(error.strerror)
        if not fault and len(token) < MIN_TOKEN_LENGTH:
            fault = f"shorter than {MIN_TOKEN_LENGTH} characters"
        if fault and fault != self._file_fault:
            log.warning("%s: %s; /metrics accepts no monitor", self.monitor_token_file, fault)
        self._file_fault = fault
        if fault:
            return False
        return hmac.compare_digest(credentials.bearer.encode(), token.encode())

    def is_visitor(self, credentials: Credentials) -> bool:
        """Return whether these hold a valid visitor pass."""
        return self.visitors is not None and self.visitors.is_pass(credentials.visitor_pass)

    def attempt(self, address: str, check: Callable[[], bool]) -> bool:
        """Return what `check` returns, and count a failure against `address`.

        Raises TooManyRequests for a further failure after too many. What is right is never
        refused, or wrong keys from an address would shut out who shares it. Keys are too long to be
        guessed at any rate; the limit keeps guessing cheap.
        """
        if check():
            return True
        seconds = self.rate_limiter.retry_after(address)
        if seconds:
            raise TooManyRequests(
                "too many attempts; wait a minute", retry_after=math.ceil(seconds)
            )
        self.rate_limiter.record(address)
        return False

"""The page as a part of the kiosk: while it cannot be served, it is tried again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from device import web
from device.errors import CertificateError, PortInUse
from device.messages import Level
from device.system.fault_log import FaultLog
from device.system.paths import expand_user, state_directory
from device.web.context import context_of

if TYPE_CHECKING:
    from device.config.network import WebConfig
    from device.web.server.tls import Certificate

log = logging.getLogger(__name__)

RETRY_SECONDS = 10.0
"""Time between two tries to listen, and between two checks of the address, which may come late."""
SPARE_PORTS = 20


class WebService:
    """Serves the page while its port is available."""

    name = "web"

    def __init__(self, config: WebConfig, services: web.KioskServices) -> None:
        self.health = Level.OFF, "status page is switched off"
        self._config = config
        self._auth = web.AuthService.create(
            state_directory(),
            tuple(config.trusted_hosts),
            config.visitor_access,
            config.metrics_token_file,
        )
        self._app = web.create_app(services, self._auth, config)
        self._server: web.Server | None = None
        self._certificate: Certificate | None = None
        self._retry_at = 0.0
        self._address: str | None = None
        self._welcome: str | None = None
        self._faults = FaultLog(log, "page", "served again")

    @property
    def address(self) -> str | None:
        """The page's URL while it is served."""
        return self._address

    @property
    def welcome(self) -> str | None:
        """The URL for visitors, where they may try the kiosk; None while it is not served."""
        return self._welcome

    @property
    def invitation(self) -> str | None:
        """The URL that logs one browser in, while its code is on stage."""
        code = self._auth.pairing.shown
        return f"{self._address}pair/{code}" if code and self._address else None

    @property
    def watched(self) -> bool:
        """Whether the live picture has viewers."""
        return context_of(self._app).viewers.used > 0

    def invite(self) -> None:
        """Show a code on stage that logs one browser in, or hide it again."""
        if self.invitation:
            self._auth.pairing.hide()
        elif self._address:
            self._auth.pairing.show()

    def tick(self, now: float) -> None:
        """Start serving, or refresh address and certificate, if that is due."""
        if not self._config.enabled or now < self._retry_at:
            return
        self._retry_at = now + RETRY_SECONDS
        if self._server:
            self._refresh(self._server)
            return
        try:
            self._serve(self._config.port)
        except (PortInUse, CertificateError) as error:
            self._fail(error)

    def serve_anywhere(self) -> None:
        """Serve on the configured port or one of the next ones. Raises PortInUse."""
        if not self._config.enabled:
            return
        first = self._config.port
        for port in range(first, first + SPARE_PORTS):
            try:
                self._serve(port)
            except PortInUse:
                if port == first + SPARE_PORTS - 1:
                    raise
            else:
                return

    def close(self) -> None:
        """Stop serving."""
        server, self._server = self._server, None
        self._address = self._welcome = None
        if server:
            server.stop()

    def _serve(self, port: int) -> None:
        if self._config.https != "off" and self._certificate is None:
            self._certificate = _certificate(self._config, self._auth)
            context_of(self._app).certificate = self._certificate
        server = web.Server(self._app, self._config.host, port, self._certificate)
        server.start()
        self._server = server
        self._refresh(server)

    def _refresh(self, server: web.Server) -> None:
        self._address = server.address
        # Not at every frame, as the stage asks: the code is valid for minutes.
        visitors = self._auth.visitors
        self._welcome = f"{self._address}visit/{visitors.code}" if visitors else self._address
        try:
            if self._certificate:
                self._certificate.refresh()
        except CertificateError as error:
            self._fail(error)
        else:
            self._faults.report("")
            self.health = Level.OK, self._address

    def _fail(self, error: Exception) -> None:
        self._faults.report(str(error))
        self.health = Level.FAILED, str(error)


def _certificate(config: WebConfig, auth: web.AuthService) -> Certificate:
    """Return the certificate that is configured. Raises CertificateError."""
    from device.web.server import (
        tls,  # cryptography takes a while to load, and is not needed without
    )

    if config.https == "own":
        return tls.CertificateFiles(expand_user(config.certificate), expand_user(config.key))
    return tls.OwnCertificates(state_directory(), auth.trusted_hosts.names, config.host)

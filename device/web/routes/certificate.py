"""The certificate of the kiosk's own authority, and how to have a phone trust it."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, abort, render_template

from device.web.auth.roles import allow
from device.web.context import current

blueprint = Blueprint("certificate", __name__)

MIMETYPE = "application/x-x509-ca-cert"
"""Phones offer to install what comes as this."""


@blueprint.get("/certificate")
@allow("anyone")
def show() -> str:
    """Show how to have a phone trust this kiosk."""
    fingerprint = hashlib.sha256(_authority()).digest().hex(":").upper()
    return render_template("certificate.html", fingerprint=fingerprint)


@blueprint.get("/ca.crt")
@allow("anyone")
def download() -> Response:
    """Return the authority's certificate, which is public."""
    headers = {"Content-Disposition": 'attachment; filename="moodlift-ca.crt"'}
    return Response(_authority(), headers=headers, mimetype=MIMETYPE)


def exists() -> bool:
    """Return whether this kiosk's certificates come from its own authority."""
    certificate = current().certificate
    return certificate is not None and certificate.authority is not None


def _authority() -> bytes:
    certificate = current().certificate
    if certificate is None or certificate.authority is None:
        abort(404, NONE)
    return certificate.authority


NONE = 'This kiosk has no certificate authority of its own ([web] https = "auto" makes one).'

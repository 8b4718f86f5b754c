"""Try it: a visitor's own device looks, the kiosk tells what it sees, and keeps nothing unasked."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, Response, abort, render_template, send_from_directory, url_for

from device import reactions
from device.messages import EMOTIONS
from device.music import PLAYLISTS
from device.music.library import Library
from device.system.paths import ASSETS
from device.web.auth.roles import allow
from device.web.context import current

blueprint = Blueprint("try_it", __name__)

PIECE_SECONDS = 86400
"""How long a browser may keep a piece."""


@blueprint.get("/try")
@allow("visitor")
def show() -> str:
    """Show the page on which a visitor's camera is tried."""
    keeper = current().view.feedback
    return render_template("try.html", music=_music(), asks=keeper.enabled, days=keeper.days)


@blueprint.get("/music/<playlist>/<name>.ogg")
@allow("visitor")
def track(playlist: str, name: str) -> Response:
    """Send one of our own pieces."""
    if playlist not in PLAYLISTS:
        abort(404)
    folder = ASSETS / "music" / playlist
    return send_from_directory(folder, f"{name}.ogg", max_age=PIECE_SECONDS)


@cache
def _music() -> dict[str, list[str]]:
    """Return the addresses of the pieces that follow each emotion, by our own rules."""
    library, rules = Library(), reactions.load("")
    playlists = {
        emotion: next((rule.playlist for rule in rules if emotion in rule.moods), None)
        for emotion in EMOTIONS
    }
    return {
        emotion: [
            url_for("try_it.track", playlist=playlist, name=track.stem)
            for track in library.tracks(playlist, 0.0)
        ]
        for emotion, playlist in playlists.items()
        if playlist
    }

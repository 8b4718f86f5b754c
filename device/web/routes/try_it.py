"""Try it: a visitor's own camera sends pictures, and the kiosk classifies them."""

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

TRACK_SECONDS = 86400
"""How long a browser may cache a track."""


@blueprint.get("/try")
@allow("visitor")
def show() -> str:
    """Show the page that uses a visitor's own camera."""
    feedback = current().services.feedback
    music = {
        emotion: [url_for("try_it.track", playlist=playlist, name=name) for name in names]
        for emotion, (playlist, names) in _tracks().items()
    }
    return render_template(
        "try.html", music=music, asks_feedback=feedback.enabled, days=feedback.days
    )


@blueprint.get("/music/<playlist>/<name>.ogg")
@allow("visitor")
def track(playlist: str, name: str) -> Response:
    """Return one of the included tracks."""
    if playlist not in PLAYLISTS:
        abort(404)
    folder = ASSETS / "music" / playlist
    return send_from_directory(folder, f"{name}.ogg", max_age=TRACK_SECONDS)


@cache
def _tracks() -> dict[str, tuple[str, list[str]]]:
    """Return playlist and names of the tracks that the default rules play for each emotion."""
    library, rules = Library(), reactions.load("")
    playlists = {
        emotion: next((rule.playlist for rule in rules if emotion in rule.moods), None)
        for emotion in EMOTIONS
    }
    return {
        emotion: (playlist, [track.stem for track in library.tracks(playlist, 0.0)])
        for emotion, playlist in playlists.items()
        if playlist
    }

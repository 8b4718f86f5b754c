"""`moodlift bench`: measure the stages of vision, and a whole kiosk, on this machine."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2

from device import images
from device.control import schemas
from device.errors import BundleError
from device.messages import Frame
from device.models.store import candidates
from device.system.paths import ASSETS
from device.vision import model_loader
from device.vision.detector import Detector
from device.vision.interpreter import runtime
from device.vision.pipeline import Pipeline

if TYPE_CHECKING:
    from device.messages import Timings

SAMPLE = ASSETS / "clip" / "face.png"
WARM_UP = 20
KIOSK_SECONDS = 10.0


STAGE_SIZES = ((1280, 720), (1920, 1080))
STAGE_RATE, STAGE_SECONDS = 60.0, 8.0
"""Frames per second and seconds of each scene, which is drawn as fast as possible."""


def bench_stage(as_json: bool) -> int:
    """Measure the frames of each scene, print the result, and return the exit status."""
    from device.cli.render import SCENES

    figures = {
        f"{width}x{height}": {name: _scene(name, (width, height)) for name in SCENES}
        for width, height in STAGE_SIZES
    }
    print(json.dumps({"stage_ms": figures}) if as_json else _stage_table(figures))
    return 0


def _scene(name: str, size: tuple[int, int]) -> dict[str, float]:
    """Return median, p99 and longest in ms of a scene's frames, all drawn in software."""
    import pygame

    from device.cli import render

    canvas = pygame.Surface(size, 0, 32)
    frames = round(STAGE_SECONDS * STAGE_RATE)
    times = [1000 * each for each in render.play(name, frames, canvas, STAGE_RATE)]
    high = statistics.quantiles(times, n=100)[-1]
    figures = {"median": statistics.median(times), "p99": high, "longest": max(times)}
    return {key: round(value, 2) for key, value in figures.items()}


def _stage_table(figures: dict[str, dict[str, dict[str, float]]]) -> str:
    lines = ["milliseconds per frame: median, p99, longest"]
    lines.append(f"{'':12}" + "".join(size.center(30) for size in figures))
    for name in next(iter(figures.values())):
        rows = (figures[size][name] for size in figures)
        cells = ("".join(f"{value:10.2f}" for value in row.values()) for row in rows)
        lines.append(f"{name:12}" + "".join(cells))
    return "\n".join(lines)


def bench(runs: int, as_json: bool, kiosk: bool = True) -> int:
    """Measure and print; return the exit status. Raises BundleError when the model is missing."""
    figures: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "runtime": runtime()[0],
        "runs": runs,
        "vision_ms": {"threads_1": _vision(runs, 1), "threads_default": _vision(runs, None)},
    }
    if kiosk:
        figures["kiosk"] = _kiosk()
    print(json.dumps(figures) if as_json else _table(figures))
    return 0


def _vision(runs: int, threads: int | None) -> dict[str, dict[str, float]]:
    """Return median and p95 in ms of each stage, for one face in a 640x480 JPEG."""
    cv2.setNumThreads(threads or -1)
    classifier, _, _ = model_loader.load(candidates(), threads)
    vision = Pipeline(Detector(threads), classifier)
    good, content = cv2.imencode(".jpg", images.read(SAMPLE, str(SAMPLE)))
    samples = [_measure(vision, content.tobytes(), number) for number in range(runs + WARM_UP)]
    if not good or not samples[0][1]:
        raise BundleError(f"{SAMPLE}: the detector finds no face in the sample picture")
    stages: dict[str, list[float]] = {}
    for timings, _ in samples[WARM_UP:]:
        for stage, ms in schemas.Timings.of(timings).to_dict().items():
            stages.setdefault(stage, []).append(ms)
    stages["end_to_end"] = stages.pop("total")
    both = zip(stages["detect"], stages["crop"], stages["classify"], strict=True)
    stages["detect_crop_classify"] = [sum(three) for three in both]
    return {stage: _summary(values) for stage, values in stages.items()}


def _measure(vision: Pipeline, content: bytes, number: int) -> tuple[Timings, int]:
    start = time.perf_counter()
    image = images.read(content, "sample")
    decode_ms = (time.perf_counter() - start) * 1000
    frame_result = vision.detect_still(Frame(image, number, time.monotonic()), decode_ms)
    return frame_result.timings, len(frame_result.faces)


def _summary(values: list[float]) -> dict[str, float]:
    p95 = statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
    return {"median": round(statistics.median(values), 3), "p95": round(p95, 3)}


def _kiosk() -> dict[str, Any]:
    """Run a whole kiosk on the sample picture, offscreen and silent; return its own report."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "device", "demo", "--camera", f"file:{SAMPLE}"]
        command += ["--display", "offscreen", "--silent", "--seconds", str(KIOSK_SECONDS)]
        command += ["--report", str(report)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        values = json.loads(report.read_text("utf-8"))
    wanted = ("first_face_s", "peak_rss_mib", "vision_hz", "stage_hz", "frame_ms")
    return {key: values[key] for key in wanted}


def _table(figures: dict[str, Any]) -> str:
    lines = [
        f"{figures['machine']}, {figures['runtime']}, median and p95 of {figures['runs']} in ms"
    ]
    lines.append(f"{'':22}{'1 thread':>16}{'default threads':>20}")
    single, default = figures["vision_ms"].values()
    for stage, one in single.items():
        other = default[stage]
        lines.append(
            f"{stage.replace('_', ' '):22}{one['median']:8.2f}{one['p95']:8.2f}"
            f"{other['median']:12.2f}{other['p95']:8.2f}"
        )
    kiosk = figures.get("kiosk")
    if kiosk:
        memory, frame = kiosk["peak_rss_mib"], kiosk["frame_ms"]
        lines += [
            f"first classified face  {_seconds(kiosk['first_face_s'])} after process start",
            f"peak memory            {memory['total']:.0f} MiB "
            f"(kiosk {memory['kiosk']:.0f}, vision {memory['vision']:.0f})",
            f"rates                  {kiosk['vision_hz']:.1f} frames/s classified, "
            f"{kiosk['stage_hz']:.1f} frames/s drawn",
            f"a frame on stage       {frame['median']:.1f} ms, p99 {frame['p99']:.1f} ms",
        ]
    return "\n".join(lines)


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.2f} s"

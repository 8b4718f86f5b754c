"""The evaluation report of a model on one data set, as JSON and as an HTML page with plots.

`make` evaluates, `write` writes report.json, report.html and the plots into a folder.
"""

from __future__ import annotations

import base64
import html
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from device.messages import EMOTIONS
from device.vision import bundle as bundles
from training import plots, robustness, serving
from training.errors import RunError
from training.evaluate import evaluate, sample
from training.metrics import interval

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from training.data.pictures import Dataset
    from training.evaluate import Predictor

REPORT, PAGE = "report.json", "report.html"
CONFUSION, RELIABILITY = "confusion.png", "reliability.png"
DETECTOR_SAMPLE = 1000
"""Pictures to evaluate behind the detector."""
STYLE = """
:root { color-scheme: light dark; --ink: #24344d; --paper: #fff; --line: #d5dce6; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e9f2; --paper: #18202c; --line: #3a475c; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .25rem .8rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
img { max-width: 100%; background: #fff; border-radius: 6px; }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
.pictures img { max-width: min(100%, 28.5rem); }
"""


def make(
    predict: Predictor,
    about: dict[str, Any],
    data: Dataset,
    split: str,
    quick: bool,
    echo: Callable[[str], None],
) -> dict[str, Any]:
    """Evaluate `predict`, the model that `about` describes, and return the report.

    `quick` leaves out robustness and the detector, which take minutes.
    """
    pictures = data.split(split)
    echo(f"evaluating on {len(pictures)} pictures")
    result = evaluate(predict, data, split)
    report: dict[str, Any] = {
        "model": about,
        "data": data.name,
        "split": split,
        "metrics": result.as_dict(),
        "interval": [round(v, 4) for v in interval(result.metrics.accuracy, len(pictures))],
        "confusion": result.metrics.confusion.tolist(),
        "reliability": result.metrics.bins,
    }
    if quick:
        return report
    echo("evaluating behind the detector")
    some = sample(pictures, DETECTOR_SAMPLE)
    served = serving.measure(predict, some, np.random.default_rng(robustness.SEED))
    report["behind_detector"] = served.as_dict()
    echo("evaluating robustness")
    rows = robustness.measure(predict, pictures)
    rows["roll, behind the detector"] = robustness.rolled(predict, pictures)
    rows["yaw"] = robustness.turned(predict, pictures)
    report["robustness"] = {kind: [asdict(row) for row in each] for kind, each in rows.items()}
    return report


def describe(path: Path) -> dict[str, Any]:
    """Return the description of a bundle, from its manifest, or of a Keras file."""
    if not path.is_dir():
        return {"name": path.name, "kind": "Keras, float32", "bytes": path.stat().st_size}
    manifest = bundles.load(path).manifest
    keys = ("version", "date", "bytes", "parameters", "macs", "temperature", "training", "licence")
    about = {key: manifest[key] for key in keys if key in manifest}
    return {"name": path.name, "kind": "TFLite, int8", **about}


def write(folder: Path, report: dict[str, Any]) -> None:
    """Write the report into the folder. Raises RunError on failure."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / REPORT).write_text(json.dumps(report, indent=2) + "\n", "utf-8")
        (folder / PAGE).write_text(_page(folder, report), "utf-8")
    except OSError as error:
        raise RunError(f"{folder}: {error.strerror or error}") from error


def read(folder: Path) -> dict[str, Any]:
    """Read a report. Raises RunError when it is missing or damaged."""
    try:
        report: dict[str, Any] = json.loads((folder / REPORT).read_text("utf-8"))
        report["model"]["name"], report["data"], report["metrics"]["accuracy"]
        report["confusion"][0][0]
    except OSError as error:
        raise RunError(f"{folder / REPORT}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise RunError(f"{folder / REPORT}: not a report: {error}") from error
    return report


def main_plots(folder: Path, report: dict[str, Any], prefix: str = "") -> list[str]:
    """Plot confusion and reliability into the folder and return the files' names."""
    title = f"{report['model']['name']}, {report['split']}"
    names = [f"{prefix}{CONFUSION}", f"{prefix}{RELIABILITY}"]
    plots.confusion(folder / names[0], np.array(report["confusion"]), title)
    plots.reliability(folder / names[1], report["reliability"], title)
    return names


def draw(folder: Path, report: dict[str, Any]) -> list[str]:
    """Plot all of a report into the folder and return the files' names."""
    names = main_plots(folder, report)
    for kind, rows in report.get("robustness", {}).items():
        names.append(f"{kind.split(',')[0].replace(' ', '-')}.png")
        steps, values = ([row[key] for row in rows] for key in ("step", "accuracy"))
        base = report["metrics"]["accuracy"]
        plots.lines(folder / names[-1], steps, values, base, f"accuracy: {kind}", unit(kind))
    return names


def unit(kind: str) -> str:
    """Return the unit of a corruption's steps."""
    if kind in robustness.CORRUPTIONS:
        return robustness.CORRUPTIONS[kind][2]
    return robustness.ROLL_UNIT if kind.startswith("roll") else robustness.YAW_UNIT


def key_metrics(report: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the most important metrics, as names and text."""
    metrics, (low, high) = report["metrics"], report["interval"]
    recall = recalls(report)
    weakest = min(recall, key=recall.__getitem__)
    rows = [
        ("pictures", str(metrics["pictures"])),
        ("accuracy (95 % interval)", f"{metrics['accuracy']:.2%} ({low:.2%} to {high:.2%})"),
    ]
    if "accuracy_without_duplicates" in metrics:
        without = metrics["accuracy_without_duplicates"]
        rows.append(("accuracy without pictures in Training too", f"{without:.2%}"))
    rows += [
        ("macro-F1", f"{metrics['macro_f1']:.4f}"),
        (
            "macro precision, recall",
            f"{metrics['macro_precision']:.4f}, {metrics['macro_recall']:.4f}",
        ),
        (f"lowest recall ({weakest})", f"{recall[weakest]:.4f}"),
        ("grouped mood accuracy", f"{metrics['grouped_accuracy']:.2%}"),
    ]
    if "neutral" in recall:
        rows.append(("neutral called negative", f"{metrics['neutral_called_negative']:.2%}"))
    rows.append(("expected calibration error", f"{metrics['ece']:.4f}"))
    if "behind_detector" in report:
        served = report["behind_detector"]
        rows += [
            ("faces found in synthetic scenes", f"{served['found']} of {served['pictures']}"),
            ("accuracy on these, own crops", f"{served['accuracy_own_crops']:.2%}"),
            ("accuracy on these, behind the detector", f"{served['accuracy_behind_detector']:.2%}"),
        ]
    return rows


def data_name(report: dict[str, Any]) -> str:
    """Return the name of the data that a report is about."""
    return f"{report['data']}'s {report['split']}"


def recalls(report: dict[str, Any]) -> dict[str, float]:
    """Return the recall of each emotion that has pictures."""
    pictures = np.array(report["confusion"]).sum(axis=1)
    given: dict[str, float] = report["metrics"]["recall"]
    return {name: given[name] for name, count in zip(EMOTIONS, pictures, strict=True) if count}


def class_rows(report: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return each emotion's name, pictures, precision, recall and F1 as text."""
    metrics = report["metrics"]
    counts = np.array(report["confusion"]).sum(axis=1)
    return [
        (
            name,
            str(count),
            *(f"{metrics[kind][name]:.3f}" for kind in ("precision", "recall", "f1")),
        )
        for name, count in zip(EMOTIONS, counts, strict=True)
    ]


CLASS_HEAD = ("emotion", "pictures", "precision", "recall", "F1")


def _page(folder: Path, report: dict[str, Any]) -> str:
    name, what = (html.escape(each) for each in (report["model"]["name"], data_name(report)))
    pictures = "".join(_picture(folder / each) for each in draw(folder, report))
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>{name}</title><style>{STYLE}</style>"
        f"<h1>{name}</h1><p>Evaluated on {what}, on single crops. "
        f"{html.escape(report['model']['kind'])}.</p>"
        f"{_table(('metric', ''), key_metrics(report))}"
        f"{_table(CLASS_HEAD, class_rows(report))}"
        f"<div class=pictures>{pictures}</div></html>\n"
    )


def _table(head: tuple[str, ...], rows: Any) -> str:
    def line(cells: Any, tag: str) -> str:
        inner = "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)
        return f"<tr>{inner}</tr>"

    return f"<table>{line(head, 'th')}{''.join(line(row, 'td') for row in rows)}</table>"


def _picture(path: Path) -> str:
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    words = html.escape(path.stem.replace("-", " "))
    return f"<img alt='{words}' src='data:image/png;base64,{data}'>"

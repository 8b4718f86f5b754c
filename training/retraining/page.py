"""The report of a retraining, as Markdown and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from device.messages import EMOTIONS
from training.errors import RunError
from training.markdown import table
from training.retraining.comparison import format_difference, format_interval
from training.retraining.feedback import MIN_PER_EMOTION

if TYPE_CHECKING:
    from pathlib import Path

    from training.retraining.comparison import Comparison, MetricsComparison, RobustnessComparison

PAGE, REPORT = "report.md", "report.json"


def write(folder: Path, about: dict[str, Any], compared: Comparison) -> None:
    """Write both into the folder; `about` describes the retraining. Raises RunError on failure."""
    try:
        report = json.dumps(about | compared.as_dict(), indent=2) + "\n"
        (folder / REPORT).write_text(report, "utf-8")
        (folder / PAGE).write_text(text(about, compared), "utf-8")
    except OSError as error:
        raise RunError(f"{folder}: {error.strerror or error}") from error


def text(about: dict[str, Any], compared: Comparison) -> str:
    """Return the report as Markdown."""
    data_sets = {
        "PrivateTest": compared.private,
        "held out feedback": compared.held_out,
        **compared.others,
    }
    parts = [
        f"# {about['version']}, retrained from {about['base']}",
        _verdict(compared.objections(), about["forced"]),
        f"Trained on {about['training_crops']} crops, {about['held_out_crops']} held out. Both "
        "models are int8, as on the device. Differences are in points, with their 95 % interval "
        "(Agresti and Min 2005) and the p-value of McNemar's exact test, one-sided, in the "
        "direction of the "
        "difference.",
        table(
            ("pictures", "count", "before", "after", "difference", "p-value", "macro-F1"),
            [_row(name, both) for name, both in data_sets.items()],
        ),
        _robust(compared.robustness),
    ]
    for name, both in data_sets.items():
        parts += [f"## Recall of each emotion: {name}", _recalls(both)]
    return "\n\n".join(parts) + "\n"


def _verdict(objections: list[str], forced: bool) -> str:
    if not objections:
        return "The new model is better and replaces the old one."
    head = "A bundle was made, by --force, despite:" if forced else "No bundle was made:"
    return "\n".join([head, "", *(f"- {each}" for each in objections)])


def _row(name: str, both: MetricsComparison) -> tuple[str, ...]:
    old, new, test = both.old, both.new, both.test
    return (
        name,
        str(test.pictures),
        f"{old.accuracy:.2%}",
        f"{new.accuracy:.2%}",
        format_difference(test),
        f"{min(test.better, test.worse):.2g}",
        f"{old.macro_f1:.4f} to {new.macro_f1:.4f}",
    )


def _recalls(both: MetricsComparison) -> str:
    counts = both.new.confusion.sum(axis=1).tolist()
    rows = []
    for name, count in zip(EMOTIONS, counts, strict=True):
        old, new = both.old.recall[name], both.new.recall[name]
        few = " (too few)" if count < MIN_PER_EMOTION else ""
        rows.append(
            (name, f"{count}{few}", f"{old:.1%}", f"{new:.1%}", f"{100 * (new - old):+.1f}")
        )
    return table(("emotion", "pictures", "before", "after", "difference"), rows)


def _robust(robustness: RobustnessComparison) -> str:
    kinds: dict[str, list[str]] = {}
    for each in robustness.steps:
        words = f"{each.step:g}: {each.old:.1%} to {each.new:.1%}"
        kinds.setdefault(each.kind, []).append(words)
    words = (
        f"PrivateTest corrupted as in the model card: {100 * robustness.gain:+.2f} points on "
        f"average, {format_interval(robustness.interval)} (bootstrap over pictures)."
    )
    rows = [(kind, ", ".join(steps)) for kind, steps in kinds.items()]
    return f"## Robustness\n\n{words}\n\n{table(('corruption', 'step: before to after'), rows)}"

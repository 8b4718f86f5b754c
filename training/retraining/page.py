"""The report of a retraining: retraining's page for a person, and the same as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from device.messages import EMOTIONS
from training.errors import RunError
from training.markdown import table
from training.retraining.comparison import span, told
from training.retraining.feedback import LEAST_OF_ONE

if TYPE_CHECKING:
    from pathlib import Path

    from training.retraining.comparison import Both, Comparison, Robust

PAGE, REPORT = "report.md", "report.json"


def write(folder: Path, note: dict[str, Any], compared: Comparison) -> None:
    """Write both into the folder; `note` says what was learnt from. Raises RunError."""
    try:
        report = json.dumps(note | compared.as_dict(), indent=2) + "\n"
        (folder / REPORT).write_text(report, "utf-8")
        (folder / PAGE).write_text(text(note, compared), "utf-8")
    except OSError as error:
        raise RunError(f"{folder}: {error.strerror or error}") from error


def text(note: dict[str, Any], compared: Comparison) -> str:
    """Return the page as Markdown."""
    all_of_them = {
        "PrivateTest": compared.private,
        "held out feedback": compared.held,
        **compared.others,
    }
    parts = [
        f"# {note['version']}, retrained from {note['base']}",
        _verdict(compared.objections(), note["forced"]),
        f"Learnt from {note['learnt']} crops, {note['held']} held out. Both models are int8, as "
        "they serve; a difference is in points, with its 95 % interval (Agresti and Min 2005) and "
        "the chance to see as much when there is none (McNemar's exact test, one-sided, the way "
        "it went).",
        table(
            ("pictures", "count", "before", "after", "difference", "chance", "macro-F1"),
            [_row(name, both) for name, both in all_of_them.items()],
        ),
        _robust(compared.robust),
    ]
    for name, both in all_of_them.items():
        parts += [f"## Found of each emotion: {name}", _recalls(both)]
    return "\n\n".join(parts) + "\n"


def _verdict(objections: list[str], forced: bool) -> str:
    if not objections:
        return "It is better, and may take the old one's place."
    head = "Made all the same, as it was forced:" if forced else "Not made into a bundle:"
    return "\n".join([head, "", *(f"- {each}" for each in objections)])


def _row(name: str, both: Both) -> tuple[str, ...]:
    old, new, paired = both.old, both.new, both.paired
    return (
        name,
        str(paired.pictures),
        f"{old.accuracy:.2%}",
        f"{new.accuracy:.2%}",
        told(paired),
        f"{min(paired.better, paired.worse):.2g}",
        f"{old.macro_f1:.4f} to {new.macro_f1:.4f}",
    )


def _recalls(both: Both) -> str:
    counts = both.new.confusion.sum(axis=1).tolist()
    rows = []
    for name, count in zip(EMOTIONS, counts, strict=True):
        old, new = both.old.recall[name], both.new.recall[name]
        few = " (too few to tell)" if count < LEAST_OF_ONE else ""
        rows.append(
            (name, f"{count}{few}", f"{old:.1%}", f"{new:.1%}", f"{100 * (new - old):+.1f}")
        )
    return table(("emotion", "pictures", "before", "after", "difference"), rows)


def _robust(robust: Robust) -> str:
    kinds: dict[str, list[str]] = {}
    for each in robust.changes:
        words = f"{each.step:g}: {each.old:.1%} to {each.new:.1%}"
        kinds.setdefault(each.kind, []).append(words)
    words = (
        f"PrivateTest changed as in the model card: {100 * robust.gain:+.2f} points in the mean, "
        f"{span(robust.interval)} (bootstrap over pictures)."
    )
    rows = [(kind, ", ".join(steps)) for kind, steps in kinds.items()]
    return f"## Worse pictures\n\n{words}\n\n{table(('change', 'step: before to after'), rows)}"

"""The model card (Mitchell et al. 2019, arXiv:1810.03993), made of an evaluation's report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from device.messages import EMOTIONS
from training import report as reports
from training.data import fer2013
from training.errors import RunError
from training.markdown import table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COMMAND = (
    "moodlift-train evaluate --model assets/models/{name} --data fer2013.csv.xz --report report\n"
    "moodlift-train card --report report --out docs/MODEL_CARD.md"
)
PURPOSE = """\
## What it is for

A kiosk that answers a face with a picture, light and music: seven emotions as people act them out
for a camera, from one upright face of 48x48 grey pixels. It says what an expression looks like to
people who were asked to name it. It does not know what anybody feels.

## What it is not for

- Judging people: no hiring, schooling, policing, health, insurance, credit or border use, nothing
  that decides about anybody. In the European Union much of this is forbidden (AI Act, article 5).
- Diagnosing anything, or telling lies from truth.
- Telling who somebody is, or counting and comparing groups of people.
- Children's or patients' welfare, or any setting in which a wrong answer hurts.
"""
OF_FER2013 = """\
- The labels are one person's word each, right in about two of three pictures; taggers asked again
  agree with them as often. No model that learns them well can be right much more often.
- The data are faces found by a web search for words of emotion, many of them posed and from stock
  photographs. Whoever is rare there, by age, skin, culture or glasses, is served worse; the data
  set carries no such notes, so that the difference cannot be given as a figure.
"""


def make(report: dict[str, Any], pictures: Sequence[str]) -> str:
    """Return the card as Markdown, showing `pictures`, which lie beside it."""
    model = report["model"]
    parts = [
        f"# Model card: {model['name']}",
        "<!-- Made by `moodlift-train card`; change training/model_card.py, or measure again. -->",
        PURPOSE.strip(),
        "## What it is\n\n" + _facts(model),
        "## Figures\n\n"
        f"Measured on {reports.measured(report)}, one crop a face, nothing averaged, on "
        f"the very file that ships.\n\n{table(('figure', ''), reports.key_figures(report))}",
        table(reports.CLASS_HEAD, reports.class_rows(report)),
        "\n".join(f"![{name.removesuffix('.png').replace('-', ' ')}]({name})" for name in pictures),
        _robustness(report),
        _failings(report),
        "## Licence\n\n" + model.get("licence", "Not stated."),
        f"## Again\n\n```\n{COMMAND.format(name=model['name'])}\n```",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def write(path: Path, report: dict[str, Any]) -> None:
    """Write the card, and its pictures beside it. Raises RunError when that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        names = reports.main_pictures(path.parent, report, prefix="model-")
        path.write_text(make(report, names), "utf-8")
    except OSError as error:
        raise RunError(f"{path}: {error.strerror or error}") from error


def _facts(model: dict[str, Any]) -> str:
    training = model.get("training") or {}
    rows = [("file", model["kind"] + f", {model['bytes'] / 1000:.0f} kB")]
    if "parameters" in model:
        million = (f"{model[key] / 1e6:.2f} M" for key in ("parameters", "macs"))
        rows.append(("parameters, multiplications a face", ", ".join(million)))
    if "version" in model:
        rows.append(("version", f"{model['version']}, {model['date']}"))
    if training:
        rows.append(("trained on", training["data"]))
        rows.append(("epochs, seed", f"{training['epochs']}, {training['seed']}"))
        if "mean_of" in training:
            rows.append(("mean of the runs", ", ".join(training["mean_of"])))
    rows.append(("answers", "a probability for each of seven emotions"))
    return table(("", ""), rows)


def _robustness(report: dict[str, Any]) -> str:
    if "robustness" not in report:
        return ""
    rows = [
        (
            kind,
            reports.unit(kind),
            ", ".join(f"{row['step']:g}: {row['accuracy']:.1%}{_of(row, report)}" for row in each),
        )
        for kind, each in report["robustness"].items()
    ]
    words = (
        "Accuracy as pictures get worse. Faces rolled by so much are found first by the device's "
        "own detector, in made-up scenes; those turned aside are told apart by its key points."
    )
    return f"## Worse pictures\n\n{words}\n\n{table(('change', 'step', 'accuracy'), rows)}"


def _of(row: dict[str, Any], report: dict[str, Any]) -> str:
    """Say how many pictures a row rests on, where it is not all."""
    return "" if row["pictures"] == report["metrics"]["pictures"] else f" of {row['pictures']}"


def _failings(report: dict[str, Any]) -> str:
    recall = reports.recalls(report)
    low = sorted(recall, key=recall.__getitem__)[:2]
    others = [f"{name} in {recall[name]:.0%}" for name in low[1:]]
    first = f"{low[0].capitalize()} is recognised in {recall[low[0]]:.0%} of its pictures"
    weakest = f"{', '.join([first, *others])}."
    names, counts = EMOTIONS, report["confusion"]
    shares = sorted(
        (
            (counts[i][j] / max(1, sum(counts[i])), names[i], names[j])
            for i in range(len(names))
            for j in range(len(names))
            if i != j
        ),
        reverse=True,
    )
    taken = "; ".join(f"{true} for {given} in {share:.0%}" for share, true, given in shares[:3])
    rows = [
        (row["accuracy"], kind, row["step"])
        for kind, each in report.get("robustness", {}).items()
        for row in each
    ]
    worst = "Nothing is known here of worse pictures."
    if rows:
        accuracy, kind, step = min(rows)
        worst = f"Of the changes above, {kind} at {step:g} is the worst: {accuracy:.0%} are right."
    known = OF_FER2013 if (report["model"].get("training") or {}).get("of") == fer2013.NAME else ""
    facts = [weakest, f"Most often mistaken: {taken}.", worst]
    return f"## Known failings\n\n{known}" + "\n".join(f"- {each}" for each in facts)

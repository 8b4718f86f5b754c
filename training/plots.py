"""Pictures of a run and of a model: learning curves, confusion, reliability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from device.messages import EMOTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

INK, ACCENT, SOFT = "#24344d", "#d9632b", "#8fa3bf"


def curves(path: Path, log: Mapping[str, Sequence[float]]) -> None:
    """Draw loss and figures on PublicTest by epoch; `log` has columns as in a run's log.csv."""
    figure, (left, right) = _figure(9, 3.6, 2)
    left.plot(log["epoch"], log["loss"], color=INK)
    left.set(xlabel="epoch", title="training loss")
    rate = left.twinx()
    rate.plot(log["epoch"], log["rate"], color=SOFT, linewidth=1)
    rate.set_ylabel("learning rate", color=SOFT)
    for name, colour in (("accuracy", ACCENT), ("macro_f1", INK)):
        right.plot(log["epoch"], log[name], color=colour, label=name.replace("_", "-"))
    right.set(xlabel="epoch", title="PublicTest, averaged weights")
    right.legend(loc="lower right", frameon=False)
    _save(figure, path)


def confusion(path: Path, counts: NDArray[np.int64], title: str) -> None:
    """Draw how often each emotion (rows) is taken for each (columns), in percent of the row."""
    figure, (axes,) = _figure(6.4, 5.6, 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share > 0.5 else INK
        axes.text(column, row, f"{share:.0%}", ha="center", va="center", color=colour)
    axes.set_xticks(range(len(EMOTIONS)), EMOTIONS, rotation=35, ha="right")
    axes.set_yticks(range(len(EMOTIONS)), [f"{n} ({c})" for n, c in _with(counts)])
    axes.set(xlabel="given", ylabel="true (pictures)", title=title)
    axes.spines[:].set_visible(False)
    _save(figure, path)


def reliability(path: Path, bins: Sequence[tuple[int, float, float]], title: str) -> None:
    """Draw how often answers are right against how sure they were; see `metrics.reliability`."""
    figure, (axes,) = _figure(5.2, 4.4, 1)
    axes.plot([0, 1], [0, 1], color=SOFT, linestyle="--", linewidth=1)
    held = [(count, sure, right) for count, sure, right in bins if count]
    most = max((count for count, _, _ in held), default=1)
    sizes = [20 + 300 * count / most for count, _, _ in held]
    axes.plot([sure for _, sure, _ in held], [right for *_, right in held], color=INK)
    axes.scatter([s for _, s, _ in held], [r for *_, r in held], sizes, color=ACCENT, alpha=0.7)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="right", title=title)
    _save(figure, path)


def lines(
    path: Path, steps: Sequence[float], values: Sequence[float], base: float, title: str, unit: str
) -> None:
    """Draw accuracy against how much a picture was changed, and what it is unchanged."""
    figure, (axes,) = _figure(4.4, 3.0, 1)
    axes.axhline(base, color=SOFT, linestyle="--", linewidth=1)
    axes.plot(range(len(steps)), values, color=INK, marker="o", markerfacecolor=ACCENT)
    axes.set_xticks(range(len(steps)), [f"{step:g}" for step in steps])
    axes.set(ylim=(0, 1), xlabel=unit, title=title)
    _save(figure, path)


def _with(counts: NDArray[np.int64]) -> list[tuple[str, int]]:
    return list(zip(EMOTIONS, counts.sum(axis=1).tolist(), strict=True))


def _figure(width: float, height: float, columns: int) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(1, columns, squeeze=False)[0]
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
        each.grid(visible=False)
    return figure, axes


def _save(figure: Any, path: Path) -> None:
    partial = path.with_name(f"partial-{path.name}")
    figure.savefig(partial, format="png", dpi=110)
    partial.replace(path)

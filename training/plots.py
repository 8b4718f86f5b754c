"""Plots of a run and of a model: learning curves, confusion, reliability."""

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
    """Plot the loss and the PublicTest metrics by epoch; `log` has the columns of log.csv."""
    figure, (left, right) = _figure(9, 3.6, 2)
    left.plot(log["epoch"], log["loss"], color=INK)
    left.set(xlabel="epoch", title="training loss")
    right_axis = left.twinx()
    right_axis.plot(log["epoch"], log["learning_rate"], color=SOFT, linewidth=1)
    right_axis.set_ylabel("learning rate", color=SOFT)
    for name, colour in (("accuracy", ACCENT), ("macro_f1", INK)):
        right.plot(log["epoch"], log[name], color=colour, label=name.replace("_", "-"))
    right.set(xlabel="epoch", title="PublicTest, averaged weights")
    right.legend(loc="lower right", frameon=False)
    _save(figure, path)


def confusion(path: Path, counts: NDArray[np.int64], title: str) -> None:
    """Plot a confusion matrix, true (rows) by predicted, in percent of the row."""
    figure, (axes,) = _figure(6.4, 5.6, 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share > 0.5 else INK
        axes.text(column, row, f"{share:.0%}", ha="center", va="center", color=colour)
    axes.set_xticks(range(len(EMOTIONS)), EMOTIONS, rotation=35, ha="right")
    axes.set_yticks(range(len(EMOTIONS)), [f"{n} ({c})" for n, c in _with_counts(counts)])
    axes.set(xlabel="predicted", ylabel="true (pictures)", title=title)
    axes.spines[:].set_visible(False)
    _save(figure, path)


def reliability(path: Path, bins: Sequence[tuple[int, float, float]], title: str) -> None:
    """Plot accuracy against confidence; `bins` are those of `metrics.reliability`."""
    figure, (axes,) = _figure(5.2, 4.4, 1)
    axes.plot([0, 1], [0, 1], color=SOFT, linestyle="--", linewidth=1)
    filled = [(count, sure, right) for count, sure, right in bins if count]
    most = max((count for count, _, _ in filled), default=1)
    sizes = [20 + 300 * count / most for count, _, _ in filled]
    axes.plot([sure for _, sure, _ in filled], [right for *_, right in filled], color=INK)
    axes.scatter([s for _, s, _ in filled], [r for *_, r in filled], sizes, color=ACCENT, alpha=0.7)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="accuracy", title=title)
    _save(figure, path)


def lines(
    path: Path, steps: Sequence[float], values: Sequence[float], base: float, title: str, unit: str
) -> None:
    """Plot accuracy by step of a corruption, and `base`, the accuracy without it."""
    figure, (axes,) = _figure(4.4, 3.0, 1)
    axes.axhline(base, color=SOFT, linestyle="--", linewidth=1)
    axes.plot(range(len(steps)), values, color=INK, marker="o", markerfacecolor=ACCENT)
    axes.set_xticks(range(len(steps)), [f"{step:g}" for step in steps])
    axes.set(ylim=(0, 1), xlabel=unit, title=title)
    _save(figure, path)


def _with_counts(counts: NDArray[np.int64]) -> list[tuple[str, int]]:
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

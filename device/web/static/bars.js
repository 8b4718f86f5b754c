// The bars that _bars.html draws.

import { write } from "./live.js";

/** Moves the bars to {emotion: share}; whatever is missing is 0. */
export function showBars(probabilities) {
  for (const bar of document.querySelectorAll(".bar")) {
    const emotion = bar.id.slice("bar-".length);
    const percent = (probabilities[emotion] ?? 0) * 100;
    bar.setAttribute("aria-valuenow", percent.toFixed(0));
    bar.firstElementChild.setAttribute("width", `${percent.toFixed(1)}%`);
    write(`share-${emotion}`, `${percent.toFixed(0)} %`);
  }
}

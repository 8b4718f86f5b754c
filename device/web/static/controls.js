// What the owner tells the kiosk to do. What it does is shown by the status that comes back.

import { send } from "./send.js";

const [pause, mute, skip, volume, word, wrong] =
  ["pause", "mute", "skip", "volume", "volume-word", "wrong"].map((id) => document.getElementById(id));
let held = false;

async function order(wanted) {
  const { error } = await send("/api/v1/order", wanted);
  wrong.textContent = error ?? "";
}

const pressed = (button) => button.getAttribute("aria-pressed") === "true";

pause.addEventListener("click", () => order({ paused: !pressed(pause) }));
mute.addEventListener("click", () => order({ muted: !pressed(mute) }));
skip.addEventListener("click", () => order({ skip: true }));
volume.addEventListener("input", () => {
  held = true;
  word.textContent = `${volume.value} %`;
});
volume.addEventListener("change", async () => {
  await order({ volume: volume.value / 100 });
  held = false;
});
for (const button of document.querySelectorAll("[data-scene]")) {
  button.addEventListener("click", () => order({ show: { emotion: button.dataset.scene } }));
}

document.addEventListener("status", ({ detail: status }) => {
  pause.setAttribute("aria-pressed", status.paused);
  mute.setAttribute("aria-pressed", status.muted);
  if (held) return;
  volume.value = Math.round(status.volume * 100);
  word.textContent = `${volume.value} %`;
});

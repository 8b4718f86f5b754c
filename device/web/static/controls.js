// Sends the owner's commands. The status events show their effect.

import { send } from "./send.js";

const [pause, mute, skip, volume, word, wrong] =
  ["pause", "mute", "skip", "volume", "volume-word", "wrong"].map((id) => document.getElementById(id));
let held = false;

async function command(fields) {
  const { error } = await send("/api/v1/commands", fields);
  wrong.textContent = error ?? "";
}

const pressed = (button) => button.getAttribute("aria-pressed") === "true";

pause.addEventListener("click", () => command({ paused: !pressed(pause) }));
mute.addEventListener("click", () => command({ muted: !pressed(mute) }));
skip.addEventListener("click", () => command({ skip: true }));
volume.addEventListener("input", () => {
  held = true;
  word.textContent = `${volume.value} %`;
});
volume.addEventListener("change", async () => {
  await command({ volume: volume.value / 100 });
  held = false;
});
for (const button of document.querySelectorAll("[data-scene]")) {
  button.addEventListener("click", () => command({ show: { emotion: button.dataset.scene } }));
}

// Neither button is there while the calibration is switched off.
const calm = document.getElementById("calm");
document.getElementById("learn-calm")?.addEventListener("click", () => command({ calm_faces: "learn" }));
document.getElementById("forget-calm")?.addEventListener("click", () => command({ calm_faces: "forget" }));

document.addEventListener("status", ({ detail: status }) => {
  pause.setAttribute("aria-pressed", status.paused);
  mute.setAttribute("aria-pressed", status.muted);
  if (calm) calm.textContent = status.health.find((one) => one.component === "baseline")?.message ?? "";
  if (held) return;
  volume.value = Math.round(status.volume * 100);
  word.textContent = `${volume.value} %`;
});

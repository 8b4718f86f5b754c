// Restarts the kiosk, and reloads the page once it is back.

import { ask, send } from "./send.js";

const POLL_MS = 1000;
const PATIENCE_MS = 90000;

const button = document.getElementById("restart");
const waiting = document.getElementById("waiting");
const wrong = document.getElementById("restart-wrong");

button.addEventListener("click", async () => {
  const { error } = await send("/api/v1/commands", { restart: true });
  wrong.textContent = error ?? "";
  if (error) return;
  button.disabled = true;
  waiting.textContent = "The kiosk restarts …";
  poll(performance.now());
});

async function poll(began) {
  const gone = performance.now() - began;
  const { uptime_s: uptime } = await ask("/api/v1/status");
  if (uptime * 1000 < gone) {
    location.reload();
  } else if (gone > PATIENCE_MS) {
    wrong.textContent = "The kiosk has not come back: check it.";
    button.disabled = false;
  } else {
    setTimeout(poll, POLL_MS, began);
  }
}

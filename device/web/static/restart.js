// Starts the kiosk again, and shows the page anew once it has come back.

import { ask, send } from "./send.js";

const LOOK_MS = 1000;
const PATIENCE_MS = 90000;

const button = document.getElementById("restart");
const waiting = document.getElementById("waiting");
const wrong = document.getElementById("restart-wrong");

button.addEventListener("click", async () => {
  const { error } = await send("/api/v1/order", { restart: true });
  wrong.textContent = error ?? "";
  if (error) return;
  button.disabled = true;
  waiting.textContent = "The kiosk starts again …";
  look(performance.now());
});

async function look(began) {
  const gone = performance.now() - began;
  const { uptime_s: uptime } = await ask("/api/v1/status");
  if (uptime * 1000 < gone) {
    location.reload();
  } else if (gone > PATIENCE_MS) {
    wrong.textContent = "The kiosk has not come back: have a look at it.";
    button.disabled = false;
  } else {
    setTimeout(look, LOOK_MS, began);
  }
}

import { showBars } from "./bars.js";
import { follow, showMood, write } from "./live.js";
import { age, duration, music, people } from "./words.js";

const board = document.getElementById("board");
const levels = JSON.parse(board.dataset.levels);

follow((status) => {
  const name = showMood(status);
  document.getElementById("hero").className = `card hero tint-${name}`;
  write("mood-for", `for ${duration(status.mood.for_s)}`);
  showBars(status.mood.probabilities);
  write("faces", people(status.faces.length));
  write("rate", `${status.rate_hz.toFixed(1)} / s`);
  write("age", age(status.freshness_s));
  write("stage", `${status.stage_hz.toFixed(1)} / s`);
  write("uptime", duration(status.uptime_s));
  write("music", music(status.music, status.volume, status.muted));
  write("level", levels[status.level]);
  document.getElementById("level-dot").className = `dot ${status.level}`;
  showHealth(status.health);
  document.dispatchEvent(new CustomEvent("status", { detail: status }));
});

function showHealth(parts) {
  if (!parts.length) return;
  document.getElementById("health").replaceChildren(...parts.map(healthItem));
}

function healthItem({ part, level, message }) {
  const item = document.createElement("li");
  for (const [name, text] of [[`dot ${level}`, ""], ["part", part], ["message", message]]) {
    const span = document.createElement("span");
    span.className = name;
    span.textContent = text;
    item.append(span);
  }
  return item;
}

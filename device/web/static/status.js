import { showBars } from "./bars.js";
import { follow, showMood, write } from "./live.js";
import { age, diskSpace, duration, faultTime, music, people, temperature } from "./words.js";

const board = document.getElementById("board");
const levels = JSON.parse(board.dataset.levels);

follow((status) => {
  const name = showMood(status);
  document.getElementById("hero").className = `card hero tint-${name}`;
  write("mood-for", `for ${duration(status.mood.duration_s)}`);
  showBars(status.mood.probabilities);
  write("faces", people(status.faces.length));
  write("rate", `${status.rate_hz.toFixed(1)} / s`);
  write("age", age(status.frame_age_s));
  write("stage", `${status.stage_hz.toFixed(1)} / s`);
  write("uptime", duration(status.uptime_s));
  write("music", music(status.music, status.volume, status.muted));
  write("temperature", temperature(status.machine.temperature_c));
  write("disk", diskSpace(status.machine.disk_free_mb));
  write("level", levels[status.level]);
  document.getElementById("level-dot").className = `dot ${status.level}`;
  showHealth(status.health);
  showFaults(status.faults);
  document.dispatchEvent(new CustomEvent("status", { detail: status }));
});

function showHealth(components) {
  if (!components.length) return;
  document.getElementById("health").replaceChildren(...components.map((one) => item(one)));
}

function showFaults(faults) {
  document.getElementById("no-faults").hidden = faults.length > 0;
  document.getElementById("faults").replaceChildren(
    ...faults.map((one) => item(one, faultTime(one.age_s, one.duration_s))),
  );
}

function item({ component, level, message }, time = "") {
  const element = document.createElement("li");
  element.append(span(`dot ${level}`, ""), span("component", component), span("message", message));
  if (time) element.lastElementChild.append(" ", span("when", time));
  return element;
}

function span(name, text) {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}

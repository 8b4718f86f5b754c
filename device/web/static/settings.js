// Saves each setting as soon as it is changed, and offers its previous value and its default.

import { ask, send } from "./send.js";

const API_PATH = "/api/v1/settings";
const rows = new Map();
const waiting = document.getElementById("waiting");

for (const row of document.querySelectorAll(".setting")) {
  const input = row.querySelector("input, select");
  rows.set(row.dataset.key, { row, input, wrong: row.querySelector(".wrong"), old: row.querySelector(".old") });
  input.addEventListener("change", () => change(row.dataset.key, read(row, input)));
}

const response = await ask(API_PATH);
if (!response.error) show(response);

async function change(key, value) {
  const { input, wrong } = rows.get(key);
  const response = await send(API_PATH, { [key]: value }, "PATCH");
  wrong.textContent = response.errors?.[key] ?? response.error ?? "";
  input.setAttribute("aria-invalid", Boolean(response.error));
  if (!response.error) show(response, key);
}

function show({ settings }, changed) {
  for (const [key, setting] of Object.entries(settings)) {
    const { input, wrong, old, row } = rows.get(key);
    // What somebody is typing, or has yet to correct, stays as it is.
    const isBeingEdited = wrong.textContent || input === document.activeElement;
    if (key === changed || !isBeingEdited) write(input, setting.value);
    old.replaceChildren(...offers(key, setting, row.dataset));
  }
  const count = Object.values(settings).filter(({ pending }) => pending).length;
  const changes = count === 1 ? "1 change waits" : `${count} changes wait`;
  waiting.textContent = count ? `${changes} for a restart.` : "Nothing waits for a restart.";
}

function offers(key, { value, default: original, previous }, data) {
  const buttons = [];
  if (previous !== null && previous !== original) buttons.push(offer(key, `Undo: ${words(previous, data)}`, previous));
  if (value !== original) buttons.push(offer(key, `Back to ${words(original, data)}`, original));
  return buttons;
}

function offer(key, text, value) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.addEventListener("click", () => {
    rows.get(key).input.focus(); // this button is about to disappear
    change(key, value);
  });
  return button;
}

function read({ dataset }, input) {
  if (dataset.type === "boolean") return input.checked;
  if (dataset.type === "string" || input.value === "") return input.value;
  return Number(input.value);
}

function write(input, value) {
  if (input.type === "checkbox") input.checked = value;
  else input.value = value;
}

function words(value, { unit, empty }) {
  if (typeof value === "boolean") return value ? "on" : "off";
  return `${value === "" ? empty : value} ${unit}`.trim();
}

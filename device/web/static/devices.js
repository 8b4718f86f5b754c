// Finds and tests cameras and sound devices, and saves the chosen one as a setting.

import { at } from "./root.js";
import { ask, send } from "./send.js";

const [canvas, own] = ["picture", "own"].map((id) => document.getElementById(id));

const CAMERAS = { kind: "cameras", none: "No camera is connected.", key: "camera.source", test: "Look through it", run: look };
const SPEAKERS = { kind: "speakers", none: "There is no sound device.", key: "sound.device", test: "Play a sound", run: play };

for (const what of [CAMERAS, SPEAKERS]) {
  const button = document.getElementById(`find-${what.kind}`);
  button.addEventListener("click", () => busy(button, () => find(what)));
}

async function find(what) {
  say(what, "Looking …");
  const found = await ask(`/api/v1/${what.kind}`);
  if (found.error) return say(what, found.error);
  say(what, found.length ? "" : what.none);
  document.getElementById(what.kind).replaceChildren(...found.map((one) => item(what, one)));
}

function item(what, one) {
  const element = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = one.in_use ? `${one.name}, in use by the kiosk` : one.name;
  const test = button(what.test, one.name, () => busy(test, () => what.run(one)));
  const use = button("Use it", one.name, () => choose(what, one));
  element.append(name, test, use);
  return element;
}

function button(text, name, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.setAttribute("aria-label", `${text}: ${name}`);
  element.addEventListener("click", act);
  return element;
}

function choose(what, { value, name }) {
  const input = document.getElementById(what.key);
  input.value = value;
  input.dispatchEvent(new Event("change"));
  say(what, `${name} is used after a restart.`);
}

async function look({ value, in_use: inUse }) {
  canvas.hidden = true;
  lookAway();
  if (inUse) {
    own.src = at(`/video_feed?${Date.now()}`);
    own.hidden = false;
    return say(CAMERAS, "The kiosk's own live picture:");
  }
  say(CAMERAS, "Taking a picture …");
  const picture = await send("/api/v1/cameras/picture", { source: value });
  if (picture.error) return say(CAMERAS, picture.error);
  const image = await createImageBitmap(picture);
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d").drawImage(image, 0, 0);
  canvas.hidden = false;
  say(CAMERAS, `A picture of ${image.width} × ${image.height}, taken now:`);
}

function lookAway() {
  own.removeAttribute("src");
  own.hidden = true;
}

// Nobody looks: the kiosk need not draw.
document.addEventListener("visibilitychange", () => document.hidden && lookAway());

async function play({ value }) {
  say(SPEAKERS, "Playing …");
  const { error, message } = await send("/api/v1/speakers/chime", { device: value });
  say(SPEAKERS, error ?? message);
}

async function busy(button, act) {
  button.disabled = true;
  await act();
  button.disabled = false;
}

function say({ kind }, text) {
  document.getElementById(`${kind}-status`).textContent = text;
}

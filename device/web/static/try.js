// Sends pictures from the visitor's own camera to the kiosk and shows the result.

import { showBars } from "./bars.js";
import { picture, write } from "./live.js";
import { Right } from "./right.js";
import { at } from "./root.js";
import { Tune } from "./tune.js";

const WIDTH = 480;
const QUALITY = 0.8;
const GAP_MS = 80;
const IN_FLIGHT = 2; // requests at once, while responses take longer than SLOW_MS
const SLOW_MS = 120;
const BUSY_MS = 1000;
const CROWDED_MS = 30000; // one request at a time for this long after a refusal
const BLEND = 0.4; // weight of each new result
const SPEED_MS = 2000;

const board = document.getElementById("board");
const moods = JSON.parse(board.dataset.moods);
const [video, note, start, wrong, hero, music] =
  ["video", "note", "start", "wrong", "hero", "music"].map((id) => document.getElementById(id));
const canvas = document.createElement("canvas");
const tune = new Tune(JSON.parse(board.dataset.music));
const right = new Right();
let stream = null;
let shown = {};
let results = [];
let crowded = -Infinity; // until this time, as in performance.now()
let took = 0; // by the last response, in ms

if (!navigator.mediaDevices?.getUserMedia) {
  document.getElementById("insecure").hidden = false;
  start.disabled = true;
}
document.getElementById("music-switch").hidden = !Tune.possible();
music.addEventListener("change", () => tune.set(music.checked));
start.addEventListener("click", () => (stream ? end() : begin()));

async function begin() {
  wrong.textContent = "";
  start.disabled = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 } },
    });
    video.srcObject = stream;
    await video.play();
  } catch (error) {
    end();
    wrong.textContent = reason(error);
    return;
  } finally {
    start.disabled = false;
  }
  for (const track of stream.getTracks()) track.addEventListener("ended", () => end("Your camera was disconnected."));
  video.hidden = false;
  note.hidden = true;
  start.textContent = "Stop my camera";
  for (let number = 0; number < IN_FLIGHT; number++) loop(stream, number);
}

function end(why = "") {
  stream?.getTracks().forEach((track) => track.stop());
  stream = video.srcObject = null;
  video.hidden = true;
  note.hidden = false;
  start.textContent = "Start my camera";
  wrong.textContent = why;
  [shown, results] = [{}, []];
  right.update(null, show([]));
  write("speed", "\u00a0");
  tune.stop();
}

function reason(error) {
  if (error.name === "NotAllowedError") return "This page may not use your camera: allow it in the browser, then start again.";
  if (error.name === "NotFoundError") return "This device has no camera.";
  if (error.name === "NotReadableError") return "Another program uses your camera.";
  return `Your camera cannot be used: ${error.message}`;
}

/** Sends and shows while this stream is in use. Two loops do; the second only while responses are slow. */
async function loop(mine, number) {
  await wait(number * GAP_MS);
  while (stream === mine) {
    const begun = performance.now();
    const alone = begun < crowded || took < SLOW_MS;
    let pause = (alone ? 1 : IN_FLIGHT) * GAP_MS;
    if (!document.hidden && video.videoWidth && !(alone && number)) {
      const sent = await jpeg();
      const { faces, error, busy } = await ask(sent);
      if (stream !== mine) return;
      if (faces) {
        took = performance.now() - begun;
        wrong.textContent = "";
        right.update(sent, show(faces));
        count();
      } else if (busy) {
        if (!(begun - results.at(-1) < BUSY_MS)) wrong.textContent = "The kiosk is busy; trying again …";
        pause = BUSY_MS;
        crowded = begun + CROWDED_MS;
      } else {
        end(error);
        return;
      }
    }
    await wait(pause - (performance.now() - begun));
  }
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function jpeg() {
  canvas.width = Math.min(WIDTH, video.videoWidth);
  canvas.height = Math.round((canvas.width * video.videoHeight) / video.videoWidth);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}

async function ask(body) {
  try {
    const answer = await fetch(at("/api/v1/classify"), { method: "POST", body, headers: { "X-Moodlift": "page" } });
    const result = await answer.json();
    if (answer.ok) return result;
    return { error: result.detail, busy: answer.status === 503 };
  } catch {
    return { busy: true };
  }
}

/** Blends the largest face into what is shown; returns the emotion, or null. */
function show(faces) {
  const largest = faces.reduce((best, face) => (best && area(best) >= area(face) ? best : face), null);
  if (largest) blend(largest.probabilities);
  else shown = {};
  const [emotion] = Object.entries(shown).sort((one, other) => other[1] - one[1])[0] ?? [null];
  hero.className = `card column hero tint-${picture(emotion ?? "empty")}`;
  write("mood", emotion ? moods[emotion] : "No face yet");
  showBars(shown);
  tune.update(emotion);
  return emotion;
}

const area = ({ box: [, , width, height] }) => width * height;

function blend(probabilities) {
  const first = !Object.keys(shown).length;
  for (const [emotion, share] of Object.entries(probabilities)) {
    shown[emotion] = first ? share : (1 - BLEND) * shown[emotion] + BLEND * share;
  }
}

function count() {
  const now = performance.now();
  results = [...results.filter((time) => now - time < SPEED_MS), now];
  const seconds = (now - results[0]) / 1000;
  if (seconds > SPEED_MS / 2000) write("speed", `${((results.length - 1) / seconds).toFixed(0)} results per second`);
}

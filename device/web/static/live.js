// Follows the kiosk's status, says so when the connection is lost, and comes back by itself.

import { whileInFront } from "./front.js";
import { at } from "./root.js";
import { ask } from "./send.js";

const SILENCE_MS = 12000;
const RETRY_MS = 4000;
const ASK_MS = 2000;

const banner = document.getElementById("lost");
const moods = JSON.parse(document.getElementById("board").dataset.moods);
let source, silence, asking;

/** Calls show(status) with each newer status, and back() when a lost connection is there again.
 *
 *  A page in the background asks for nothing. One that is behind others on the screen asks now and then. */
export function follow(show, back = () => {}) {
  const seen = () => {
    if (!banner.hidden) back();
    banner.hidden = true;
  };
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(lost, SILENCE_MS);
    seen();
  };
  const lost = () => {
    clearTimeout(silence);
    banner.hidden = false;
    source.close();
    silence = setTimeout(connect, RETRY_MS);
  };
  const connect = () => {
    source = new EventSource(at("/api/v1/events"));
    source.addEventListener("message", (event) => {
      heard();
      show(JSON.parse(event.data));
    });
    source.addEventListener("alive", heard);
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) lost();
      else banner.hidden = false;
    });
  };
  const look = async () => {
    if (document.hidden) return;
    const status = await ask("/api/v1/status");
    if (status.error) {
      banner.hidden = false;
    } else {
      seen();
      show(status);
    }
  };
  const begin = () => {
    clearInterval(asking);
    connect();
  };
  const end = () => {
    clearTimeout(silence);
    source.close();
    asking = setInterval(look, ASK_MS);
  };
  whileInFront(begin, end);
}

/** Writes a text only when it changes, so that screen readers speak once. */
export function write(id, text) {
  const element = document.getElementById(id);
  if (element.textContent !== text) element.textContent = text;
}

/** Shows the mood's emoji and word; returns the picture's name. */
export function showMood({ mood, paused }) {
  const name = paused ? "paused" : mood.emotion in moods ? mood.emotion : "empty";
  write("mood", moods[name]);
  return picture(name);
}

/** Shows an emoji, which pops up when it is another one; returns its name. */
export function picture(name) {
  const emoji = document.getElementById("emoji");
  const address = at(`/emoji/${name}.svg`);
  if (emoji.getAttribute("src") !== address) {
    emoji.src = address;
    emoji.classList.remove("pop");
    requestAnimationFrame(() => emoji.classList.add("pop"));
  }
  return name;
}

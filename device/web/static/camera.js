import { whileInFront } from "./front.js";
import { follow, showMood, write } from "./live.js";
import { at } from "./root.js";
import { send } from "./send.js";
import { people } from "./words.js";

const RETRY_MS = 3000;

const picture = document.getElementById("picture");
const note = document.getElementById("note");
let wanted = false;
let retry;

function open() {
  clearTimeout(retry);
  if (!wanted) return;
  picture.hidden = false;
  // A new address each time, since a browser keeps showing a stream's last picture otherwise.
  picture.src = at(`/video_feed?${Date.now()}`);
}

function close() {
  picture.hidden = true;
  picture.removeAttribute("src");
  say("Your other windows show the live picture. Click here to see it here.");
}

function say(text) {
  note.textContent = text;
  note.hidden = false;
}

const blur = document.getElementById("blur");
blur.addEventListener("change", async () => {
  const { blurred } = await send("/api/v1/camera", { blurred: blur.checked });
  blur.checked = blurred ?? !blur.checked;
});

picture.addEventListener("load", () => {
  note.hidden = true;
});
picture.addEventListener("error", () => {
  if (!wanted) return;
  say("No picture: trying again …");
  retry = setTimeout(open, RETRY_MS);
});
// In the background, or behind others, the kiosk need not draw.
whileInFront(
  () => {
    wanted = true;
    open();
  },
  () => {
    wanted = false;
    close();
  },
);

follow((status) => {
  showMood(status);
  write("faces", `${people(status.faces.length)} in view`);
}, open);

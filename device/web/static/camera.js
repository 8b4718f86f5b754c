import { follow, showMood, write } from "./live.js";
import { send } from "./send.js";
import { people } from "./words.js";

const RETRY_MS = 3000;

const picture = document.getElementById("picture");
const note = document.getElementById("note");

function open() {
  // A new address each time, since a browser keeps showing a stream's last picture otherwise.
  picture.src = `/video_feed?${Date.now()}`;
}

function failed() {
  if (document.hidden) return;
  note.hidden = false;
  setTimeout(open, RETRY_MS);
}

const blur = document.getElementById("blur");
blur.addEventListener("change", async () => {
  const { blurred } = await send("/api/v1/camera", { blurred: blur.checked });
  blur.checked = blurred ?? !blur.checked;
});

picture.addEventListener("load", () => {
  note.hidden = true;
});
picture.addEventListener("error", failed);
if (picture.complete && !picture.naturalWidth) failed();
document.addEventListener("visibilitychange", () => {
  // Nobody looks: the kiosk need not draw.
  if (document.hidden) picture.removeAttribute("src");
  else open();
});

follow((status) => {
  showMood(status);
  write("faces", `${people(status.faces.length)} in view`);
}, open);

// Which pages of this browser hold connections open. A browser has six for each host: streams of pages that nobody
// looks at, or of many at once, would leave none to load the next page with.

const MOST = 2; // pages, of which the camera's holds two connections

const me = `${Date.now()} ${Math.random()}`;
const channel = openChannel();
const newer = new Set(); // pages that were opened, shown or clicked after this one
const followers = [];
let shown = false;
let front = false;

function openChannel() {
  try {
    return new BroadcastChannel("moodlift-front");
  } catch {
    return null; // an old browser, or one that keeps sites in frames apart
  }
}

/** Calls begin() whenever this page is shown and among the last that were used, and end() when it no longer is. */
export function whileInFront(begin, end) {
  followers.push([begin, end]);
  if (front) begin();
}

function come() {
  shown = !document.hidden;
  if (shown) newer.clear();
  tell();
}

function leave() {
  shown = false;
  tell();
}

function tell() {
  channel?.postMessage({ page: me, shown });
  update();
}

function update() {
  const before = front;
  front = shown && newer.size < MOST;
  if (front === before) return;
  for (const [begin, end] of followers) (front ? begin : end)();
}

channel?.addEventListener("message", ({ data }) => {
  if (data.shown) newer.add(data.page);
  else newer.delete(data.page);
  update();
});
document.addEventListener("visibilitychange", come);
addEventListener("focus", come);
addEventListener("pageshow", come);
addEventListener("pagehide", leave);
come();

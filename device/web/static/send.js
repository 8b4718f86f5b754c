// Sends requests; the header proves that they come from one of our own pages.

import { at } from "./root.js";

/** Sends JSON; returns the answer (a Blob if it is a picture), or {error} in words. */
export function send(path, body = {}, method = "POST") {
  return exchange(path, {
    method,
    headers: { "Content-Type": "application/json", "X-Moodlift": "page" },
    body: JSON.stringify(body),
  });
}

/** Sends a picture (a Blob); returns the answer as `send` does. */
export const sendPicture = (path, picture) =>
  exchange(path, { method: "POST", headers: { "Content-Type": picture.type, "X-Moodlift": "page" }, body: picture });

/** Requests JSON; returns it, or {error} in words. */
export const ask = (path) => exchange(path, {});

/** Sends a file as it is; returns the answer, or {error} in words. */
export const sendFile = (path, file) =>
  exchange(path, { method: "POST", headers: { "Content-Type": "application/octet-stream", "X-Moodlift": "page" }, body: file });

async function exchange(path, options) {
  try {
    const answer = await fetch(at(path), options);
    const json = answer.headers.get("Content-Type")?.includes("json");
    const result = await (json ? answer.json() : answer.blob());
    return answer.ok ? result : { ...result, error: result.detail ?? `error ${answer.status}` };
  } catch {
    return { error: "The kiosk does not respond." };
  }
}

// Sends what changes something; the header proves that one of our own pages does.

/** Posts JSON; returns the answer, or {error} in words. */
export async function send(path, body = {}) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Moodlift": "page" },
      body: JSON.stringify(body),
    });
    const told = await answer.json();
    return answer.ok ? told : { error: told.detail ?? `error ${answer.status}` };
  } catch {
    return { error: "The kiosk does not answer." };
  }
}

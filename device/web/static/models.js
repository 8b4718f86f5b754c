// Installs a model, uses an installed one, or goes back; then reloads the page.

import { send, sendFile } from "./send.js";

const CALL = "/api/v1/models";
const wrong = document.getElementById("wrong");
const form = document.getElementById("install");

for (const button of document.querySelectorAll(".use")) {
  button.addEventListener("click", () => change(button, "use", { version: button.dataset.version }));
}
document.getElementById("rollback")?.addEventListener("click", ({ target }) => change(target, "rollback", {}));

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [progress, fault, button] = [document.getElementById("progress"), document.getElementById("install-wrong"), form.querySelector("button")];
  fault.textContent = "";
  progress.textContent = "Validating the model …";
  const { error } = await busy(button, () => sendFile(CALL, form.querySelector("input").files[0]));
  progress.textContent = "";
  if (error) fault.textContent = error;
  else location.reload();
});

async function change(button, what, body) {
  wrong.textContent = "";
  const { error } = await busy(button, () => send(`${CALL}/${what}`, body));
  if (error) wrong.textContent = error;
  else location.reload();
}

async function busy(button, work) {
  button.disabled = true;
  const answer = await work();
  button.disabled = false;
  return answer;
}

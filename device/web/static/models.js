// Installs a model, chooses one that is there, or goes back; then shows the page anew.

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
  const [told, fault, button] = [document.getElementById("told"), document.getElementById("install-wrong"), form.querySelector("button")];
  fault.textContent = "";
  told.textContent = "The model is being checked …";
  const { error } = await busy(button, () => sendFile(CALL, form.querySelector("input").files[0]));
  told.textContent = "";
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

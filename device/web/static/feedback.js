// Deletes crops that people let the kiosk keep: one, or all of them.

import { send } from "./send.js";

const told = document.getElementById("told");
const all = document.getElementById("delete-all");

for (const button of document.querySelectorAll(".kept button")) {
  button.addEventListener("click", () => remove(button, button.value));
}
all?.addEventListener("click", () => {
  if (confirm("Delete every picture for good?")) remove(all, "");
});

async function remove(button, number) {
  button.disabled = true;
  const { error } = await send(`/api/v1/feedback/crops${number && `/${number}`}`, {}, "DELETE");
  if (error) {
    told.textContent = error;
    button.disabled = false;
  } else {
    location.reload();
  }
}

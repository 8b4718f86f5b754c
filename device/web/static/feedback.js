// Deletes one stored crop, or all.

import { send } from "./send.js";

const wrong = document.getElementById("wrong");
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
    wrong.textContent = error;
    button.disabled = false;
  } else {
    location.reload();
  }
}

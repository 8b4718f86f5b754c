// Begins a new baseline today, then reloads the page.

import { send } from "./send.js";

const button = document.getElementById("baseline");

button?.addEventListener("click", async () => {
  button.disabled = true;
  const { error } = await send("/api/v1/model-health/baseline");
  button.disabled = false;
  if (error) document.getElementById("wrong").textContent = error;
  else location.reload();
});

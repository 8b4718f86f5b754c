// Takes what is seen from today on for normal; then shows the page anew.

import { send } from "./send.js";

const button = document.getElementById("normal");

button?.addEventListener("click", async () => {
  button.disabled = true;
  const { error } = await send("/api/v1/watching/normal");
  button.disabled = false;
  if (error) document.getElementById("wrong").textContent = error;
  else location.reload();
});

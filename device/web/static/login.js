import { send } from "./send.js";

const form = document.getElementById("login");
const wrong = document.getElementById("wrong");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  wrong.textContent = "";
  const { error } = await send("/api/v1/login", { token: form.elements.token.value });
  if (error) wrong.textContent = error;
  else location.replace(form.dataset.next);
});

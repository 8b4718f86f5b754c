import { send } from "./send.js";

document.getElementById("aside")?.addEventListener("click", async () => {
  const { error } = await send("/api/v1/settings", {}, "DELETE");
  if (error) document.getElementById("wrong").textContent = error;
  else location.reload();
});

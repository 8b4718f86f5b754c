import { at } from "./root.js";
import { send } from "./send.js";

document.getElementById("logout")?.addEventListener("click", async () => {
  await send("/api/v1/logout");
  location.assign(at("/"));
});

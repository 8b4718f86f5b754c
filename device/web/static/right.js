// "Was I right?": sends the visitor's answer, and asks whether that one picture may be stored.

import { send, sendPicture } from "./send.js";

const THANKS = "Thank you!";

export class Right {
  /** The last picture that was sent, and the emotion that is shown. */
  #sent = null;
  #shown = null;
  /** What is asked about: {picture, felt}. */
  #asked = null;
  #section = document.getElementById("right");

  constructor() {
    if (!this.#section) return;
    for (const button of this.#buttons()) button.addEventListener("click", () => this.#answer(button.value));
    this.#part("drop").addEventListener("click", () => this.#end(THANKS));
    this.#part("keep").addEventListener("click", () => this.#keep());
  }

  /** Remembers what the page shows now; without an emotion there is nothing to answer. */
  update(sent, shown) {
    [this.#sent, this.#shown] = shown ? [sent, shown] : [null, null];
    if (this.#section) this.#part("felt").disabled = !shown;
  }

  async #answer(felt) {
    const [picture, shown] = [this.#sent, this.#shown];
    if (!picture) return;
    this.#end("");
    for (const button of this.#buttons()) button.setAttribute("aria-pressed", button.value === felt);
    const asked = (this.#asked = { picture, felt });
    const { error } = await send("/api/v1/feedback/answer", { shown, felt });
    const crop = error ? { error } : await sendPicture("/api/v1/feedback/crop", picture);
    const bitmap = crop.error ? null : await createImageBitmap(crop);
    if (this.#asked !== asked) return; // another answer came meanwhile
    if (!bitmap) return this.#end(error ?? THANKS);
    this.#part("crop").getContext("2d").drawImage(bitmap, 0, 0);
    this.#part("consent").hidden = false;
    this.#part("drop").focus();
  }

  async #keep() {
    if (!this.#asked) return;
    const { picture, felt } = this.#asked;
    this.#asked = null;
    const { error } = await sendPicture(`/api/v1/feedback/crop?label=${felt}&consent=yes`, picture);
    this.#end(error ?? `${THANKS} The picture is stored.`);
  }

  /** Discards the picture. */
  #end(text) {
    this.#asked = null;
    this.#part("consent").hidden = true;
    const canvas = this.#part("crop");
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    for (const button of this.#buttons()) button.removeAttribute("aria-pressed");
    this.#part("right-status").textContent = text;
  }

  #part(id) {
    return document.getElementById(id);
  }

  #buttons() {
    return this.#section.querySelectorAll("fieldset button");
  }
}

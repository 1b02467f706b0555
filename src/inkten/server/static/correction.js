// A wrong answer is corrected, if the service keeps corrections.

import { guessedText } from "./reading.js";
import { correct } from "./service.js";

const KEPT = "Whoever runs this service then keeps the picture and your text, to measure and improve the reading.";
// What may be typed, and the keyboard for it.
const DIGITS_ONLY = { pattern: "[0-9 \\|]*", inputMode: "numeric", title: "Digits, a space between numbers, | between lines" };
const WITH_SIGNS = { pattern: "[0-9 \\|.,'\\-\\/:+=x\u00f7\\(\\)%\u00bd\u00d7*\u2212\u2013\u2019\\[\\]]*", inputMode: "text", title: "Digits and signs, a space between numbers, | between lines" };

export class Correction {
  #read = null;
  #guess = null;

  constructor(panel) {
    this.panel = panel;
    this.part = (id) => panel.querySelector(`#${id}`);
    this.part("correct").onsubmit = (event) => this.#send(event);
  }

  clear() {
    this.#guess = null;
    this.panel.hidden = true;
  }

  show(read) {
    this.#read = read;
    Object.assign(this.part("truth"), read.options.signs ? WITH_SIGNS : DIGITS_ONLY);
    const guess = guessedText(read.reading);
    if (guess === this.#guess) return; // a late reading that says the same leaves what is typed
    this.#guess = guess;
    this.panel.hidden = false;
    this.panel.open = false;
    this.part("truth").value = guess;
    this.part("kept").textContent = KEPT;
  }

  async #send(event) {
    event.preventDefault();
    const { picture, options } = this.#read;
    try {
      await correct(picture, this.part("truth").value, options);
      this.part("kept").textContent = "Thank you, your correction is kept.";
    } catch (failure) {
      this.part("kept").textContent = failure.message;
    }
  }
}

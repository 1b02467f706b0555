// A wrong answer is corrected, if the service keeps corrections.

import { guessedText } from "./reading.js";
import { correct } from "./service.js";

const KEPT = "Whoever runs this service then keeps the picture and your text, to measure and improve the reading.";

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

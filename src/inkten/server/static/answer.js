// The answer: the text, digit by digit and sign by sign, and how sure it is; or why there is none.

import { isSign, isUnsure, nameOf, partsOf, partsOfNumber, percent, textOf, verdict } from "./reading.js";

const START = "Write a digit or a number. It is read while you write.";
const READING = "Reading \u2026";
const BUSY = "Many pictures are being read. Yours is next \u2026";
const NONE = "No digit found. Larger or darker digits may help.";

export class Answer {
  #parts = null; // digits and signs of the reading that is shown
  #buttons = [];
  #chosen = 0;

  onChoose = () => {};

  constructor(card) {
    this.card = card;
    this.part = (id) => card.querySelector(`#${id}`);
    this.part("reading").addEventListener("keydown", (event) => this.#moveChoice(event));
  }

  clear() { this.#empty(START); }

  wait({ isBusy = false } = {}) {
    this.card.classList.add("stale");
    if (!this.#parts) this.part("nothing").textContent = isBusy ? BUSY : READING;
  }

  // `remedy` is the button that helps: again, another (picture) or unlock.
  fail({ message, remedy }) {
    this.#empty(message);
    this.card.classList.add("failed");
    this.part(remedy).hidden = false;
    this.#announce(message);
  }

  show({ reading }) {
    this.#empty("");
    this.#parts = partsOf(reading);
    if (!this.#parts.length) {
      const guess = reading.best_guess;
      const words = guess ? `No digit found. Perhaps a ${guess.guess}, ${percent(guess.confidence)} sure.` : NONE;
      this.part("nothing").textContent = words;
      this.#announce(words);
      return;
    }
    const { isSure, words } = verdict(reading);
    this.card.classList.toggle("unsure", !isSure);
    this.part("confidence").textContent = words;
    this.#write(reading);
    this.#announce(`Reads ${reading.text.replaceAll("\n", ", next line ")}, ${words}.`);
  }

  choose(index) {
    this.#chosen = index;
    this.#buttons.forEach((button, i) => {
      button.setAttribute("aria-checked", i === index);
      button.tabIndex = i === index ? 0 : -1;
    });
  }

  #empty(words) {
    this.card.classList.remove("stale", "failed", "unsure");
    this.#parts = null;
    this.#buttons = [];
    this.part("reading").replaceChildren();
    this.part("confidence").textContent = "";
    this.part("nothing").textContent = words;
    for (const id of ["again", "another", "unlock"]) this.part(id).hidden = true;
  }

  #write(reading) {
    const box = this.part("reading");
    const count = this.#parts.length + reading.lines.length;
    box.className = `reading ${count <= 5 ? "" : count <= 12 ? "few" : count <= 40 ? "many" : "crowd"}`;
    box.replaceChildren(...reading.lines.map((line) => group("line", line.map(
      (number) => group("number", partsOfNumber(number).map((part) => this.#button(part))),
    ))));
  }

  #button(part) {
    const index = this.#buttons.length;
    const button = document.createElement("button");
    button.type = "button";
    button.className = isSign(part) ? "digit sign" : "digit";
    button.setAttribute("role", "radio");
    button.textContent = textOf(part);
    if (isUnsure(part)) {
      button.classList.add("unsure");
      button.append(Object.assign(document.createElement("sup"), { textContent: "?" }));
    }
    button.ariaLabel = `${isUnsure(part) ? "perhaps " : ""}${nameOf(part)}, ${percent(part.confidence)} sure`;
    button.onclick = () => this.onChoose(index);
    this.#buttons.push(button);
    return button;
  }

  #moveChoice(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const count = this.#buttons.length;
    this.onChoose((this.#chosen + step + count) % count);
    this.#buttons[this.#chosen].focus();
  }

  #announce(words) { this.part("announcement").textContent = words; }
}

function group(name, children) {
  const div = document.createElement("div");
  div.className = name;
  div.append(...children);
  return div;
}

// The answer: the text, its confidence, and the probabilities of the chosen digit.

import { isUnsure } from "./marks.js";

const START = "Write a digit or a number. It is read while you write.";
const READING = "Reading \u2026";
const NONE = "No digit found. Larger or darker digits may help.";

export class Answer {
  #reading = null;
  #digits = [];
  #buttons = [];
  #bars = [];
  #chosen = 0;

  onChoose = () => {};

  constructor(card) {
    this.card = card;
    this.part = (id) => card.querySelector(`#${id}`);
    this.#bars = makeBars(this.part("probabilities"));
    this.part("reading").addEventListener("keydown", (event) => this.#moveChoice(event));
    this.part("copy").onclick = () => this.#copy();
    this.part("save").onclick = () => this.#save();
  }

  clear() { this.#empty(START); }

  wait() {
    this.card.classList.add("stale");
    if (!this.#reading) this.part("nothing").textContent = READING;
  }

  fail({ message, needsOtherPicture }) {
    this.#empty(message);
    this.card.classList.add("failed");
    this.part(needsOtherPicture ? "another" : "again").hidden = false;
    this.#announce(message);
  }

  show(reading) {
    const before = this.#digits.length;
    this.#empty("");
    this.#reading = reading;
    this.#digits = reading.lines.flat().flatMap((number) => number.digits);
    this.part("copy").hidden = this.#digits.length === 0;
    this.part("save").hidden = false;
    if (!this.#digits.length) {
      const guess = reading.best_guess;
      const words = guess ? `No digit found. Perhaps a ${guess.guess}, ${percent(guess.confidence)} sure.` : NONE;
      this.part("nothing").textContent = words;
      this.#announce(words);
      return;
    }
    const unsure = this.#digits.filter(isUnsure).length;
    this.card.classList.toggle("unsure", unsure > 0);
    this.part("confidence").textContent = unsure ? countUnsure(unsure, this.#digits.length) : `${percent(reading.confidence)} sure`;
    this.#writeDigits(reading);
    this.#announce(`Reads ${reading.text.replaceAll("\n", ", next line ")}, ${this.part("confidence").textContent}.`);
    // A new digit is chosen; otherwise the choice stays.
    this.choose(this.#digits.length > before ? this.#digits.length - 1 : Math.min(this.#chosen, this.#digits.length - 1));
  }

  choose(index) {
    this.#chosen = index;
    this.#buttons.forEach((button, i) => {
      button.setAttribute("aria-checked", i === index);
      button.tabIndex = i === index ? 0 : -1;
    });
    this.#showDetails(this.#digits[index]);
    this.onChoose(index);
  }

  #empty(words) {
    this.card.classList.remove("stale", "failed", "unsure");
    this.#reading = null;
    this.#digits = [];
    this.#buttons = [];
    this.part("reading").replaceChildren();
    this.part("confidence").textContent = "";
    this.part("nothing").textContent = words;
    for (const id of ["copy", "save", "again", "another", "details"]) this.part(id).hidden = true;
  }

  #writeDigits(reading) {
    const box = this.part("reading");
    const count = this.#digits.length + reading.lines.length;
    box.className = `reading ${count <= 5 ? "" : count <= 12 ? "few" : count <= 40 ? "many" : "crowd"}`;
    box.replaceChildren(...reading.lines.map((line) => group("line", line.map(
      (number) => group("number", number.digits.map((digit) => this.#button(digit))),
    ))));
  }

  #button(digit) {
    const index = this.#buttons.length;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "digit";
    button.setAttribute("role", "radio");
    button.textContent = digit.guess;
    if (isUnsure(digit)) {
      button.classList.add("unsure");
      button.append(Object.assign(document.createElement("sup"), { textContent: "?" }));
    }
    button.ariaLabel = `${isUnsure(digit) ? "perhaps " : ""}${digit.guess}, ${percent(digit.confidence)} sure`;
    button.onclick = () => this.choose(index);
    this.#buttons.push(button);
    return button;
  }

  #moveChoice(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const count = this.#buttons.length;
    this.choose((this.#chosen + step + count) % count);
    this.#buttons[this.#chosen].focus();
  }

  #showDetails(digit) {
    this.part("details").hidden = false;
    this.part("tile").src = digit.tile;
    this.part("tile").alt = `The ${digit.guess} as 28 by 28 pixels, white on black`;
    [...digit.probabilities, digit.no_digit].forEach((probability, i) => {
      const { row, bar, label } = this.#bars[i];
      row.classList.toggle("best", i === digit.guess);
      bar.style.width = `${probability * 100}%`;
      label.textContent = percent(probability);
    });
  }

  #announce(words) { this.part("announcement").textContent = words; }

  async #copy() {
    const { text } = this.#reading;
    try {
      await navigator.clipboard.writeText(text);
    } catch { // over plain HTTP the browser does not allow it
      const field = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    const button = this.part("copy");
    button.textContent = "Copied";
    this.#announce("Copied.");
    setTimeout(() => { button.textContent = "Copy text"; }, 1500);
  }

  #save() {
    const file = new Blob([JSON.stringify(this.#reading, null, 2)], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = "reading.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href));
  }
}

function countUnsure(unsure, count) {
  if (count === 1) return "Not sure";
  return unsure === count ? "Not sure of any" : `Not sure of ${unsure} of ${count}`;
}

// Never 100 % or 0 %: nothing is that certain.
function percent(probability) {
  if (probability > 0.995) return "> 99 %";
  return probability < 0.005 ? "< 1 %" : `${Math.round(probability * 100)} %`;
}

function group(name, children) {
  const div = document.createElement("div");
  div.className = name;
  div.append(...children);
  return div;
}

function makeBars(list) {
  return ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "No digit"].map((name, i) => {
    const row = document.createElement("li");
    const title = Object.assign(document.createElement("span"), { textContent: name });
    const track = document.createElement("i");
    const bar = document.createElement("b");
    const label = document.createElement("span");
    track.append(bar);
    row.append(title, ...(i < 10 ? [track] : []), label);
    row.classList.toggle("none", i === 10);
    list.append(row);
    return { row, bar, label };
  });
}

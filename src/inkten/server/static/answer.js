// The answer: its text, how sure it is, and each digit's chances.

import { isUnsure } from "./marks.js";

const WRITE = "Write a digit or a number. It is read while you write.";
const READING = "Reading \u2026";
const NONE = "No digit found. Larger, darker or less crowded may help.";

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
    this.#bars = makeBars(this.part("chances"));
    this.part("reading").addEventListener("keydown", (event) => this.#walk(event));
    this.part("copy").onclick = () => this.#copy();
    this.part("save").onclick = () => this.#save();
  }

  clear() { this.#empty(WRITE); }

  wait() {
    this.card.classList.add("stale");
    if (!this.#reading) this.part("nothing").textContent = READING;
  }

  fail({ message }) {
    this.#empty(message);
    this.card.classList.add("failed");
    this.part("again").hidden = false;
    this.#say(message);
  }

  tell(reading) {
    const before = this.#digits.length;
    this.#empty("");
    this.#reading = reading;
    this.#digits = reading.lines.flat().flatMap((number) => number.digits);
    this.part("copy").hidden = this.#digits.length === 0;
    this.part("save").hidden = false;
    if (!this.#digits.length) {
      const guess = reading.best_guess;
      const words = guess ? `No digit found. Nearest to one: a ${guess.guess}, ${percent(guess.confidence)} sure.` : NONE;
      this.part("nothing").textContent = words;
      this.#say(words);
      return;
    }
    const unsure = this.#digits.filter(isUnsure).length;
    this.card.classList.toggle("unsure", unsure > 0);
    this.part("belief").textContent = unsure ? doubt(unsure, this.#digits.length) : `${percent(reading.confidence)} sure`;
    this.#write(reading);
    this.#say(`Reads ${reading.text.replaceAll("\n", ", next line ")}, ${this.part("belief").textContent}.`);
    // A digit that is added is looked at; else the eye stays where it was.
    this.choose(this.#digits.length > before ? this.#digits.length - 1 : Math.min(this.#chosen, this.#digits.length - 1));
  }

  choose(index) {
    this.#chosen = index;
    this.#buttons.forEach((button, i) => {
      button.setAttribute("aria-checked", i === index);
      button.tabIndex = i === index ? 0 : -1;
    });
    this.#detail(this.#digits[index]);
    this.onChoose(index);
  }

  #empty(words) {
    this.card.classList.remove("stale", "failed", "unsure");
    this.#reading = null;
    this.#digits = [];
    this.#buttons = [];
    this.part("reading").replaceChildren();
    this.part("belief").textContent = "";
    this.part("nothing").textContent = words;
    for (const id of ["copy", "save", "again", "details"]) this.part(id).hidden = true;
  }

  #write(reading) {
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

  #walk(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const count = this.#buttons.length;
    this.choose((this.#chosen + step + count) % count);
    this.#buttons[this.#chosen].focus();
  }

  #detail(digit) {
    this.part("details").hidden = false;
    this.part("tile").src = digit.tile;
    this.part("tile").alt = `The ${digit.guess} as 28 by 28 pixels, white on black`;
    [...digit.probabilities, digit.no_digit].forEach((chance, i) => {
      const { row, bar, told } = this.#bars[i];
      row.classList.toggle("best", i === digit.guess);
      bar.style.width = `${chance * 100}%`;
      told.textContent = percent(chance);
    });
  }

  #say(words) { this.part("spoken").textContent = words; }

  async #copy() {
    const { text } = this.#reading;
    try {
      await navigator.clipboard.writeText(text);
    } catch { // a page over plain HTTP may not use the clipboard so
      const field = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    const button = this.part("copy");
    button.textContent = "Copied";
    this.#say("Copied.");
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

function doubt(unsure, of) {
  if (of === 1) return "Not sure";
  return unsure === of ? "Not sure of any" : `Not sure of ${unsure} of ${of}`;
}

// Never 100 % or 0 %: nothing is that certain.
function percent(chance) {
  if (chance > 0.995) return "> 99 %";
  return chance < 0.005 ? "< 1 %" : `${Math.round(chance * 100)} %`;
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
    const label = Object.assign(document.createElement("span"), { textContent: name });
    const rail = document.createElement("i");
    const bar = document.createElement("b");
    const told = document.createElement("span");
    rail.append(bar);
    row.append(label, ...(i < 10 ? [rail] : []), told);
    row.classList.toggle("none", i === 10);
    list.append(row);
    return { row, bar, told };
  });
}

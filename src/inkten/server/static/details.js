// The chosen digit: what the network sees of it, and what it could be.

import { digitsOf, percent } from "./reading.js";

const LEAST = 0.01; // a value of lower probability has no row of its own

export class Details {
  #digits = [];

  constructor(panel) {
    this.panel = panel;
    this.part = (id) => panel.querySelector(`#${id}`);
  }

  clear() {
    this.#digits = [];
    this.panel.hidden = true;
  }

  show({ reading }) {
    this.#digits = digitsOf(reading);
    this.panel.hidden = this.#digits.length === 0;
  }

  choose(index) {
    const digit = this.#digits[index];
    this.part("tile").src = digit.tile;
    this.part("tile").alt = `The ${digit.guess} as 28 by 28 pixels, white on black`;
    const rows = [...digit.probabilities.map((probability, value) => [value, probability]), ["No digit", digit.no_digit]]
      .filter(([value, probability]) => probability >= LEAST || value === digit.guess)
      .sort(([, a], [, b]) => b - a)
      .map(([value, probability]) => row(value, probability, value === digit.guess));
    const rest = row("Anything else", LEAST / 10);
    rest.className = "rest";
    this.part("probabilities").replaceChildren(...rows, rest);
  }
}

function row(value, probability, isBest = false) {
  const [item, name, track, bar, label] = ["li", "span", "i", "b", "span"].map((tag) => document.createElement(tag));
  item.classList.toggle("best", isBest);
  name.textContent = value;
  bar.style.width = `${probability * 100}%`;
  label.textContent = percent(probability);
  track.append(bar);
  item.append(name, track, label);
  return item;
}

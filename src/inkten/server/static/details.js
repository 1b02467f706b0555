// The chosen digit: what the network sees of it, and what it could be. Or the chosen sign.

import { cutOut } from "./cut.js";
import { isSign, nameOf, partsOf, percent } from "./reading.js";

const LEAST = 0.01; // a value of lower probability has no row of its own

export class Details {
  #read = null;

  constructor(panel) {
    this.panel = panel;
    this.part = (id) => panel.querySelector(`#${id}`);
  }

  clear() {
    this.#read = null;
    this.panel.hidden = true;
  }

  show(read) {
    this.#read = read;
    this.panel.hidden = read.reading.lines.length === 0;
  }

  choose(index) {
    const part = partsOf(this.#read.reading)[index];
    this.part("tile").classList.toggle("cutting", isSign(part));
    this.part("tile-caption").innerText = isSign(part) ? "Where it\nstands" : "What the\nnetwork sees";
    if (isSign(part)) this.#writeSign(part);
    else this.#writeDigit(part);
  }

  #writeDigit(digit) {
    this.part("tile").src = digit.tile;
    this.part("tile").alt = `The ${digit.guess} as 28 by 28 pixels, white on black`;
    this.part("tile").parentElement.hidden = false;
    const rows = [...digit.probabilities.map((probability, value) => [value, probability]), ["No digit", digit.no_digit]]
      .filter(([value, probability]) => probability >= LEAST || value === digit.guess)
      .sort(([, a], [, b]) => b - a)
      .map(([value, probability]) => row(value, probability, value === digit.guess));
    this.#writeRows(rows, LEAST / 10);
  }

  // A sign is small: it is shown between its neighbours.
  #writeSign(sign) {
    const { reading, hasPreview, toCanvas } = this.#read;
    if (hasPreview) {
      const around = squareAround(sign, reading);
      this.part("tile").src = cutOut(toCanvas(), { box: around }, reading).toDataURL();
      this.part("tile").alt = `The ${nameOf(sign)} on the picture`;
    }
    this.part("tile").parentElement.hidden = !hasPreview;
    this.#writeRows([row(nameOf(sign), sign.confidence, true)], 1 - sign.confidence);
  }

  #writeRows(rows, remaining) {
    const rest = row("Anything else", remaining);
    rest.className = "rest";
    this.part("probabilities").replaceChildren(...rows, rest);
  }
}

// A square around a sign, as high as its number.
function squareAround(sign, reading) {
  const number = reading.lines.flat().find(({ signs }) => signs.includes(sign));
  const side = Math.max(number.box.height, sign.box.width, sign.box.height);
  const x = sign.box.x + (sign.box.width - side) / 2;
  return { x, y: number.box.y, width: side, height: side };
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

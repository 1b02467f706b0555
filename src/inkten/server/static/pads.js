// Five small sheets for each digit: to write the digits that are taught.

import { Sheet } from "./sheet.js";

const COUNT = 5;
const PEN = 0.075; // of a pad's width
const SVG = "http://www.w3.org/2000/svg";

export class Pads {
  #rows = new Map(); // by digit: its row and its pads

  onChange = () => {};

  constructor(box) { this.box = box; }

  // { picture, text } of each pad that has ink.
  get examples() {
    return [...this.#rows].flatMap(([digit, { pads }]) => pads
      .filter(({ picture }) => picture)
      .map(({ picture }) => ({ picture, text: String(digit) })));
  }

  count(digit) {
    return this.#rows.get(digit)?.pads.filter(({ picture }) => picture).length ?? 0;
  }

  show(digit) {
    if (!this.#rows.has(digit)) this.#rows.set(digit, this.#row(digit));
    for (const [each, { row }] of this.#rows) row.hidden = each !== digit;
  }

  clear(digit) {
    for (const pad of this.#rows.get(digit).pads) {
      pad.sheet.clear();
      pad.picture = null;
    }
    this.onChange();
  }

  #row(digit) {
    const row = document.createElement("div");
    row.className = "pads";
    const pads = Array.from({ length: COUNT }, (_, index) => this.#pad(row, `A ${digit}, box ${index + 1} of ${COUNT}`));
    this.box.append(row);
    return { row, pads };
  }

  #pad(row, name) {
    const [box, canvas] = ["div", "canvas"].map((tag) => document.createElement(tag));
    const pen = document.createElementNS(SVG, "svg");
    pen.setAttribute("class", "pen");
    pen.setAttribute("viewBox", "0 0 24 24");
    pen.append(document.createElementNS(SVG, "circle"));
    for (const [key, value] of [["cx", 12], ["cy", 12], ["r", 7]]) pen.firstChild.setAttribute(key, value);
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.ariaLabel = name;
    canvas.setAttribute("aria-describedby", "drawing-help");
    box.append(canvas, pen);
    row.append(box);
    const sheet = new Sheet(canvas, pen);
    sheet.pen = PEN;
    canvas.onkeydown = (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
      event.stopPropagation(); // it is not the large sheet's
      event.preventDefault();
      if (event.shiftKey) sheet.redo();
      else sheet.undo();
    };
    const pad = { sheet, picture: null };
    sheet.onChange = async () => {
      pad.picture = await sheet.toPicture();
      this.onChange();
    };
    return pad;
  }
}

// A box around each digit and sign with its value, over the drawing or the picture.

import { isUnsure, partsOf, textOf } from "./reading.js";

const SVG = "http://www.w3.org/2000/svg";
const [LEAST_PAD, MOST_PAD, PAD] = [2, 12, 0.1]; // px; share of the digit's height
const LEAST_LABELLED = 13; // px: smaller digits would be hidden by their labels

// Where the box and the label of each digit or sign are, in px of a picture shown at
// `scale`. A box keeps clear of its ink, so that no line cuts it, and of its neighbours.
export function placesOf(parts, scale) {
  const boxes = parts.map(({ box }) => ({
    left: box.x * scale, top: box.y * scale, right: (box.x + box.width) * scale, bottom: (box.y + box.height) * scale,
  }));
  return boxes.map((box, index) => {
    const high = box.bottom - box.top;
    const pad = Math.min(Math.max(high * PAD, LEAST_PAD), MOST_PAD);
    const x = box.left - Math.min(pad, halfGap(boxes[index - 1], box));
    const right = box.right + Math.min(pad, halfGap(box, boxes[index + 1]));
    const y = box.top - pad;
    const height = high + 2 * pad;
    const size = Math.min(Math.max(high * 0.3, 10), 20);
    const labelY = y > size + 4 ? y - 4 : y + height + size;
    return { x, y, width: right - x, height, size, labelY, isLabelled: high >= LEAST_LABELLED };
  });
}

// Between one and the next beside it; boundless if that is elsewhere.
function halfGap(left, right) {
  const areBeside = left && right && left.left < right.left && left.top < right.bottom && right.top < left.bottom;
  return areBeside ? Math.max((right.left - left.right) / 2 - 1, LEAST_PAD / 2) : Infinity;
}

export class Marks {
  #parts = [];
  #marks = [];
  #canvas = null;
  #width = 1; // of the picture that was read, px

  onChoose = () => {};

  constructor(svg) {
    this.svg = svg;
    new ResizeObserver(() => this.#place()).observe(svg.parentElement);
  }

  clear() {
    this.#parts = [];
    this.#marks = [];
    this.svg.replaceChildren();
  }

  show({ reading, canvas }) {
    this.#canvas = canvas;
    this.#width = reading.width;
    this.#parts = partsOf(reading);
    this.#marks = this.#parts.map((part, index) => this.#mark(part, index));
    this.svg.replaceChildren(...this.#marks);
    this.#place();
  }

  choose(index) {
    this.#marks.forEach((mark, i) => mark.classList.toggle("chosen", i === index));
  }

  #mark(part, index) {
    const [mark, rect, label] = ["g", "rect", "text"].map((tag) => document.createElementNS(SVG, tag));
    mark.classList.toggle("unsure", isUnsure(part));
    label.textContent = `${textOf(part)}${isUnsure(part) ? "?" : ""}`;
    rect.onclick = () => this.onChoose(index);
    rect.setAttribute("rx", 3);
    mark.append(rect, label);
    return mark;
  }

  // The boxes follow the picture, wherever it is on the sheet.
  #place() {
    if (!this.#canvas || !this.#marks.length) return;
    const sheet = this.svg.parentElement.getBoundingClientRect();
    const picture = this.#canvas.getBoundingClientRect();
    const { style } = this.svg;
    style.left = `${picture.left - sheet.left - this.svg.parentElement.clientLeft}px`;
    style.top = `${picture.top - sheet.top - this.svg.parentElement.clientTop}px`;
    style.width = `${picture.width}px`;
    style.height = `${picture.height}px`;
    const places = placesOf(this.#parts, picture.width / this.#width);
    this.#marks.forEach((mark, index) => {
      const place = places[index];
      const [rect, label] = mark.children;
      for (const name of ["x", "y", "width", "height"]) rect.setAttribute(name, place[name]);
      label.setAttribute("x", place.x);
      label.setAttribute("y", place.labelY);
      label.setAttribute("font-size", place.size);
      label.style.display = place.isLabelled ? "" : "none";
    });
  }
}

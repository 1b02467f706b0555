// A box around each digit, over the drawing or the picture.

const SVG = "http://www.w3.org/2000/svg";

export class Marks {
  #boxes = [];
  #canvas = null;

  onChoose = () => {};

  constructor(svg) {
    this.svg = svg;
    new ResizeObserver(() => this.#place()).observe(svg.parentElement);
  }

  clear() {
    this.#boxes = [];
    this.svg.replaceChildren();
  }

  draw(reading, canvas) {
    this.#canvas = canvas;
    this.svg.setAttribute("viewBox", `0 0 ${reading.width} ${reading.height}`);
    this.#boxes = reading.lines.flat().flatMap((number) => number.digits).map(boxOf);
    this.#boxes.forEach((box, index) => { box.onclick = () => this.onChoose(index); });
    this.svg.replaceChildren(...this.#boxes);
    this.#place();
  }

  choose(index) {
    this.#boxes.forEach((box, i) => box.classList.toggle("chosen", i === index));
  }

  // The boxes follow the picture, wherever it is on the sheet.
  #place() {
    if (!this.#canvas) return;
    const sheet = this.svg.parentElement.getBoundingClientRect();
    const picture = this.#canvas.getBoundingClientRect();
    const { style } = this.svg;
    style.left = `${picture.left - sheet.left}px`;
    style.top = `${picture.top - sheet.top}px`;
    style.width = `${picture.width}px`;
    style.height = `${picture.height}px`;
  }
}

function boxOf(digit) {
  const rect = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries(digit.box)) rect.setAttribute(name, value);
  rect.classList.toggle("unsure", isUnsure(digit));
  return rect;
}

// Read as "?" by the service, or more likely wrong than right.
export function isUnsure(digit) { return digit.value === null || digit.confidence < 0.5; }

// A box around every digit, over the drawing or the picture.

const SVG = "http://www.w3.org/2000/svg";

export class Marks {
  #boxes = [];
  #under = null;

  onChoose = () => {};

  constructor(svg) {
    this.svg = svg;
    new ResizeObserver(() => this.#place()).observe(svg.parentElement);
  }

  clear() {
    this.#boxes = [];
    this.svg.replaceChildren();
  }

  draw(reading, under) {
    this.#under = under;
    this.svg.setAttribute("viewBox", `0 0 ${reading.width} ${reading.height}`);
    this.#boxes = reading.lines.flat().flatMap((number) => number.digits).map(boxOf);
    this.#boxes.forEach((box, index) => { box.onclick = () => this.onChoose(index); });
    this.svg.replaceChildren(...this.#boxes);
    this.#place();
  }

  choose(index) {
    this.#boxes.forEach((box, i) => box.classList.toggle("chosen", i === index));
  }

  // The boxes lie over the picture itself, wherever in the sheet it stands.
  #place() {
    if (!this.#under) return;
    const outer = this.svg.parentElement.getBoundingClientRect();
    const inner = this.#under.getBoundingClientRect();
    const { style } = this.svg;
    style.left = `${inner.left - outer.left}px`;
    style.top = `${inner.top - outer.top}px`;
    style.width = `${inner.width}px`;
    style.height = `${inner.height}px`;
  }
}

function boxOf(digit) {
  const rect = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries(digit.box)) rect.setAttribute(name, value);
  rect.classList.toggle("unsure", isUnsure(digit));
  return rect;
}

// What the service answers as "?", or believes less than even.
export function isUnsure(digit) { return digit.value === null || digit.confidence < 0.5; }

// The drawing surface: strokes by mouse, finger, pen or keyboard, undone and redone.

import { paint, toCanvas } from "./ink.js";

const STEP = 0.012; // of the keyboard's pen, as a fraction of the sheet's width
const ERASER = 3; // times as wide as the pen
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Sheet {
  #strokes = []; // replaced, never changed, so that #past and #future can hold them
  #past = [];
  #future = [];
  #stroke = null; // the unfinished one
  #cursor = { x: 0.3, y: 0.2, isDown: false, isShown: false }; // the keyboard's pen

  pen = 0.024; // width, as a fraction of the sheet's
  erases = false;

  onMove = () => {}; // a stroke grows
  onChange = () => {}; // a stroke ends, or is undone or redone

  constructor(canvas, pen) {
    this.canvas = canvas;
    this.penMark = pen;
    canvas.addEventListener("pointerdown", (event) => this.#start(event));
    canvas.addEventListener("pointermove", (event) => this.#extend(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(end, (event) => event.isPrimary && this.#end());
    }
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => this.#dropKeyboardPen());
    new ResizeObserver(() => this.#fit()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#paint());
  }

  get isEmpty() { return this.#strokes.length === 0; }
  get isDrawing() { return this.#stroke !== null; }
  get canUndo() { return this.#past.length > 0; }
  get canRedo() { return this.#future.length > 0; }

  // Takes all ink away; it comes back with undo.
  clear() {
    this.#dropKeyboardPen();
    this.#stroke = null;
    if (!this.isEmpty) this.#become([]);
    this.#paint();
  }

  undo() { this.#travel(this.#past, this.#future); }
  redo() { this.#travel(this.#future, this.#past); }

  // A PNG; null if nothing is drawn.
  async toPicture() {
    const canvas = this.toCanvas();
    return canvas && new Promise((done) => { canvas.toBlob(done, "image/png"); });
  }

  toCanvas(width) {
    const { clientWidth, clientHeight } = this.canvas;
    return toCanvas(this.#strokes, clientHeight / clientWidth, width);
  }

  // ---- strokes

  #become(strokes) {
    this.#past.push(this.#strokes);
    this.#future = [];
    this.#strokes = strokes;
  }

  #travel(from, to) {
    if (!from.length) return;
    this.#liftKeyboardPen();
    to.push(this.#strokes);
    this.#strokes = from.pop();
    this.#paint();
    this.onChange();
  }

  #startStroke(point) {
    this.#stroke = { points: [point], pen: this.pen * (this.erases ? ERASER : 1), erases: this.erases };
    this.#become([...this.#strokes, this.#stroke]);
  }

  // ---- mouse, finger, pen

  #start(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    this.#dropKeyboardPen();
    this.canvas.setPointerCapture(event.pointerId);
    this.#startStroke(this.#point(event));
    this.#paint();
    this.onMove();
  }

  #extend(event) {
    if (!this.#stroke || this.#cursor.isDown || !event.isPrimary) return;
    // A fast hand makes more points than the screen shows frames; all count.
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) this.#stroke.points.push(this.#point(each));
    this.#paint();
    this.onMove();
  }

  #end() {
    if (!this.#stroke || this.#cursor.isDown) return;
    this.#stroke = null;
    this.onChange();
  }

  #point({ clientX, clientY, pressure, pointerType }) {
    const { left, top, width } = this.canvas.getBoundingClientRect();
    const thickness = pointerType === "pen" ? 0.5 + pressure : 1;
    return { x: (clientX - left) / width, y: (clientY - top) / width, thickness };
  }

  // ---- the keyboard

  #key(event) {
    const arrow = ARROWS[event.key];
    if (arrow) this.#moveKeyboardPen(arrow, event.shiftKey ? 4 * STEP : STEP);
    else if (event.key === " ") this.#pressKeyboardPen();
    else return;
    event.preventDefault();
  }

  #moveKeyboardPen([right, down], step) {
    const cursor = this.#cursor;
    const height = this.canvas.clientHeight / this.canvas.clientWidth;
    cursor.isShown = true;
    cursor.x = Math.min(Math.max(cursor.x + right * step, 0), 1);
    cursor.y = Math.min(Math.max(cursor.y + down * step, 0), height);
    if (cursor.isDown) {
      this.#stroke.points.push({ x: cursor.x, y: cursor.y, thickness: 1 });
      this.onMove();
    }
    this.#paint();
  }

  #pressKeyboardPen() {
    const cursor = this.#cursor;
    cursor.isShown = true;
    if (cursor.isDown) {
      this.#liftKeyboardPen();
      this.onChange();
    } else {
      cursor.isDown = true;
      this.#startStroke({ x: cursor.x, y: cursor.y, thickness: 1 });
      this.onMove();
    }
    this.#paint();
  }

  #liftKeyboardPen() {
    this.#cursor.isDown = false;
    this.#stroke = null;
    this.#showKeyboardPen();
  }

  #dropKeyboardPen() {
    if (this.#cursor.isDown) this.#liftKeyboardPen();
    this.#cursor.isShown = false;
    this.#showKeyboardPen();
  }

  #showKeyboardPen() {
    this.penMark.toggleAttribute("hidden", !this.#cursor.isShown);
    this.penMark.classList.toggle("down", this.#cursor.isDown);
    this.penMark.style.left = `${this.#cursor.x * 100}%`;
    this.penMark.style.top = `${this.#cursor.y * this.canvas.clientWidth}px`;
  }

  // ---- on the screen

  #fit() {
    const { clientWidth, clientHeight } = this.canvas;
    if (!clientWidth) return;
    this.canvas.width = Math.round(clientWidth * devicePixelRatio);
    this.canvas.height = Math.round(clientHeight * devicePixelRatio);
    this.#paint();
  }

  #paint() {
    const surface = this.canvas.getContext("2d");
    surface.clearRect(0, 0, this.canvas.width, this.canvas.height);
    paint(surface, this.#strokes, this.canvas.width, getComputedStyle(this.canvas).color);
    this.#showKeyboardPen();
  }
}

// The drawing surface: strokes by mouse, finger, pen or keyboard, and the picture of them.

const PEN = 0.024; // width of the pen, as a fraction of the sheet's
const SENT_WIDTH = 400; // px of the picture that is sent: enough to read digits well
const STEP = 0.012; // of the keyboard's pen, as a fraction of the sheet's width
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Sheet {
  // Points are fractions of the sheet's width, so strokes survive a change of its size.
  #strokes = [];
  #stroke = null; // the unfinished one
  #pen = { x: 0.3, y: 0.2, down: false, shown: false }; // the keyboard's

  onMove = () => {}; // a stroke grows
  onChange = () => {}; // a stroke ends, or is removed

  constructor(canvas, pen) {
    this.canvas = canvas;
    this.pen = pen;
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

  clear() {
    this.#strokes = [];
    this.#stroke = null;
    this.#dropKeyboardPen();
    this.#paint();
  }

  undo() {
    if (this.isEmpty) return;
    this.#strokes.pop();
    this.#stroke = null;
    this.#liftKeyboardPen();
    this.#paint();
    this.onChange();
  }

  // A PNG, black on white in any theme; null if nothing is drawn.
  async toPicture() {
    if (this.isEmpty) return null;
    const { clientWidth, clientHeight } = this.canvas;
    const picture = document.createElement("canvas");
    picture.width = SENT_WIDTH;
    picture.height = Math.round((SENT_WIDTH * clientHeight) / clientWidth);
    const ink = picture.getContext("2d");
    ink.fillStyle = "#fff";
    ink.fillRect(0, 0, picture.width, picture.height);
    paint(ink, this.#strokes, SENT_WIDTH, "#000");
    return new Promise((done) => { picture.toBlob(done, "image/png"); });
  }

  // ---- mouse, finger, pen

  #start(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    this.#dropKeyboardPen();
    this.canvas.setPointerCapture(event.pointerId);
    this.#stroke = [this.#point(event)];
    this.#strokes.push(this.#stroke);
    this.#paint();
    this.onMove();
  }

  #extend(event) {
    if (!this.#stroke || this.#pen.down || !event.isPrimary) return;
    // A fast hand makes more points than the screen shows frames; all count.
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) this.#stroke.push(this.#point(each));
    this.#paint();
    this.onMove();
  }

  #end() {
    if (!this.#stroke || this.#pen.down) return;
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
    if (!arrow && event.key !== " ") return;
    event.preventDefault();
    const pen = this.#pen;
    pen.shown = true;
    if (arrow) {
      const step = STEP * (event.shiftKey ? 4 : 1);
      const height = this.canvas.clientHeight / this.canvas.clientWidth;
      pen.x = Math.min(Math.max(pen.x + step * arrow[0], 0), 1);
      pen.y = Math.min(Math.max(pen.y + step * arrow[1], 0), height);
      if (pen.down) {
        this.#stroke.push({ x: pen.x, y: pen.y, thickness: 1 });
        this.onMove();
      }
    } else if (pen.down) {
      this.#liftKeyboardPen();
      this.onChange();
    } else {
      pen.down = true;
      this.#stroke = [{ x: pen.x, y: pen.y, thickness: 1 }];
      this.#strokes.push(this.#stroke);
      this.onMove();
    }
    this.#paint();
  }

  #liftKeyboardPen() {
    this.#pen.down = false;
    this.#stroke = null;
    this.#showPen();
  }

  #dropKeyboardPen() {
    if (this.#pen.down) this.#liftKeyboardPen();
    this.#pen.shown = false;
    this.#showPen();
  }

  #showPen() {
    this.pen.toggleAttribute("hidden", !this.#pen.shown);
    this.pen.classList.toggle("down", this.#pen.down);
    this.pen.style.left = `${this.#pen.x * 100}%`;
    this.pen.style.top = `${this.#pen.y * this.canvas.clientWidth}px`;
  }

  // ---- ink

  #fit() {
    const { clientWidth, clientHeight } = this.canvas;
    if (!clientWidth) return;
    this.canvas.width = Math.round(clientWidth * devicePixelRatio);
    this.canvas.height = Math.round(clientHeight * devicePixelRatio);
    this.#paint();
  }

  #paint() {
    const ink = this.canvas.getContext("2d");
    ink.clearRect(0, 0, this.canvas.width, this.canvas.height);
    paint(ink, this.#strokes, this.canvas.width, getComputedStyle(this.canvas).color);
    this.#showPen();
  }
}

function paint(ink, strokes, width, color) {
  ink.strokeStyle = ink.fillStyle = color;
  ink.lineCap = ink.lineJoin = "round";
  for (const stroke of strokes) paintStroke(ink, stroke, width);
}

// Curves through the midpoints: a smooth path rather than a polygon.
function paintStroke(ink, stroke, width) {
  const [first] = stroke;
  ink.beginPath();
  ink.arc(first.x * width, first.y * width, (PEN * first.thickness * width) / 2, 0, 7);
  ink.fill();
  let from = first;
  for (let i = 1; i < stroke.length; i += 1) {
    const [last, point] = [stroke[i - 1], stroke[i]];
    const isEnd = i === stroke.length - 1;
    const to = isEnd ? point : { x: (last.x + point.x) / 2, y: (last.y + point.y) / 2 };
    ink.lineWidth = (PEN * width * (last.thickness + point.thickness)) / 2;
    ink.beginPath();
    ink.moveTo(from.x * width, from.y * width);
    ink.quadraticCurveTo(last.x * width, last.y * width, to.x * width, to.y * width);
    ink.stroke();
    from = to;
  }
}

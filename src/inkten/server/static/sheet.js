// The drawing surface: strokes by mouse, finger, pen or keyboard, and their picture.

const PEN = 0.024; // the pen's width, of the sheet's
const SENT_WIDTH = 400; // px of the picture that is sent: digits are read at this size
const STEP = 0.012; // the keyboard's pen moves this far, of the sheet's width
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Sheet {
  // Points are in widths of the sheet, so that strokes stay when its size changes.
  #strokes = [];
  #stroke = null; // the one being drawn
  #pen = { x: 0.3, y: 0.2, down: false, shown: false }; // the keyboard's

  onMove = () => {}; // a stroke grows
  onChange = () => {}; // a stroke ends, or goes

  constructor(canvas, pen) {
    this.canvas = canvas;
    this.pen = pen;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#extend(event));
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => event.isPrimary && this.#end());
    }
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => this.#leave());
    new ResizeObserver(() => this.#fit()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#paint());
  }

  get isEmpty() { return this.#strokes.length === 0; }

  clear() {
    this.#strokes = [];
    this.#stroke = null;
    this.#leave();
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

  // A PNG, black on white whatever the theme; null if nothing is drawn.
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

  #begin(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    this.#leave();
    this.canvas.setPointerCapture(event.pointerId);
    this.#stroke = [this.#point(event)];
    this.#strokes.push(this.#stroke);
    this.#paint();
    this.onMove();
  }

  #extend(event) {
    if (!this.#stroke || this.#pen.down || !event.isPrimary) return;
    // A fast hand makes more points than frames are shown; all count.
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
    const thick = pointerType === "pen" ? 0.5 + pressure : 1;
    return { x: (clientX - left) / width, y: (clientY - top) / width, thick };
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
        this.#stroke.push({ x: pen.x, y: pen.y, thick: 1 });
        this.onMove();
      }
    } else if (pen.down) {
      this.#liftKeyboardPen();
      this.onChange();
    } else {
      pen.down = true;
      this.#stroke = [{ x: pen.x, y: pen.y, thick: 1 }];
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

  #leave() {
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

function paint(ink, strokes, width, colour) {
  ink.strokeStyle = ink.fillStyle = colour;
  ink.lineCap = ink.lineJoin = "round";
  for (const stroke of strokes) paintStroke(ink, stroke, width);
}

// Curves through the middles between points: a hand's path, not its samples.
function paintStroke(ink, stroke, width) {
  const [first] = stroke;
  ink.beginPath();
  ink.arc(first.x * width, first.y * width, (PEN * first.thick * width) / 2, 0, 7);
  ink.fill();
  let from = first;
  for (let i = 1; i < stroke.length; i += 1) {
    const [last, here] = [stroke[i - 1], stroke[i]];
    const isEnd = i === stroke.length - 1;
    const to = isEnd ? here : { x: (last.x + here.x) / 2, y: (last.y + here.y) / 2 };
    ink.lineWidth = (PEN * width * (last.thick + here.thick)) / 2;
    ink.beginPath();
    ink.moveTo(from.x * width, from.y * width);
    ink.quadraticCurveTo(last.x * width, last.y * width, to.x * width, to.y * width);
    ink.stroke();
    from = to;
  }
}

// The picture that was chosen, dropped, pasted or taken, as the page shows it.

const MAX_SIDE = 1600; // px: the page cannot show more

export class Photo {
  #bitmap = null;

  file = null;
  turned = 0; // degrees, clockwise: as it is shown
  #isTurnedByHand = false;

  // How the service shall turn it: as a person chose, else so that its digits are surest.
  get rotation() { return this.#isTurnedByHand ? this.turned : "auto"; }

  constructor(canvas) { this.canvas = canvas; }

  // False if another was chosen, or this one removed, before it could be shown.
  async show(file) {
    this.remove();
    this.file = file;
    let bitmap = null; // stays null for HEIC, TIFF or no picture: the service decides
    try {
      bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch { /* see above */ }
    if (this.file !== file) {
      bitmap?.close();
      return false;
    }
    this.#bitmap = bitmap;
    this.canvas.hidden = false;
    this.canvas.parentElement.classList.toggle("no-preview", !this.#bitmap);
    this.#paint(this.#bitmap ?? { width: 400, height: 300 });
    return true;
  }

  remove() {
    this.#bitmap?.close();
    this.#bitmap = this.file = null;
    this.turned = 0;
    this.#isTurnedByHand = false;
    this.canvas.hidden = true;
    this.canvas.parentElement.classList.remove("no-preview");
  }

  turn() {
    this.#isTurnedByHand = true;
    this.turnTo((this.turned + 90) % 360);
  }

  turnTo(degrees) {
    if (degrees === this.turned) return;
    this.turned = degrees;
    if (this.#bitmap) this.#paint(this.#bitmap);
  }

  // A picture that the browser cannot show is blank paper of the right size.
  fitTo(reading) {
    if (!this.#bitmap) this.#paint(reading, 0);
  }

  #paint(size, turned = this.turned) {
    const zoom = Math.min(1, MAX_SIDE / Math.max(size.width, size.height));
    const [width, height] = [size.width * zoom, size.height * zoom].map(Math.round);
    const isSideways = turned % 180 !== 0;
    this.canvas.width = isSideways ? height : width;
    this.canvas.height = isSideways ? width : height;
    // A small picture is enlarged, pixel by pixel.
    this.canvas.classList.toggle("small", Math.max(width, height) < 200);
    const paint = this.canvas.getContext("2d");
    if (!this.#bitmap) return;
    paint.translate(this.canvas.width / 2, this.canvas.height / 2);
    paint.rotate((turned * Math.PI) / 180);
    paint.drawImage(this.#bitmap, -width / 2, -height / 2, width, height);
  }
}

// The picture that was chosen, dropped, pasted or taken, as the page shows it.

import { openPicture } from "./picture.js";

const SIDE = 1600; // px of the longer side, as painted: the page cannot show more
const PIXELATED = 6; // enlarged as much, a picture shows its pixels rather than blur

export class Photo {
  #bitmap = null;
  #isTurnedByHand = false;

  file = null; // as it was chosen
  sent = null; // as it goes to the service
  turned = 0; // degrees, clockwise: as it is shown

  constructor(canvas) { this.canvas = canvas; }

  // How the service shall turn it: as a person chose, else so that its digits are surest.
  get rotation() { return this.#isTurnedByHand ? this.turned : "auto"; }
  get hasPreview() { return this.#bitmap !== null; }

  // False if another was chosen, or this one removed, before it could be shown.
  async show(file) {
    this.remove();
    this.file = file;
    const opened = await openPicture(file).catch((failure) => {
      if (this.file === file) this.remove();
      throw failure;
    });
    if (this.file !== file) {
      opened.bitmap?.close();
      return false;
    }
    this.#bitmap = opened.bitmap;
    this.sent = opened.sent;
    this.canvas.hidden = false;
    this.canvas.parentElement.classList.toggle("no-preview", !this.#bitmap);
    this.#paint(this.#bitmap ?? { width: 400, height: 300 });
    return true;
  }

  remove() {
    this.#bitmap?.close();
    this.#bitmap = this.file = this.sent = null;
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
    const zoom = SIDE / Math.max(size.width, size.height);
    const [width, height] = [size.width, size.height].map((side) => Math.max(1, Math.round(side * zoom)));
    const isSideways = turned % 180 !== 0;
    this.canvas.width = isSideways ? height : width;
    this.canvas.height = isSideways ? width : height;
    if (!this.#bitmap) return;
    const paint = this.canvas.getContext("2d");
    paint.imageSmoothingEnabled = zoom < PIXELATED;
    paint.translate(this.canvas.width / 2, this.canvas.height / 2);
    paint.rotate((turned * Math.PI) / 180);
    paint.drawImage(this.#bitmap, -width / 2, -height / 2, width, height);
  }
}

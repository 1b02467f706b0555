// A picture that was chosen, dropped, pasted or photographed, as it is shown.

const LONGEST = 1600; // px: more is not seen on the page

export class Photo {
  #bitmap = null;

  file = null;
  turned = 0; // degrees, clockwise

  constructor(canvas) { this.canvas = canvas; }

  // False if another was chosen, or this one taken away, before it could be shown.
  async show(file) {
    this.remove();
    this.file = file;
    let bitmap = null; // stays so for HEIC, TIFF, or no picture: the service will say
    try {
      bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch { /* as said */ }
    if (this.file !== file) {
      bitmap?.close();
      return false;
    }
    this.#bitmap = bitmap;
    this.canvas.hidden = false;
    this.canvas.parentElement.classList.toggle("unseen", !this.#bitmap);
    this.#paint(this.#bitmap ?? { width: 400, height: 300 });
    return true;
  }

  remove() {
    this.#bitmap?.close();
    this.#bitmap = this.file = null;
    this.turned = 0;
    this.canvas.hidden = true;
    this.canvas.parentElement.classList.remove("unseen");
  }

  turn() {
    this.turned = (this.turned + 90) % 360;
    if (this.#bitmap) this.#paint(this.#bitmap);
  }

  // What a browser cannot show is blank paper of the right size, under its boxes.
  paperOf(reading) {
    if (!this.#bitmap) this.#paint(reading, 0);
  }

  #paint(size, turned = this.turned) {
    const zoom = Math.min(1, LONGEST / Math.max(size.width, size.height));
    const [width, height] = [size.width * zoom, size.height * zoom].map(Math.round);
    const lies = turned % 180 !== 0;
    this.canvas.width = lies ? height : width;
    this.canvas.height = lies ? width : height;
    // A little picture is shown larger, pixel by pixel.
    this.canvas.classList.toggle("little", Math.max(width, height) < 200);
    const paint = this.canvas.getContext("2d");
    if (!this.#bitmap) return;
    paint.translate(this.canvas.width / 2, this.canvas.height / 2);
    paint.rotate((turned * Math.PI) / 180);
    paint.drawImage(this.#bitmap, -width / 2, -height / 2, width, height);
  }
}

// What a person takes away: the text, the reading as JSON, the picture with its boxes.

import { isUnsure, partsOf, textOf } from "./reading.js";
import { placesOf } from "./marks.js";

const SURE = "#0b8a56";
const UNSURE = "#c25e00";
const COPIED_SECONDS = 1.5; // how long the button says that it was pressed

export class Takeaway {
  #read = null;

  constructor(panel) {
    this.part = (id) => panel.querySelector(`#${id}`);
    this.part("copy").onclick = () => this.#copy();
    this.part("save").onclick = () => this.#save();
    this.part("save-picture").onclick = () => this.#savePicture();
  }

  clear() { this.#read = null; }

  show(read) {
    this.#read = read;
    const hasDigits = read.reading.lines.length > 0;
    this.part("copy").hidden = !hasDigits;
    this.part("save-picture").hidden = !hasDigits || !read.hasPreview;
  }

  async #copy() {
    const { text } = this.#read.reading;
    try {
      await navigator.clipboard.writeText(text);
    } catch { // over plain HTTP the browser does not allow it
      const field = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    const button = this.part("copy");
    button.textContent = "Copied";
    button.focus();
    setTimeout(() => { button.textContent = "Copy text"; }, COPIED_SECONDS * 1000);
  }

  #save() {
    const text = JSON.stringify(this.#read.reading, null, 2);
    download(new Blob([text], { type: "application/json" }), "reading.json");
  }

  async #savePicture() {
    const { reading, toCanvas } = this.#read;
    const canvas = drawn(toCanvas(), reading);
    const picture = await new Promise((done) => { canvas.toBlob(done, "image/png"); });
    download(picture, "reading.png");
  }
}

export function download(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
}

// A copy of the picture with each digit and sign in its box, as the sheet shows it.
function drawn(picture, reading) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  const paint = canvas.getContext("2d");
  paint.drawImage(picture, 0, 0);
  const parts = partsOf(reading);
  const places = placesOf(parts, canvas.width / reading.width);
  parts.forEach((part, index) => {
    const place = places[index];
    paint.strokeStyle = paint.fillStyle = isUnsure(part) ? UNSURE : SURE;
    paint.lineWidth = 3;
    paint.setLineDash(isUnsure(part) ? [8, 5] : []);
    paint.beginPath();
    paint.roundRect(place.x, place.y, place.width, place.height, 4);
    paint.stroke();
    if (!place.isLabelled) return;
    const label = `${textOf(part)}${isUnsure(part) ? "?" : ""}`;
    paint.font = `600 ${place.size}px sans-serif`;
    paint.setLineDash([]);
    paint.lineWidth = 4;
    paint.lineJoin = "round";
    paint.strokeStyle = "#fff";
    paint.strokeText(label, place.x, place.labelY);
    paint.fillText(label, place.x, place.labelY);
  });
  return canvas;
}

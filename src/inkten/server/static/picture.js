// A picture file, opened: as the browser shows it, and as it is sent to the service.

import { Failure, limits } from "./service.js";

const SHRUNK_PIXELS = 12e6; // of a picture that is too large: digits stay legible
const QUALITY = 0.9; // of its JPEG
const LESS = 0.7; // of the side, at each further try
const MOST_TRIES = 8;
const ODD = /hei[cf]/; // formats that some browsers show and not every service reads

// `bitmap` is null if the browser cannot show the file: the service decides about it.
export async function openPicture(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch { // a folder, or a file that is gone
    throw new Failure("This file cannot be opened.", "unreadable-picture");
  }
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  return { bitmap, sent: bitmap ? await fitting(file, bitmap) : file };
}

// The file itself, or a smaller copy if the service would refuse it.
async function fitting(file, bitmap) {
  const pixels = bitmap.width * bitmap.height;
  if (file.size <= limits.maxBytes && pixels <= limits.maxPixels && !ODD.test(file.type)) return file;
  const most = Math.min(SHRUNK_PIXELS, limits.maxPixels);
  let scale = Math.min(1, Math.sqrt(most / pixels));
  let copy = file;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    copy = await scaled(bitmap, scale);
    if (copy.size <= limits.maxBytes) break;
    scale *= LESS;
  }
  return copy;
}

function scaled(bitmap, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.floor(bitmap.width * scale));
  canvas.height = Math.max(1, Math.floor(bitmap.height * scale));
  const paint = canvas.getContext("2d");
  paint.fillStyle = "#fff"; // behind a transparent picture: JPEG has no transparency
  paint.fillRect(0, 0, canvas.width, canvas.height);
  paint.imageSmoothingQuality = "high";
  paint.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => { canvas.toBlob(done, "image/jpeg", QUALITY); });
}

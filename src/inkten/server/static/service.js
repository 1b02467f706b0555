// Requests to the service; errors in words for the person at the page.

const { maxBytes, maxPixels } = document.body.dataset;

// What a person can do about each kind of problem; the API's own words are for programs.
const WORDS = {
  "unreadable-picture": "This file is not a picture, or it is damaged.",
  "unsupported-type": "This kind of picture cannot be read here. A JPEG or PNG can.",
  "too-many-pixels": `Too many pixels; at most ${inMillions(maxPixels)} million.`,
  "too-many-digits": "Too many marks look like digits. A photo of a part of the page may help.",
  "too-late": "This took too long. A smaller picture may help.",
  "too-slow": "The picture took too long to arrive. Please try again.",
  busy: "Many pictures are being read right now. Please try again in a moment.",
  "key-needed": "This service needs a key.",
  "bad-parameter": "Please write digits only.",
  "collection-full": "No more corrections can be kept here.",
};
const ABOUT_PICTURE = [
  "unreadable-picture", "unsupported-type", "too-many-pixels", "too-many-digits", "too-large",
];

let key = sessionStorage.getItem("key");
let keyDialog = null; // the promise of the open dialog

// A failed request; `needsOtherPicture` if sending the same one again is no use.
class Failure extends Error {
  constructor(message, needsOtherPicture = false) {
    super(message);
    this.needsOtherPicture = needsOtherPicture;
  }
}

export async function read(picture, { single, rotate }) {
  const options = new URLSearchParams({ tiles: true, single, rotate });
  const type = picture.type.startsWith("image/") ? picture.type : "application/octet-stream";
  return send(`v1/read?${options}`, picture, { "Content-Type": type }, picture);
}

export async function correct(picture, text, { single, rotate }) {
  const form = new FormData();
  form.append("picture", picture, "picture");
  form.append("text", text);
  return send(`v1/corrections?${new URLSearchParams({ single, rotate })}`, form, {}, picture);
}

async function send(path, body, headers, picture) {
  if (picture.size > Number(maxBytes)) throw tooLarge(picture);
  const usedKey = key;
  if (key) headers.Authorization = `Bearer ${key}`;
  let response;
  try {
    response = await fetch(path, { method: "POST", body, headers });
  } catch {
    throw new Failure("The service does not answer. Is it still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  // Another request may have asked for the key in the meantime.
  const retry = response.status === 401 && (key !== usedKey || (await askForKey()));
  if (retry) return send(path, body, headers, picture);
  const kind = answer.type?.split("#")[1];
  if (kind === "too-large") throw tooLarge(picture);
  const words = WORDS[kind] ?? `Something went wrong in the service (${response.status}). Please try again.`;
  throw new Failure(words, ABOUT_PICTURE.includes(kind));
}

function tooLarge({ size }) {
  return new Failure(`Too large: ${inMillions(size)} MB; at most ${inMillions(maxBytes)} MB.`, true);
}

// Rounded up: 20,000,001 bytes are more than 20 MB.
function inMillions(count) {
  return Math.ceil(count / 1e5) / 10;
}

// Several requests may be refused at a time; the key is asked for once.
function askForKey() {
  keyDialog ??= showKeyDialog().finally(() => { keyDialog = null; });
  return keyDialog;
}

async function showKeyDialog() {
  const dialog = document.getElementById("key-dialog");
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((closed) => { dialog.addEventListener("close", closed, { once: true }); });
  if (dialog.returnValue !== "use") return false;
  key = document.getElementById("key").value;
  sessionStorage.setItem("key", key);
  return true;
}

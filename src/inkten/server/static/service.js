// Requests to the service; errors in words for the person at the page.

import { askForKey, authorization } from "./key.js";

export const limits = {
  maxBytes: Number(document.body.dataset.maxBytes),
  maxPixels: Number(document.body.dataset.maxPixels),
};
const MOST_TRIES = 10; // while the service is busy
const UNKNOWN_WAIT = 1; // seconds, if a busy service names none

// What a person can do about each kind of problem; the API's own words are for programs.
const WORDS = {
  "unreadable-picture": "This file is not a picture, or it is damaged.",
  "unsupported-type": "This kind of picture cannot be read here. A JPEG or PNG can.",
  "too-many-pixels": `This picture is too large; at most ${inMillions(limits.maxPixels)} million pixels are read.`,
  "too-many-digits": "Too many marks look like digits. A photo of a part of the page may help.",
  "too-late": "This took too long. A smaller picture may help.",
  "too-slow": "The picture took too long to arrive. Please try again.",
  busy: "Many pictures are being read right now. Please try again in a moment.",
  "key-needed": "This service needs a key.",
  "bad-parameter": "Please write digits, and signs of numbers, only.",
  "collection-full": "No more corrections can be kept here.",
};
const REMEDIES = {
  "unreadable-picture": "another",
  "unsupported-type": "another",
  "too-many-pixels": "another",
  "too-many-digits": "another",
  "too-large": "another",
  "key-needed": "unlock",
};

// A failed request. `remedy` is what helps: again, another (picture) or unlock.
export class Failure extends Error {
  constructor(message, kind) {
    super(message);
    this.kind = kind;
    this.remedy = REMEDIES[kind] ?? "again";
  }
}

// Of a file of several pages, the first. `onBusy` is called before each wait for a busy
// service; `signal` ends it all.
export async function read(picture, { single, rotate, signs }, { signal, onBusy } = {}) {
  const options = new URLSearchParams({ page: 1, tiles: true, single, signs, rotate });
  return sendPicture(`v1/read?${options}`, picture, { signal, onBusy });
}

export async function correct(picture, text, { single, rotate, signs }) {
  const form = new FormData();
  form.append("picture", picture, "picture");
  form.append("text", text);
  const path = `v1/corrections?${new URLSearchParams({ single, signs, rotate })}`;
  try {
    return await send(path, { body: form }, picture);
  } catch (failure) {
    if (failure.kind === "key-needed" && (await askForKey({ anew: true }))) return send(path, { body: form }, picture);
    throw failure;
  }
}

export async function readTable(picture, { rotate }, { signal }) {
  return sendPicture(`v1/table?${new URLSearchParams({ page: 1, rotate })}`, picture, { signal });
}

// A table of readTable, with its corrections, as an XLSX file.
export async function toSpreadsheet(table) {
  const body = new Blob([JSON.stringify(table)], { type: "application/json" });
  const headers = { "Content-Type": body.type };
  return (await request("v1/table/xlsx", { body, headers }, body)).blob();
}

// The stages of a reading, and the inside of the networks for one of its digits.
export async function explain(picture, { single, rotate, digit }, { signal }) {
  return sendPicture(`v1/explain?${new URLSearchParams({ single, rotate, digit })}`, picture, { signal });
}

// `examples` are pictures with their texts; `picture`, if there is one, is read before and after.
export async function learn(examples, picture, { onBusy }) {
  const form = new FormData();
  for (const example of examples) {
    form.append("picture", example.picture, "picture");
    form.append("text", example.text);
  }
  if (picture) form.append("read", picture, "picture");
  const size = [...form.values()].reduce((sum, value) => sum + (value.size ?? value.length), 0);
  return send("v1/learn", { body: form }, { size }, onBusy);
}

function sendPicture(path, picture, { signal, onBusy }) {
  const type = picture.type.startsWith("image/") ? picture.type : "application/octet-stream";
  return send(path, { body: picture, headers: { "Content-Type": type }, signal }, picture, onBusy);
}

async function send(...sent) {
  return (await request(...sent)).json();
}

async function request(path, content, picture, onBusy) {
  if (picture.size > limits.maxBytes) throw tooLarge(picture);
  const response = await sendWhenFree(path, content, onBusy);
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  const kind = answer.type?.split("#")[1];
  if (kind === "too-large") throw tooLarge(picture);
  const words = WORDS[kind] ?? `Something went wrong in the service (${response.status}). Please try again.`;
  throw new Failure(words, kind);
}

// A busy service says when to try again.
async function sendWhenFree(path, request, onBusy) {
  for (let tries = 1; ; tries += 1) {
    const response = await post(path, request);
    if (response.status !== 503 || tries === MOST_TRIES) return response;
    onBusy?.();
    await pause(Number(response.headers.get("Retry-After")) || UNKNOWN_WAIT, request.signal);
  }
}

async function post(path, request) {
  try {
    return await fetch(path, { method: "POST", ...request, headers: { ...request.headers, ...authorization() } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure("The service does not answer. Is it still running?");
  }
}

function pause(seconds, signal) {
  return new Promise((done, giveUp) => {
    setTimeout(done, seconds * 1000);
    signal?.addEventListener("abort", () => giveUp(signal.reason));
  });
}

function tooLarge({ size }) {
  const words = `Too large: ${inMillions(size)} MB; at most ${inMillions(limits.maxBytes)} MB.`;
  return new Failure(words, "too-large");
}

// Rounded up: 20,000,001 bytes are more than 20 MB.
function inMillions(count) {
  return Math.ceil(count / 1e5) / 10;
}

// The page: sends the drawing or picture to the service and shows the reading.
//
// Each part of the page that shows something of a reading is a panel: an object with
// show(read), clear() and, if it is about single digits, choose(index). A new one is a
// module of its own, its section in index.html, and its place in `panels`.

import { Answer } from "./answer.js";
import { takePicture } from "./camera.js";
import { Correction } from "./correction.js";
import { Details } from "./details.js";
import { FileList } from "./files.js";
import { onPictures } from "./incoming.js";
import { Inside } from "./inside.js";
import { askAtLoad, askForKey } from "./key.js";
import { Marks } from "./marks.js";
import { Photo } from "./photo.js";
import { leastSure, partsOf } from "./reading.js";
import { read } from "./service.js";
import { Sheet } from "./sheet.js";
import { TablePanel } from "./table.js";
import { Tabs } from "./tabs.js";
import { Takeaway } from "./takeaway.js";
import { Teach } from "./teach.js";

const PAUSE = 60; // ms without movement after which an unfinished stroke is read
const DRAWING_WIDTH = 1200; // px of a drawing that is downloaded

const find = (id) => document.getElementById(id);
const frame = find("sheet");
const sheet = new Sheet(find("drawing"), find("pen"));
const photo = new Photo(find("photo"));
const files = new FileList(find("files"), { options: readOptions, open: showPicture });
const answer = new Answer(find("answer"));
const marks = new Marks(find("marks"));
const collects = document.body.dataset.collects === "yes";
const teaches = document.body.dataset.teaches === "yes";
const table = new TablePanel(find("table"));
const inside = new Inside(find("inside"));
const panels = [
  marks, // first: it measures the page, which is cheap before anything has changed
  answer,
  new Details(find("details")),
  new Takeaway(find("takeaway")),
  ...(collects ? [new Correction(find("correction"))] : []),
  table,
  inside,
  ...(teaches ? [new Teach(find("teach"))] : []),
];
new Tabs(find("tabs"), { table, inside });

let latest = new AbortController(); // of the latest request: only its answer is shown
let isWaiting = false; // for the answer to a request
let pause = 0;
let chosenByHand = null; // the digit or sign that a person chose, if any
let count = 0; // of the digits and signs that are shown
let wantsSigns = false; // also while a single digit is read, which has none

// ---- reading

function readOptions() {
  return { single: find("single").checked, signs: find("signs").checked, rotate: "auto" };
}

async function readNow() {
  clearTimeout(pause);
  const request = begin();
  isWaiting = true;
  answer.wait();
  const picture = photo.file ? photo.sent : await sheet.toPicture();
  if (request !== latest) return;
  if (!picture) return showNothing();
  const options = { ...readOptions(), rotate: photo.file ? photo.rotation : 0 };
  const onBusy = () => answer.wait({ isBusy: true });
  try {
    const reading = await read(picture, options, { signal: request.signal, onBusy });
    if (request === latest) show(reading, picture, { ...options, rotate: reading.rotation });
  } catch (failure) {
    // An unfinished stroke is sent again when it ends: an error now would come and go.
    if (request !== latest || sheet.isDrawing) return;
    if (failure.kind === "key-needed" && (await askForKey())) return readNow();
    fail(failure);
  } finally {
    if (request === latest) isWaiting = false;
  }
}

// The answer to an earlier request is no longer wanted.
function begin() {
  latest.abort();
  latest = new AbortController();
  return latest;
}

function show(reading, picture, options) {
  if (photo.file) {
    photo.turnTo(reading.rotation);
    photo.fitTo(reading);
  }
  const canvas = photo.file ? photo.canvas : sheet.canvas;
  const hasPreview = !photo.file || photo.hasPreview;
  const toCanvas = () => (photo.file ? photo.canvas : sheet.toCanvas(DRAWING_WIDTH));
  for (const panel of panels) panel.show({ reading, picture, options, canvas, hasPreview, toCanvas });
  find("panels").hidden = false;
  const parts = partsOf(reading);
  if (parts.length !== count) chosenByHand = null;
  count = parts.length;
  if (count) choose(chosenByHand ?? leastSure(parts));
}

function showNothing() {
  begin();
  isWaiting = false;
  chosenByHand = null;
  count = 0;
  for (const panel of panels) panel.clear();
  find("panels").hidden = true;
}

function fail(failure) {
  showNothing();
  answer.fail(failure);
  if (failure.remedy === "another") find("turn").hidden = true;
}

// While drawing, one request at a time: the next is sent when the last is answered.
function readSoon() {
  clearTimeout(pause);
  pause = setTimeout(() => (isWaiting ? readSoon() : readNow()), PAUSE);
}

// ---- a digit or sign is chosen, in the answer or on the picture

function choose(index) {
  for (const panel of panels) panel.choose?.(index);
}

answer.onChoose = marks.onChoose = (index) => {
  chosenByHand = index;
  choose(index);
};

// ---- the sheet and its tools

sheet.onMove = () => { refreshTools(); readSoon(); };
sheet.onChange = () => { refreshTools(); readNow(); };

function refreshTools() {
  const hasPhoto = photo.file !== null;
  find("hint").classList.toggle("gone", hasPhoto || !sheet.isEmpty);
  find("drawing-tools").hidden = find("drawing").hidden = hasPhoto;
  find("undo").disabled = !sheet.canUndo;
  find("redo").disabled = !sheet.canRedo;
  find("turn").hidden = !hasPhoto;
  find("clear").disabled = sheet.isEmpty && !hasPhoto;
  frame.classList.toggle("pictured", hasPhoto);
}

function readAgain() {
  files.readAll();
  readNow();
}

function clear() {
  photo.remove();
  files.clear();
  find("examples").hidden = false;
  sheet.clear();
  refreshTools();
  showNothing();
  find("drawing").focus();
}

function useEraser(isOn) {
  sheet.erases = isOn;
  find("eraser").setAttribute("aria-pressed", isOn);
}

find("undo").onclick = () => sheet.undo();
find("redo").onclick = () => sheet.redo();
find("eraser").onclick = () => useEraser(!sheet.erases);
find("pens").onchange = ({ target }) => { sheet.pen = Number(target.value); useEraser(false); };
find("clear").onclick = clear;
find("single").onchange = ({ target }) => {
  find("signs").disabled = target.checked;
  find("signs").checked = wantsSigns && !target.checked;
  readAgain();
};
find("signs").onchange = ({ target }) => { wantsSigns = target.checked; readAgain(); };
find("again").onclick = () => readNow();
find("unlock").onclick = async () => { if (await askForKey({ anew: true })) await readNow(); };
find("turn").onclick = () => { photo.turn(); marks.clear(); readNow(); };

addEventListener("keydown", (event) => {
  const isText = event.target.matches?.("input:not([type=checkbox], [type=radio])");
  if (isText || !(event.ctrlKey || event.metaKey) || photo.file) return;
  const key = event.key.toLowerCase();
  if (key === "y" || (key === "z" && event.shiftKey)) sheet.redo();
  else if (key === "z") sheet.undo();
  else return;
  event.preventDefault();
});

// ---- pictures

async function showPicture(file) {
  sheet.clear();
  showNothing();
  answer.wait();
  try {
    if (!(await photo.show(file))) return;
  } catch (failure) {
    refreshTools();
    fail(failure);
    return;
  }
  refreshTools();
  await readNow();
}

function open(pictures) {
  if (!pictures.length) return;
  files.show(pictures.length > 1 ? pictures : []);
  find("examples").hidden = pictures.length > 1;
  showPicture(pictures[0]);
}

onPictures(frame, open);
for (const id of ["choose", "another"]) find(id).onclick = () => find("file").click();
find("camera").onclick = async () => open(await takePicture(find("camera-dialog"), find("shot")));
for (const id of ["file", "shot"]) {
  find(id).onchange = ({ target }) => { open([...target.files]); target.value = ""; };
}
for (const button of document.querySelectorAll("[data-picture]")) {
  button.onclick = async () => {
    const path = button.dataset.picture;
    const content = await (await fetch(path)).blob();
    open([new File([content], path.split("/").at(-1), { type: content.type })]);
  };
}

// ---- at the start

if (collects) find("privacy").textContent = "This service reads your pictures and keeps only those that you correct.";
find("signs-switch").hidden = document.body.dataset.readsSigns !== "yes";
refreshTools();
showNothing();
askAtLoad();

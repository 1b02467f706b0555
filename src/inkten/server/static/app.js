// The page: sends the drawing or picture to the service and shows the reading.

import { Answer } from "./answer.js";
import { takePicture } from "./camera.js";
import { Marks } from "./marks.js";
import { Photo } from "./photo.js";
import { Sheet } from "./sheet.js";
import { correct, read } from "./service.js";

const PAUSE = 60; // ms without movement after which an unfinished stroke is read

const KEPT = "Whoever runs this service then keeps the picture and your text, to measure and improve the reading.";

const find = (id) => document.getElementById(id);
const frame = find("sheet");
const sheet = new Sheet(find("drawing"), find("pen"));
const photo = new Photo(find("photo"));
const marks = new Marks(find("marks"));
const answer = new Answer(find("answer"));
const collects = document.body.dataset.collects === "yes";

let latest = 0; // numbers the requests: only the answer to the latest one is shown
let shown = null; // the picture and options of the reading that is shown
let pause = 0;
let waiting = false; // for the answer to a request

// ---- reading

async function readNow() {
  clearTimeout(pause);
  const request = latest += 1;
  waiting = true;
  answer.wait();
  const picture = photo.file ?? (await sheet.toPicture());
  if (request !== latest) return;
  if (!picture) return showNothing();
  const options = { single: find("single").checked, rotate: photo.file ? photo.rotation : 0 };
  try {
    const reading = await read(picture, options);
    if (request !== latest) return;
    if (photo.file) photo.turnTo(reading.rotation);
    shown = { picture, options: { ...options, rotate: reading.rotation } };
    showReading(reading);
  } catch (failure) {
    // An unfinished stroke is sent again when it ends: an error now would come and go.
    if (request !== latest || sheet.isDrawing) return;
    marks.clear();
    answer.fail(failure);
    offerCorrection(false);
  } finally {
    if (request === latest) waiting = false;
  }
}

function showReading(reading) {
  if (photo.file) photo.fitTo(reading);
  marks.draw(reading, photo.file ? photo.canvas : frame);
  answer.show(reading);
  offerCorrection(true);
}

function showNothing() {
  latest += 1; // an answer that is still to come is not shown
  waiting = false;
  marks.clear();
  answer.clear();
  offerCorrection(false);
}

// While drawing, one request at a time: the next is sent when the last is answered.
function readSoon() {
  clearTimeout(pause);
  pause = setTimeout(() => (waiting ? readSoon() : readNow()), PAUSE);
}

// ---- the sheet

sheet.onMove = () => { refreshTools(); readSoon(); };
sheet.onChange = () => { refreshTools(); readNow(); };

function refreshTools() {
  const hasPhoto = photo.file !== null;
  find("hint").classList.toggle("gone", hasPhoto || !sheet.isEmpty);
  find("undo").hidden = find("drawing").hidden = hasPhoto;
  find("undo").disabled = sheet.isEmpty;
  find("turn").hidden = !hasPhoto;
  find("clear").disabled = sheet.isEmpty && !hasPhoto;
  frame.classList.toggle("pictured", hasPhoto);
}

function clear() {
  photo.remove();
  sheet.clear();
  refreshTools();
  showNothing();
  find("drawing").focus();
}

async function show(file) {
  if (!file) return;
  sheet.clear();
  showNothing();
  if (!(await photo.show(file))) return;
  refreshTools();
  await readNow();
}

find("undo").onclick = () => sheet.undo();
find("clear").onclick = clear;
find("single").onchange = () => readNow();
find("again").onclick = () => readNow();
find("turn").onclick = () => { photo.turn(); marks.clear(); readNow(); };
for (const id of ["choose", "another"]) find(id).onclick = () => find("file").click();
find("camera").onclick = async () => show(await takePicture(find("camera-dialog"), find("shot")));
for (const id of ["file", "shot"]) {
  find(id).onchange = ({ target }) => { show(target.files[0]); target.value = ""; };
}

// ---- pictures that are dropped or pasted

let entered = 0; // a drag enters and leaves every element on its way
addEventListener("dragenter", () => { entered += 1; frame.classList.add("dropping"); });
addEventListener("dragleave", () => { entered -= 1; if (entered < 1) endDrag(); });
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  endDrag();
  show(event.dataTransfer.files[0]);
});
addEventListener("paste", ({ clipboardData }) => {
  show([...clipboardData.files].find((file) => file.type.startsWith("image/")));
});
function endDrag() { entered = 0; frame.classList.remove("dropping"); }

addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && event.target.tagName !== "INPUT") {
    event.preventDefault();
    sheet.undo();
  }
});

// ---- a digit is chosen, in the answer or on the picture

answer.onChoose = (index) => marks.choose(index);
marks.onChoose = (index) => answer.choose(index);

// ---- a wrong answer is corrected

if (collects) find("privacy").textContent = "This service reads your pictures and keeps only those that you correct.";

function offerCorrection(possible) {
  find("correction").hidden = !(collects && possible);
  find("correction").open = false;
  find("truth").value = "";
  find("kept").textContent = KEPT;
}

find("correct").onsubmit = async (event) => {
  event.preventDefault();
  try {
    await correct(shown.picture, find("truth").value, shown.options);
    find("kept").textContent = "Thank you, your correction is kept.";
  } catch (failure) {
    find("kept").textContent = failure.message;
  }
};

refreshTools();
answer.clear();

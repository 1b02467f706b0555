// The page: what is drawn or shown is sent, what comes back is told.

import { Answer } from "./answer.js";
import { takePicture } from "./camera.js";
import { Marks } from "./marks.js";
import { Photo } from "./photo.js";
import { Sheet } from "./sheet.js";
import { correct, read } from "./service.js";

const PAUSE = 60; // ms without a movement, after which a stroke is read as it stands

const PROMISE = "The picture and what you write are then kept by who runs this service, to measure and improve the reading.";

const find = (id) => document.getElementById(id);
const frame = find("sheet");
const sheet = new Sheet(find("drawing"), find("pen"));
const photo = new Photo(find("photo"));
const marks = new Marks(find("marks"));
const answer = new Answer(find("answer"));
const collects = document.body.dataset.collects === "yes";

let asked = 0; // counts requests: only the latest one's answer is shown
let sent = null; // the picture that the shown answer is about
let pause = 0;
let waiting = false; // whether a request is on its way

// ---- asking and telling

async function ask() {
  clearTimeout(pause);
  const turn = asked += 1;
  const picture = photo.file ?? (await sheet.toPicture());
  if (turn !== asked) return;
  if (!picture) return tellNothing();
  waiting = true;
  answer.wait();
  const options = { single: find("single").checked, rotate: photo.file ? photo.turned : 0 };
  try {
    const reading = await read(picture, options);
    if (turn !== asked) return;
    sent = { picture, options };
    tell(reading);
  } catch (failure) {
    if (turn !== asked) return;
    marks.clear();
    answer.fail(failure);
    offerCorrection(false);
  } finally {
    if (turn === asked) waiting = false;
  }
}

function tell(reading) {
  if (photo.file) photo.paperOf(reading);
  marks.draw(reading, photo.file ? photo.canvas : frame);
  answer.tell(reading);
  offerCorrection(true);
}

function tellNothing() {
  asked += 1; // what is still on its way is not shown
  waiting = false;
  marks.clear();
  answer.clear();
  offerCorrection(false);
}

// While drawing, one request at a time: the next goes when the last one is back.
function askSoon() {
  clearTimeout(pause);
  pause = setTimeout(() => (waiting ? askSoon() : ask()), PAUSE);
}

// ---- the sheet

sheet.onMove = () => { refreshTools(); askSoon(); };
sheet.onChange = () => { refreshTools(); ask(); };

function refreshTools() {
  const shown = photo.file !== null;
  find("hint").classList.toggle("gone", shown || !sheet.isEmpty);
  find("undo").hidden = find("drawing").hidden = shown;
  find("undo").disabled = sheet.isEmpty;
  find("turn").hidden = !shown;
  find("clear").disabled = sheet.isEmpty && !shown;
  frame.classList.toggle("pictured", shown);
}

function clear() {
  photo.remove();
  sheet.clear();
  refreshTools();
  tellNothing();
  find("drawing").focus();
}

async function show(file) {
  if (!file) return;
  sheet.clear();
  tellNothing();
  if (!(await photo.show(file))) return;
  refreshTools();
  await ask();
}

find("undo").onclick = () => sheet.undo();
find("clear").onclick = clear;
find("single").onchange = () => ask();
find("again").onclick = () => ask();
find("turn").onclick = () => { photo.turn(); marks.clear(); ask(); };
find("choose").onclick = () => find("file").click();
find("camera").onclick = async () => show(await takePicture(find("camera-dialog"), find("shot")));
for (const id of ["file", "shot"]) {
  find(id).onchange = ({ target }) => { show(target.files[0]); target.value = ""; };
}

// ---- dropped and pasted pictures

let entered = 0; // a drag enters and leaves every element it crosses
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

// ---- a digit is looked at, in the answer or on the picture

answer.onChoose = (index) => marks.choose(index);
marks.onChoose = (index) => answer.choose(index);

// ---- a wrong answer is put right

if (collects) find("promise").textContent = "Pictures are read by this service. It keeps only those that you correct.";

function offerCorrection(possible) {
  find("correction").hidden = !(collects && possible);
  find("correction").open = false;
  find("truth").value = "";
  find("kept").textContent = PROMISE;
}

find("correct").onsubmit = async (event) => {
  event.preventDefault();
  try {
    await correct(sent.picture, find("truth").value, sent.options);
    find("kept").textContent = "Thank you: the correction is kept.";
  } catch (failure) {
    find("kept").textContent = failure.message;
  }
};

refreshTools();
answer.clear();

// The table on a picture: doubtful cells are marked, all can be corrected and taken away.

import { cellName, csvOf } from "./csv.js";
import { cutOut } from "./cut.js";
import { Later } from "./later.js";
import { percent } from "./reading.js";
import { readTable, toSpreadsheet } from "./service.js";
import { download } from "./takeaway.js";

const PAUSE = 400; // ms: a drawing may go on
const SURE = 0.9; // as in inkten.tables: a cell of lower confidence is to be checked
const NONE = "No table found. Rows and columns of numbers make one.";
const PIECE_HEIGHT = 72; // px of the chosen cell's cut-out

export class TablePanel {
  #read = null; // what is shown on the sheet
  #of = null; // what the table was read of
  #cells = []; // { cell, row, column, input, place, isDone }
  #table = null;
  #later = new Later(PAUSE);
  #isOpen = false;

  constructor(panel) {
    this.panel = panel;
    this.part = (id) => panel.querySelector(`#table-${id}`);
    this.part("next").onclick = () => this.#goOn();
    this.part("csv").onclick = () => this.#saveCsv();
    this.part("xlsx").onclick = () => this.#saveXlsx();
  }

  open(isOpen) {
    this.#isOpen = isOpen;
    if (isOpen && this.#read) this.#follow();
  }

  clear() {
    this.#read = this.#of = null;
    this.#later.stop();
    this.#empty("");
  }

  show(read) {
    this.#read = read;
    if (this.#isOpen) this.#follow();
  }

  // Corrections stay as long as it is the same picture, the same way up.
  #follow() {
    const { picture, options } = this.#read;
    if (this.#of?.picture === picture && this.#of.options.rotate === options.rotate) return;
    if (!this.#table) this.part("words").textContent = "Reading \u2026";
    this.#later.start((signal) => this.#load(this.#read, signal), this.#of ? PAUSE : 0);
  }

  async #load(read, signal) {
    try {
      const table = await readTable(read.picture, read.options, { signal });
      if (signal.aborted) return;
      this.#of = read;
      if (table.height * table.width > 1) this.#write(table);
      else this.#empty(NONE);
    } catch (failure) {
      if (!signal.aborted) this.#empty(failure.message);
    }
  }

  #empty(words) {
    this.#table = null;
    this.#cells = [];
    this.part("words").textContent = words;
    this.part("whole").hidden = true;
  }

  #write(table) {
    this.#empty("");
    this.#table = table;
    const picture = this.#of.hasPreview ? this.#of.toCanvas() : null;
    const rows = table.rows.map((cells, row) => {
      const line = document.createElement("tr");
      cells.forEach((cell, column) => {
        if (cell.row_span && cell.column_span) line.append(this.#cell(cell, row, column, picture));
      });
      return line;
    });
    this.part("cells").replaceChildren(...rows);
    this.part("whole").hidden = false;
    this.part("piece").hidden = !picture;
    this.part("about").textContent = "Choose a cell to see where it was read.";
    this.part("cut").hidden = true;
    this.part("problem").textContent = "";
    const left = table.left_out.map(({ text }) => text).join(", ");
    this.part("left-out").textContent = left && `Not in the table: ${left}.`;
    this.#count();
  }

  #cell(cell, row, column, picture) {
    const [place, input] = ["td", "input"].map((tag) => document.createElement(tag));
    const one = { cell, row, column, input, place, isDone: isSure(cell) };
    [place.rowSpan, place.colSpan] = [cell.row_span, cell.column_span];
    Object.assign(input, { value: cell.text, inputMode: "decimal", autocomplete: "off", spellcheck: false });
    input.size = Math.max(cell.text.length, 2);
    input.onfocus = () => this.#choose(one, picture);
    input.oninput = () => { cell.text = input.value.trim(); this.#confirm(one); };
    input.onkeydown = (event) => {
      if (event.key !== "Enter") return;
      this.#confirm(one);
      this.#goOn();
    };
    if (!one.isDone && picture) place.append(cutOut(picture, cell, this.#of.reading));
    place.append(input);
    this.#cells.push(one);
    this.#mark(one);
    return place;
  }

  #mark({ cell, row, column, input, place, isDone }) {
    place.classList.toggle("unsure", !isDone);
    place.classList.toggle("checked", isDone && cell.isChecked === true);
    input.ariaLabel = `${cellName(row, column)}${isDone ? "" : ", to be checked"}`;
  }

  // A person has looked at it: it is as sure as can be.
  #confirm(one) {
    one.isDone = one.cell.isChecked = true;
    one.cell.confidence = 1;
    this.#mark(one);
    this.#count();
  }

  #choose({ cell, row, column }, picture) {
    const name = `Row ${row + 1}, column ${column + 1}`;
    const sure = cell.isChecked ? "checked" : cell.text ? `${percent(cell.confidence)} sure` : isSure(cell) ? "empty" : "ink that was not read";
    this.part("about").textContent = `${name}:\n${sure}`;
    if (!picture) return;
    const cut = cutOut(picture, cell, this.#of.reading, PIECE_HEIGHT);
    cut.id = "table-cut";
    this.part("cut").replaceWith(cut);
  }

  #toDo() {
    return this.#cells.filter(({ isDone }) => !isDone).sort((a, b) => a.cell.confidence - b.cell.confidence);
  }

  #goOn() {
    const [next] = this.#toDo();
    next?.input.focus();
    next?.input.select();
  }

  #count() {
    const count = this.#toDo().length;
    this.part("count").textContent = count ? `${count} ${count === 1 ? "cell" : "cells"} to check` : "Nothing left to check";
    this.part("count").classList.toggle("done", !count);
    this.part("next").hidden = !count;
  }

  #saveCsv() {
    download(new Blob([csvOf(this.#table.rows)], { type: "text/csv" }), "table.csv");
  }

  async #saveXlsx() {
    this.part("problem").textContent = "";
    try {
      download(await toSpreadsheet(this.#table), "table.xlsx");
    } catch (failure) {
      const isMissing = failure.kind === "unsupported-type";
      this.part("problem").textContent = isMissing ? "This service writes no XLSX files. CSV holds the same." : failure.message;
    }
  }
}

function isSure({ text, confidence }) { return confidence >= SURE && !text.includes("?"); }

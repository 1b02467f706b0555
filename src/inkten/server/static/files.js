// Several pictures: read one after the other, and listed with what each of them says.

import { quoted, safe } from "./csv.js";
import { openPicture } from "./picture.js";
import { verdict } from "./reading.js";
import { read } from "./service.js";
import { download } from "./takeaway.js";

export class FileList {
  #rows = []; // { file, item, button, reading, problem }
  #work = new AbortController(); // of the list that is being read

  // `options` returns how to read; `open` shows one of the pictures on the sheet.
  constructor(section, { options, open }) {
    this.section = section;
    this.list = section.querySelector("ol");
    this.options = options;
    this.open = open;
    section.querySelector("#files-save").onclick = () => this.#save();
  }

  clear() { this.show([]); }

  show(files) {
    this.#rows = files.map((file) => this.#row(file));
    this.list.replaceChildren(...this.#rows.map(({ item }) => item));
    this.section.hidden = files.length === 0;
    if (files.length) this.#mark(this.#rows[0]);
    this.readAll();
  }

  async readAll() {
    this.#work.abort();
    const work = this.#work = new AbortController();
    for (const row of this.#rows) {
      Object.assign(row, { reading: null, problem: null });
      this.#write(row, "…");
    }
    for (const row of this.#rows) {
      await this.#read(row, work.signal);
      if (work.signal.aborted) return;
    }
  }

  async #read(row, signal) {
    try {
      const { bitmap, sent } = await openPicture(row.file);
      bitmap?.close();
      const reading = await read(sent, this.options(), { signal });
      if (signal.aborted) return;
      row.reading = reading;
      const { isSure, words } = reading.lines.length ? verdict(reading) : { isSure: false, words: "" };
      this.#write(row, reading.text.replaceAll("\n", " | ") || "No digit", words, isSure);
    } catch (failure) {
      if (signal.aborted) return;
      row.problem = failure.message;
      this.#write(row, failure.message, "", false);
    }
  }

  #row(file) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.append(...["name", "text", "sure"].map((part) => {
      const span = document.createElement("span");
      span.className = part;
      return span;
    }));
    button.children[0].textContent = file.name;
    const row = { file, item, button, reading: null, problem: null };
    button.onclick = () => { this.#mark(row); this.open(file); };
    item.append(button);
    return row;
  }

  #write({ button }, text, words = "", isSure = true) {
    button.children[1].textContent = text;
    button.children[2].textContent = words;
    button.classList.toggle("unsure", !isSure);
  }

  #mark(shown) {
    for (const { button } of this.#rows) button.removeAttribute("aria-current");
    shown.button.setAttribute("aria-current", "true");
  }

  #save() {
    const rows = this.#rows.map(({ file, reading, problem }) => [
      file.name, safe(reading?.text ?? ""), reading?.lines.length ? reading.confidence : "", problem ?? "",
    ]);
    const lines = [["file", "text", "confidence", "problem"], ...rows].map((row) => row.map((value) => quoted(String(value))).join(","));
    download(new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/csv" }), "readings.csv");
  }
}

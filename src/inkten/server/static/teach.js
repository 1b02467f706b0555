// Teach it: digits in one's own hand, and what they change. Nothing of it is kept.

import { Pads } from "./pads.js";
import { guessedText, percent } from "./reading.js";
import { learn } from "./service.js";
import { download } from "./takeaway.js";

const LEAST = 5; // digits: the service learns from no fewer
const LEARNING = "Learning \u2026 This takes a few seconds, on a busy machine up to two minutes.";
const BUSY = "Somebody else is teaching. Yours is next \u2026";
const WORDS = { // where the service's usual words would be about a picture to read
  "bad-parameter": "Too few of these digits were found. Write each large and alone in its box, and at least five in all.",
  "too-late": "This took too long. Fewer digits, or a moment when the service is less busy, may help.",
};

export class Teach {
  #read = null; // what is on the sheet
  #guess = null; // what it was read as
  #digit = 7; // that is written now
  #corrections = []; // { picture, text }: from the sheet
  #model = null; // of the last lesson, Base64

  constructor(card) {
    this.card = card;
    this.part = (id) => card.querySelector(`#teach-${id}`);
    this.pads = new Pads(this.part("pads"));
    this.pads.onChange = () => this.#refresh();
    this.part("digits").onchange = ({ target }) => this.#choose(Number(target.value));
    this.part("wipe").onclick = () => this.pads.clear(this.#digit);
    this.part("correct").onsubmit = (event) => this.#addSheet(event);
    this.part("start").onclick = () => this.#learn();
    this.part("save").onclick = () => this.#save();
    card.ontoggle = () => this.#choose(this.#digit);
    card.hidden = false;
  }

  clear() {
    this.#read = this.#guess = null;
    this.part("correct").hidden = true;
  }

  show(read) {
    this.#read = read;
    this.part("correct").hidden = !read.reading.lines.length;
    const guess = digitsOnly(guessedText(read.reading));
    if (guess !== this.#guess) this.part("truth").value = this.#guess = guess;
  }

  #choose(digit) {
    this.#digit = digit;
    this.pads.show(digit);
    for (const each of this.card.querySelectorAll(".which")) each.textContent = digit;
    this.#refresh();
  }

  #addSheet(event) {
    event.preventDefault();
    const correction = { picture: this.#read.picture, text: this.part("truth").value };
    this.#corrections.push(correction);
    const [item, button] = ["li", "button"].map((tag) => document.createElement(tag));
    button.type = "button";
    button.textContent = `${correction.text} \u00d7`;
    button.ariaLabel = `Take ${correction.text} back`;
    button.onclick = () => {
      this.#corrections = this.#corrections.filter((each) => each !== correction);
      item.remove();
      this.#refresh();
      this.part("truth").focus();
    };
    item.append(button);
    this.part("added").append(item);
    this.#refresh();
  }

  get #examples() { return [...this.pads.examples, ...this.#corrections]; }

  #refresh() {
    for (const label of this.part("digits").children) {
      const count = this.pads.count(Number(label.querySelector("input").value));
      label.querySelector("small").textContent = count || "";
      label.querySelector("input").ariaLabel = `${label.querySelector("input").value}, ${count} written`;
    }
    const count = this.#examples.reduce((sum, { text }) => sum + text.replace(/\D/g, "").length, 0);
    const missing = LEAST - count;
    this.part("wipe").disabled = !this.pads.count(this.#digit);
    this.part("start").disabled = missing > 0;
    this.part("ready").textContent = missing > 0
      ? `${missing} more ${missing === 1 ? "digit" : "digits"} and it can learn`
      : `${count} digits to learn from`;
  }

  async #learn() {
    const read = this.#read;
    this.#say(LEARNING);
    this.card.classList.add("stale");
    this.part("start").disabled = true;
    try {
      const onBusy = () => this.#say(BUSY);
      this.#show(await learn(this.#examples, read?.picture, { onBusy }));
      this.#say("");
    } catch (failure) {
      this.#say(WORDS[failure.kind] ?? failure.message, true);
    } finally {
      this.card.classList.remove("stale");
      this.#refresh();
    }
  }

  #say(words, isProblem = false) {
    this.part("words").textContent = words;
    this.part("words").classList.toggle("problem", isProblem);
  }

  #show({ report, model, before, after }) {
    this.#model = model;
    this.part("result").hidden = false;
    this.part("own").replaceChildren(...compared(report.before, report.after, counted));
    this.part("others").replaceChildren(...compared(report.mnist_before, report.mnist_after, shared));
    this.part("verdict").textContent = verdictOf(report);
    this.part("verdict").classList.toggle("worse", report.worse !== "");
    this.part("sheet").hidden = !before;
    if (before) this.part("readings").replaceChildren(said("Before", before), said("After", after));
    const notes = [
      ...report.doubtful.map(({ name, label, reads }) => `${capital(name)}: a ${label} that looks like a ${reads}; not learned from.`),
      ...report.left_out.map(({ name, reason }) => `${capital(name)}: ${reason}; not learned from.`),
    ];
    this.part("notes").replaceChildren(...notes.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    this.part("result").scrollIntoView({ block: "nearest" });
  }

  #save() {
    const content = Uint8Array.from(atob(this.#model), (letter) => letter.charCodeAt(0));
    download(new Blob([content], { type: "application/octet-stream" }), "taught.onnx");
  }
}

function verdictOf({ before, after, worse }) {
  if (worse) return "It got worse. More examples, or clearer ones, may help.";
  if (after.part > before.part) return "It reads your hand better now.";
  return after.part === after.total ? "It read all of yours before, and still does." : "It reads your hand as well as before.";
}

// Two bars, one above the other.
function compared(before, after, wordsOf) {
  return [["Before", before], ["After", after]].map(([name, share]) => {
    const [row, label, track, bar, words] = ["li", "span", "i", "b", "span"].map((tag) => document.createElement(tag));
    label.textContent = name;
    bar.style.width = `${(100 * share.part) / Math.max(share.total, 1)}%`;
    track.append(bar);
    words.textContent = wordsOf(share);
    row.append(label, track, words);
    row.classList.toggle("best", name === "After");
    return row;
  });
}

const counted = ({ part, total }) => `${part} of ${total}`;
const shared = ({ part, total }) => `${((100 * part) / total).toFixed(1)} %`;
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function said(name, reading) {
  const [box, label, text, sure] = ["li", "h4", "p", "p"].map((tag) => document.createElement(tag));
  label.textContent = name;
  text.className = "says";
  text.textContent = reading.text || "\u2013";
  text.classList.toggle("long", reading.text.length > 4);
  sure.textContent = reading.text ? `${percent(reading.confidence)} sure` : "no digit";
  box.append(label, text, sure);
  return box;
}

// It learns digits alone: "12 50" of "12.50".
function digitsOnly(text) {
  return text.replace(/[^\d|]+/g, " ").trim();
}

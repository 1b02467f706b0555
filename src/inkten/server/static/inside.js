// Look inside: the stages of the reading, following the sheet, and who says what.

import { Later } from "./later.js";
import { digitsOf, isSign, partsOf, percent } from "./reading.js";
import { explain } from "./service.js";

const PAUSE = 250; // ms after a reading: the next one may be on its way
const NAMES = { "plain recipe": "Plain recipe", mlp: "mlp", cnn: "cnn" };

export class Inside {
  #read = null;
  #digit = 0; // that is looked into
  #later = new Later(PAUSE);
  #isOpen = false;

  constructor(panel) {
    this.panel = panel;
    this.part = (id) => panel.querySelector(`#inside-${id}`);
  }

  open(isOpen) {
    this.#isOpen = isOpen;
    if (isOpen && this.#read) this.#follow(0);
    else this.#later.stop();
  }

  clear() {
    this.#read = null;
    this.#later.stop();
    this.#empty("");
  }

  show(read) {
    this.#read = read;
    this.#digit = 0;
    this.#follow();
  }

  // A sign has no inside of its own: the digit before it, or the first, is looked into.
  choose(index) {
    const before = partsOf(this.#read.reading).slice(0, index + 1);
    const digit = Math.max(before.filter((part) => !isSign(part)).length - 1, 0);
    if (digit === this.#digit) return;
    this.#digit = digit;
    this.#follow();
  }

  #follow(pause = PAUSE) {
    if (!this.#isOpen) return;
    this.panel.classList.add("stale");
    if (this.part("whole").hidden) this.part("words").textContent = "Looking inside \u2026";
    this.#later.start((signal) => this.#load(signal), pause);
  }

  async #load(signal) {
    const { picture, options } = this.#read;
    try {
      const stages = await explain(picture, { ...options, digit: this.#digit }, { signal });
      if (!signal.aborted) this.#write(stages);
    } catch (failure) {
      if (!signal.aborted) this.#empty(failure.message);
    }
  }

  #empty(words) {
    this.panel.classList.remove("stale");
    this.part("words").textContent = words;
    this.part("whole").hidden = true;
  }

  #write(stages) {
    this.#empty("");
    this.part("whole").hidden = false;
    const digit = digitsOf(stages.reading)[this.#digit] ?? stages.reading.best_guess;
    this.part("contrast").src = stages.contrast;
    this.part("heat").src = stages.heat;
    this.part("cut").hidden = !digit;
    if (digit) this.part("tile").src = stages.tile;
    this.#writeLayers(stages.ways);
    this.part("ways").replaceChildren(...stages.ways.map((way) => this.#way(way, stages.tile)));
    this.#writeOpinions(stages, digit);
  }

  // What each layer of the networks passes on for the digit.
  #writeLayers(ways) {
    const networks = ways.filter(({ layers }) => layers.length);
    this.part("networks").hidden = !networks.length;
    this.part("layers").replaceChildren(...networks.map((way) => {
      const [box, heading] = ["div", "h4"].map((tag) => document.createElement(tag));
      heading.textContent = NAMES[way.name] ?? way.name;
      box.append(heading, ...way.layers.map((layer, index) => figure(layer, `${heading.textContent}, layer ${index + 1}`)));
      return box;
    }));
  }

  // How one way reads the whole picture, and what its network gets to see.
  #way(way, tile) {
    const [item, name, text, sure] = ["li", "h4", "p", "p"].map((tag) => document.createElement(tag));
    name.textContent = NAMES[way.name] ?? way.name;
    text.className = "says";
    text.textContent = way.text || "\u2013";
    text.classList.toggle("long", way.text.length > 3);
    sure.textContent = way.text ? `${percent(way.confidence)} sure` : "no digit";
    item.append(name, text, sure);
    const seen = way.tile ?? tile;
    const alt = way.tile ? "Sees the whole picture in 28 by 28 pixels" : "Sees each digit alone";
    if (seen) item.append(Object.assign(new Image(28, 28), { src: seen, alt }));
    return item;
  }

  // What the detector and each network make of the digit, and what is read in the end.
  #writeOpinions({ detector, ways }, digit) {
    this.part("opinions").hidden = !digit;
    if (!digit) return;
    const networks = ways.filter(({ tile, probabilities }) => !tile && probabilities);
    const rows = [
      ["detector", detector],
      ...networks.map(({ name, probabilities }) => [NAMES[name] ?? name, probabilities]),
      ["together", digit.probabilities],
    ];
    this.part("rows").replaceChildren(...rows.map(([name, probabilities]) => opinion(name, probabilities)));
  }
}

function figure({ size, picture }, name) {
  const [box, caption, image] = ["figure", "figcaption", "img"].map((tag) => document.createElement(tag));
  image.src = picture;
  image.alt = `${name}: ${size}`;
  image.classList.toggle("units", size.endsWith("units"));
  caption.textContent = size.replace("x", "\u202f\u00d7\u202f");
  box.append(image, caption);
  return box;
}

// A row of ten cells, the darker the likelier.
function opinion(name, probabilities) {
  const [row, head] = ["tr", "th"].map((tag) => document.createElement(tag));
  head.scope = "row";
  head.textContent = name;
  const best = probabilities.indexOf(Math.max(...probabilities));
  row.append(head, ...probabilities.map((probability, value) => {
    const [cell, bar, words] = ["td", "i", "span"].map((tag) => document.createElement(tag));
    bar.style.height = `${Math.max(probability * 100, 2)}%`;
    bar.classList.toggle("best", value === best && probability > 0);
    words.className = "hidden";
    words.textContent = percent(probability);
    cell.append(bar, words);
    return cell;
  }));
  return row;
}

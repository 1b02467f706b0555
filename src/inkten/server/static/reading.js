// What a reading says: its digits and signs, and how sure they are, in words.

const HALF = 0.5; // less sure than this, it is more likely wrong than right
const COMPLETE = 0.8; // below: at least one chance in five that ink was missed
const NAMES = {
  ".": "point", ",": "comma", "'": "apostrophe", "-": "minus", "/": "slash", ":": "colon", "+": "plus", "=": "equals",
  x: "times", "÷": "divided by", "(": "opening bracket", ")": "closing bracket", "%": "percent", "½": "one half",
};

export function digitsOf(reading) {
  return reading.lines.flat().flatMap((number) => number.digits);
}

// Digits and signs, left to right.
export function partsOf(reading) {
  return reading.lines.flat().flatMap(partsOfNumber);
}

export function partsOfNumber({ digits, signs }) {
  const before = (count) => signs.filter(({ digits_before }) => digits_before === count);
  return [...digits.flatMap((digit, count) => [...before(count), digit]), ...before(digits.length)];
}

export function isSign(part) { return "digits_before" in part; }

// The likeliest digit, however unsure; or the sign.
export function textOf(part) { return String(isSign(part) ? part.value : part.guess); }

// As one says it.
export function nameOf(part) { return isSign(part) ? NAMES[part.value] : textOf(part); }

// Read as "?" by the service, or more likely wrong than right.
export function isUnsure(part) {
  return part.value === null || part.confidence < HALF;
}

// The text with the likeliest digit in place of each "?"; " | " stands between lines.
export function guessedText(reading) {
  const written = (number) => partsOfNumber(number).map(textOf).join("");
  return reading.lines.map((line) => line.map(written).join(" ")).join(" | ");
}

// How sure the whole reading is: in words, and whether one may rely on it.
export function verdict(reading) {
  const parts = partsOf(reading);
  const unsure = parts.filter(isUnsure).length;
  if (unsure) return { isSure: false, words: countUnsure(unsure, parts.length) };
  const complete = reading.lines.flat().reduce((all, { completeness }) => all * completeness, 1);
  if (complete < COMPLETE) return { isSure: false, words: "May have missed some" };
  return { isSure: reading.confidence >= HALF, words: `${percent(reading.confidence)} sure` };
}

function countUnsure(unsure, count) {
  if (count === 1) return "Not sure";
  return unsure === count ? "Not sure of any" : `Not sure of ${unsure} of ${count}`;
}

// Never 100 % or 0 %: nothing is that certain.
export function percent(probability) {
  if (probability > 0.995) return "> 99 %";
  return probability < 0.005 ? "< 1 %" : `${Math.round(probability * 100)} %`;
}

// The first digit or sign to look at.
export function leastSure(parts) {
  const confidences = parts.map(({ confidence }) => confidence);
  return confidences.indexOf(Math.min(...confidences));
}

// What a reading says: its digits, and how sure it is, in words.

const HALF = 0.5; // less sure than this, it is more likely wrong than right
const COMPLETE = 0.8; // below: at least one chance in five that ink was missed

export function digitsOf(reading) {
  return reading.lines.flat().flatMap((number) => number.digits);
}

// Read as "?" by the service, or more likely wrong than right.
export function isUnsure(digit) {
  return digit.value === null || digit.confidence < HALF;
}

// The text with the likeliest digit in place of each "?"; " | " stands between lines.
export function guessedText(reading) {
  const textOf = (number) => number.digits.map((digit) => digit.guess).join("");
  return reading.lines.map((line) => line.map(textOf).join(" ")).join(" | ");
}

// How sure the whole reading is: in words, and whether one may rely on it.
export function verdict(reading) {
  const digits = digitsOf(reading);
  const unsure = digits.filter(isUnsure).length;
  if (unsure) return { isSure: false, words: countUnsure(unsure, digits.length) };
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

// The first digit to look at.
export function leastSure(digits) {
  const confidences = digits.map(({ confidence }) => confidence);
  return confidences.indexOf(Math.min(...confidences));
}

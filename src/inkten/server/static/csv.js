// Rows of cells as CSV (RFC 4180), safe to open in a spreadsheet.

export function csvOf(rows) {
  return rows.map((cells) => `${cells.map(({ text }) => quoted(safe(text))).join(",")}\n`).join("");
}

// "A1", as spreadsheets name it; both from 0.
export function cellName(row, column) {
  let letters = "";
  for (let place = column; place >= 0; place = Math.floor(place / 26) - 1) {
    letters = String.fromCharCode(65 + (place % 26)) + letters;
  }
  return `${letters}${row + 1}`;
}

export function quoted(text) {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// As in inkten.tables.spreadsheet: nothing may be run as a formula.
export function safe(text) {
  const isFormula = /^[=+\-@\t\r]/.test(text) && !/^[-+](\d[\d.,]*)?$/.test(text);
  return isFormula ? `'${text}` : text;
}

// The API: a form to try, and its operations, listed from the service's OpenAPI document.

import { authorization } from "./key.js";

const find = (id) => document.getElementById(id);
const address = new URL(".", location.href).href;
for (const each of document.querySelectorAll(".address")) each.textContent = address;
if (!document.body.dataset.needsKey) {
  for (const each of document.querySelectorAll(".keyed")) each.remove();
}

// ---- the form, which works before the operations are there

find("try").onsubmit = async (event) => {
  event.preventDefault();
  const { picture, key, ...options } = Object.fromEntries(new FormData(event.target));
  const chosen = Object.entries(options).filter(([, value]) => value !== "");
  const path = `v1/read?${new URLSearchParams(chosen)}`;
  const body = new FormData();
  body.append("file", picture);
  find("tried").hidden = false;
  const header = document.body.dataset.needsKey ? "-H 'Authorization: Bearer KEY' " : "";
  find("tried-request").textContent = `curl ${header}-F file=@${picture.name} '${address}${path}'`;
  try {
    const answer = await fetch(path, { method: "POST", body, headers: key ? authorization(key) : authorization() });
    find("tried-answer").textContent = JSON.stringify(await answer.json(), null, 2);
    find("tried-status").textContent = `${answer.status} ${answer.statusText}`;
  } catch {
    find("tried-answer").textContent = "";
    find("tried-status").textContent = "The service does not answer. Is it still running?";
  }
};

// ---- the operations

const description = await (await fetch("openapi.json")).json();
find("version").textContent = `version ${description.info.version}`;
const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => card(method, path, operation)));
find("operations").append(...operations);

function card(method, path, { summary, description: text, parameters = [], responses }) {
  const heading = element("h2", element("code.method", method.toUpperCase()), element("code", path));
  const paragraphs = (text ?? "").split("\n\n").map((words) => element("p", words));
  const options = parameters.map(({ name, schema, description: meaning }) =>
    row(`?${name}`, `${meaning ?? ""} ${valuesOf(schema)}`));
  const listed = Object.entries(responses).filter(([status]) => status !== "default");
  const answers = listed.map(([status, { description: meaning }]) => row(status, meaning));
  const samples = listed.flatMap(([, response]) => samplesOf(response));
  return element(
    "section.card operation", heading, element("p", element("strong", summary)), ...paragraphs,
    element("dl", ...options, ...answers), ...samples,
  );
}

function samplesOf({ content = {} }) {
  return Object.values(content).flatMap(({ examples = {} }) => Object.values(examples)).map(({ summary, value }) => {
    const block = element("pre", JSON.stringify(value, null, 2));
    block.tabIndex = 0;
    block.ariaLabel = `Sample answer: ${summary}`;
    return element("details.sample", element("summary", `Sample answer: ${summary}`), block);
  });
}

function valuesOf(schema) {
  const { enum: values, type, minimum, maximum } = schema.anyOf?.[0] ?? schema;
  const range = minimum === undefined ? type : `${minimum} to ${maximum}`;
  const preset = schema.default === undefined ? "" : `; default ${schema.default}`;
  return `(${values ? values.join(", ") : range}${preset})`;
}

function row(term, meaning) {
  return element("div", element("dt", term), element("dd", meaning));
}

function element(kind, ...children) {
  const [name, style] = kind.split(".");
  const made = document.createElement(name);
  if (style) made.className = style;
  made.append(...children);
  return made;
}

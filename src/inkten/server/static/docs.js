// The operations, listed from the service's OpenAPI document.

const description = await (await fetch("openapi.json")).json();
document.getElementById("version").textContent = `version ${description.info.version}`;
const address = new URL(".", location.href).href;
for (const each of document.querySelectorAll(".address")) each.textContent = address;

const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => card(method, path, operation)));
document.getElementById("operations").append(...operations);

function card(method, path, { summary, description: text, parameters = [], responses }) {
  const heading = element("h2", element("code.method", method.toUpperCase()), element("code", path));
  const paragraphs = (text ?? "").split("\n\n").map((words) => element("p", words));
  const options = parameters.map(({ name, schema, description: meaning }) =>
    row(`?${name}`, `${meaning ?? ""} ${valuesOf(schema)}`));
  const answers = Object.entries(responses)
    .filter(([status]) => status !== "default")
    .map(([status, { description: meaning }]) => row(status, meaning));
  return element("section.operation", heading, element("p", element("strong", summary)), ...paragraphs, element("dl", ...options, ...answers));
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

// The service: pictures go there, readings come back.

let key = sessionStorage.getItem("key");
let asking = null; // the answer to the key dialog, while it is open

export async function read(picture, { single, rotate }) {
  const options = new URLSearchParams({ tiles: true, single, rotate });
  const type = picture.type.startsWith("image/") ? picture.type : "application/octet-stream";
  return ask(`v1/read?${options}`, picture, { "Content-Type": type });
}

export async function correct(picture, text, { single, rotate }) {
  const form = new FormData();
  form.append("picture", picture, "picture");
  form.append("text", text);
  return ask(`v1/corrections?${new URLSearchParams({ single, rotate })}`, form, {});
}

async function ask(path, body, headers) {
  if (key) headers.Authorization = `Bearer ${key}`;
  let response;
  try {
    response = await fetch(path, { method: "POST", body, headers });
  } catch {
    throw new Error("The service does not answer. Is it still running?");
  }
  const told = await response.json().catch(() => ({}));
  if (response.ok) return told;
  if (response.status === 401 && (await askForKey())) return ask(path, body, headers);
  throw new Error(inWords(response.status, told));
}

function inWords(status, { title, detail }) {
  if (status === 503) return "Many pictures are being read just now. Please try again in a moment.";
  return detail ? `${title}: ${detail}` : `The service answered with an error (${status}).`;
}

// Several requests may be refused at a time; the key is asked for once.
function askForKey() {
  asking ??= showKeyDialog().finally(() => { asking = null; });
  return asking;
}

async function showKeyDialog() {
  const dialog = document.getElementById("key-dialog");
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((closed) => { dialog.addEventListener("close", closed, { once: true }); });
  if (dialog.returnValue !== "use") return false;
  key = document.getElementById("key").value;
  sessionStorage.setItem("key", key);
  return true;
}

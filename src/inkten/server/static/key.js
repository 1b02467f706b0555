// The key of a protected service: kept until the browser's tab is closed.

const STORED = "key";

let key = sessionStorage.getItem(STORED);
let isDeclined = false; // the dialog was closed: it does not come back by itself
let asking = null; // the promise of the open dialog

export function authorization(used = key) {
  return used ? { Authorization: `Bearer ${used}` } : {};
}

// When the page is loaded, so that no dialog comes in the middle of a stroke.
export async function askAtLoad() {
  const isKnown = key && (await isRight(key));
  if (document.body.dataset.needsKey && !isKnown) await askForKey();
}

// Whether there is a new key; several requests ask for it with one dialog.
export async function askForKey({ anew = false } = {}) {
  if (isDeclined && !anew) return false;
  asking ??= showDialog().finally(() => { asking = null; });
  return asking;
}

async function showDialog() {
  const dialog = document.getElementById("key-dialog");
  const [form, field, problem] = ["form", "#key", "#key-problem"].map((part) => dialog.querySelector(part));
  form.onsubmit = async (event) => {
    if (event.submitter?.value === "cancel") return;
    event.preventDefault();
    const typed = field.value.trim();
    problem.textContent = "";
    if (typed && (await isRight(typed))) {
      key = typed;
      sessionStorage.setItem(STORED, key);
      dialog.close("use");
    } else {
      problem.textContent = "This key is wrong.";
      field.select();
    }
  };
  problem.textContent = "";
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((closed) => { dialog.addEventListener("close", closed, { once: true }); });
  isDeclined = dialog.returnValue !== "use";
  return !isDeclined;
}

// Metrics need the key, and asking for them reads no picture.
async function isRight(candidate) {
  try {
    const { status } = await fetch("metrics", { headers: authorization(candidate) });
    return status !== 401;
  } catch { // no header can hold it, or the service does not answer
    return /^[\x20-\x7e]+$/.test(candidate);
  }
}

// A picture from the camera: a live view if the browser allows it, else the device's own.
// Returns a list: of the picture, or empty.

export async function takePicture(dialog, fallback) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1920 } },
    });
  } catch { // no camera, not allowed, or a page over plain HTTP
    fallback.click();
    return [];
  }
  const view = dialog.querySelector("video");
  view.srcObject = stream;
  await view.play();
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((closed) => { dialog.addEventListener("close", closed, { once: true }); });
  const picture = dialog.returnValue === "take" ? [await stillOf(view)] : [];
  stream.getTracks().forEach((track) => track.stop());
  view.srcObject = null;
  return picture;
}

function stillOf(view) {
  const still = document.createElement("canvas");
  still.width = view.videoWidth;
  still.height = view.videoHeight;
  still.getContext("2d").drawImage(view, 0, 0);
  return new Promise((done) => { still.toBlob(done, "image/jpeg", 0.92); });
}

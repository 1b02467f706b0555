// A piece of the picture, in the box of a cell or a sign.

export function cutOut(picture, { box }, reading, height = 0) {
  const zoom = picture.width / reading.width;
  const [left, top] = [box.x, box.y].map((side) => Math.max(0, Math.floor(side * zoom)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.min(picture.width, Math.ceil((box.x + box.width) * zoom)) - left);
  canvas.height = Math.max(1, Math.min(picture.height, Math.ceil((box.y + box.height) * zoom)) - top);
  canvas.getContext("2d").drawImage(picture, -left, -top);
  if (height) canvas.style.height = `${height}px`;
  canvas.ariaHidden = "true";
  return canvas;
}

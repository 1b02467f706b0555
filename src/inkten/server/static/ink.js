// Strokes as ink: painted on the sheet, and as the picture that is sent.

const SENT_WIDTH = 400; // px of the picture that is sent: enough to read digits well

// Points are fractions of the sheet's width, so strokes survive a change of its size.
// An erasing stroke takes away the ink below it.
export function paint(surface, strokes, width, color) {
  surface.strokeStyle = surface.fillStyle = color;
  surface.lineCap = surface.lineJoin = "round";
  for (const stroke of strokes) {
    surface.globalCompositeOperation = stroke.erases ? "destination-out" : "source-over";
    paintStroke(surface, stroke, width);
  }
  surface.globalCompositeOperation = "source-over";
}

// Curves through the midpoints: a smooth path rather than a polygon.
function paintStroke(surface, { points, pen }, width) {
  const [first] = points;
  surface.beginPath();
  surface.arc(first.x * width, first.y * width, (pen * first.thickness * width) / 2, 0, 7);
  surface.fill();
  let from = first;
  for (let i = 1; i < points.length; i += 1) {
    const [last, point] = [points[i - 1], points[i]];
    const isEnd = i === points.length - 1;
    const to = isEnd ? point : { x: (last.x + point.x) / 2, y: (last.y + point.y) / 2 };
    surface.lineWidth = (pen * width * (last.thickness + point.thickness)) / 2;
    surface.beginPath();
    surface.moveTo(from.x * width, from.y * width);
    surface.quadraticCurveTo(last.x * width, last.y * width, to.x * width, to.y * width);
    surface.stroke();
    from = to;
  }
}

// Black on white in any theme; null if no ink is left.
export function toCanvas(strokes, aspect, width = SENT_WIDTH) {
  if (!strokes.length) return null;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = Math.round(width * aspect);
  const surface = canvas.getContext("2d", { willReadFrequently: strokes.some(({ erases }) => erases) });
  paint(surface, strokes, width, "#000");
  if (strokes.some(({ erases }) => erases) && isBare(surface, canvas)) return null;
  surface.globalCompositeOperation = "destination-over";
  surface.fillStyle = "#fff";
  surface.fillRect(0, 0, canvas.width, canvas.height);
  return canvas;
}

function isBare(surface, { width, height }) {
  const { data } = surface.getImageData(0, 0, width, height);
  for (let alpha = 3; alpha < data.length; alpha += 4) if (data[alpha]) return false;
  return true;
}

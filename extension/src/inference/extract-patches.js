// Cuts the face detector's candidates out of the image, as TensorFlow's CPU kernel does.

/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

const { fround } = Math;

/**
 * Cuts boxes out and resizes them bilinearly, as tf.image.crop_and_resize does with the package's way of passing
 * boxes: corners as fractions of the image's size, spread over its size less one; zero outside the image. Normalises.
 *
 * @param {RasterImage} image
 * @param {import("./boxes.js").ScoredBox[]} boxes
 * @param {number} side of a patch, pixels, > 1
 * @returns {Float32Array} float32 [boxes, side, side, 3], range [-0.996, 0.996]
 */
export function extractPatches(image, boxes, side) {
  const out = new Float32Array(boxes.length * side * side * 3);
  boxes.forEach((box, index) => {
    const rows = samplePositions(box.y1, box.y2, image.height, side);
    const columns = samplePositions(box.x1, box.x2, image.width, side);
    for (let row = 0; row < side; row += 1) {
      for (let column = 0; column < side; column += 1) {
        const target = ((index * side + row) * side + column) * 3;
        samplePixel(image, rows[row], columns[column], out, target);
      }
    }
  });
  return out;
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} size of the image along this axis
 * @param {number} count
 * @returns {Float32Array} positions in pixels
 */
function samplePositions(from, to, size, count) {
  const start = fround(from / size);
  const step = fround(fround(fround(fround(to / size) - start) * (size - 1)) / (count - 1));
  const origin = fround(start * (size - 1));
  return Float32Array.from({ length: count }, (_, index) => fround(origin + fround(index * step)));
}

/**
 * @param {RasterImage} image
 * @param {number} y
 * @param {number} x
 * @param {Float32Array} out gets three values at `target`; left alone (zero) when (x, y) is outside the image
 * @param {number} target
 */
function samplePixel(image, y, x, out, target) {
  const { width, height, channels, data } = image;
  if (!(y >= 0 && y <= height - 1 && x >= 0 && x <= width - 1)) return;
  const top = Math.floor(y);
  const left = Math.floor(x);
  const fy = y - top;
  const fx = x - left;
  const upper = (top * width + left) * channels;
  const lower = upper + (Math.ceil(y) - top) * width * channels;
  const right = (Math.ceil(x) - left) * channels;
  for (let channel = 0; channel < 3; channel += 1) {
    const above = data[upper + channel] + (data[upper + right + channel] - data[upper + channel]) * fx;
    const below = data[lower + channel] + (data[lower + right + channel] - data[lower + channel]) * fx;
    out[target + channel] = normalize(above + (below - above) * fy);
  }
}

/**
 * Brings a pixel's value to the detector's range.
 *
 * @param {number} value in [0, 255]
 * @returns {number} in [-0.996, 0.996]
 */
function normalize(value) {
  return (value - 127.5) / 128;
}

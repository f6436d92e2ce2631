// Prepares the face detector's first input: the normalised image at several scales, as TensorFlow's CPU kernels do.

/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

/**
 * @typedef {object} FloatImage
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {Float32Array} data float32 [height, width, 3], range [-0.996, 0.996]
 */

/**
 * @typedef {object} AreaSums
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {Uint32Array} sums uint32 [height + 1, width + 1, 3]: of all values above and to the left
 */

const NETWORK_INPUT_SIDE = 12;
const MAX_PIXELS = Math.floor((2 ** 32 - 1) / 255);
const { fround } = Math;

/**
 * Brings a pixel's value to the detector's range.
 *
 * @param {number} value in [0, 255]
 * @returns {number} in [-0.996, 0.996]
 */
export function normalize(value) {
  return (value - 127.5) / 128;
}

/**
 * Scales at which the first network looks at an image, largest first. The largest is the one that shows it faces of at
 * most the smallest size as large as it wants them; the grid of scales does not depend on that size.
 *
 * @param {number} width pixels
 * @param {number} height pixels
 * @param {{firstFaceSize: number, scaleFactor: number, minFaceSize: number}} pyramid face size that the grid begins at
 *   and the smallest to find, pixels; from one scale to the next, in (0, 1)
 * @returns {number[]}
 */
export function pyramidScales(width, height, { firstFaceSize, scaleFactor, minFaceSize }) {
  const levels = Math.log(Math.min(width, height) / NETWORK_INPUT_SIDE) / Math.log(scaleFactor);
  const count = Math.max(0, Math.round(-(levels + 1)));
  const scales = Array.from({ length: count }, (_, level) => (NETWORK_INPUT_SIDE / firstFaceSize) * scaleFactor ** level);
  return scales.filter((scale) => NETWORK_INPUT_SIDE / (scale * scaleFactor) > minFaceSize);
}

/**
 * Sums over every rectangle that begins at the upper left corner (a summed-area table, Crow 1984): with it a reduction
 * costs what its output has pixels, not what its input has.
 *
 * @param {RasterImage} image of at most 16.8 megapixels
 * @returns {AreaSums}
 * @throws {RangeError} when the sums could be over 32 bits
 */
export function sumAreas({ width, height, channels, data }) {
  if (width * height > MAX_PIXELS) throw new RangeError(`${width} x ${height} pixels are too many to be summed in 32 bits`);
  const stride = (width + 1) * 3;
  const sums = new Uint32Array((height + 1) * stride);
  let source = 0;
  for (let target = stride; target < sums.length; ) {
    let red = 0;
    let green = 0;
    let blue = 0;
    const end = target + stride;
    for (target += 3; target < end; target += 3, source += channels) {
      red += data[source];
      green += data[source + 1];
      blue += data[source + 2];
      sums[target] = sums[target - stride] + red;
      sums[target + 1] = sums[target + 1 - stride] + green;
      sums[target + 2] = sums[target + 2 - stride] + blue;
    }
  }
  return { width, height, sums };
}

/**
 * Averages over areas, as tf.image.resize with method AREA does (coordinates in float32), and normalises.
 *
 * @param {AreaSums} image
 * @param {number} height new height, pixels
 * @param {number} width new width, pixels
 * @returns {FloatImage}
 */
export function resizeArea(image, height, width) {
  const columns = edges(image.width, width);
  const rows = edges(image.height, height);
  const normalizer = fround(1 / (rows.scale * columns.scale));
  const out = new Float32Array(height * width * 3);
  let above = new Float64Array((width + 1) * 3);
  let below = new Float64Array((width + 1) * 3);
  sumAlong(image, rows.cells[0], rows.parts[0], columns, below);
  for (let y = 0; y < height; y += 1) {
    [above, below] = [below, above];
    sumAlong(image, rows.cells[y + 1], rows.parts[y + 1], columns, below);
    const target = y * width * 3;
    for (let place = 0; place < width * 3; place += 1) {
      out[target + place] = normalize((below[place + 3] - below[place] - above[place + 3] + above[place]) * normalizer);
    }
  }
  return { width, height, data: out };
}

/**
 * Where the edges of the output's cells lie in the input.
 *
 * @param {number} inputSize
 * @param {number} outputSize
 * @returns {{scale: number, cells: Int32Array, parts: Float64Array}} for each edge the input cell that it cuts, and how
 *   much of that cell lies before it, in [0, 1] (and a hair over for the last)
 */
function edges(inputSize, outputSize) {
  const scale = fround(inputSize / outputSize);
  const cells = new Int32Array(outputSize + 1);
  const parts = new Float64Array(outputSize + 1);
  for (let edge = 0; edge <= outputSize; edge += 1) {
    const position = fround(edge * scale);
    cells[edge] = Math.min(Math.floor(position), inputSize - 1);
    parts[edge] = position - cells[edge];
  }
  return { scale, cells, parts };
}

/**
 * Sums above a horizontal line, left of each of the columns' edges. Within a cell they grow evenly.
 *
 * @param {AreaSums} image
 * @param {number} row
 * @param {number} part of the row that lies above the line
 * @param {{cells: Int32Array, parts: Float64Array}} columns
 * @param {Float64Array} out float64 [edges, 3]
 */
function sumAlong({ width, sums }, row, part, { cells, parts }, out) {
  const stride = (width + 1) * 3;
  for (let edge = 0; edge < cells.length; edge += 1) {
    const along = parts[edge];
    const upper = row * stride + cells[edge] * 3;
    const lower = upper + stride;
    const [a, b, c, d] = [(1 - part) * (1 - along), (1 - part) * along, part * (1 - along), part * along];
    out[edge * 3] = a * sums[upper] + b * sums[upper + 3] + c * sums[lower] + d * sums[lower + 3];
    out[edge * 3 + 1] = a * sums[upper + 1] + b * sums[upper + 4] + c * sums[lower + 1] + d * sums[lower + 4];
    out[edge * 3 + 2] = a * sums[upper + 2] + b * sums[upper + 5] + c * sums[lower + 2] + d * sums[lower + 5];
  }
}

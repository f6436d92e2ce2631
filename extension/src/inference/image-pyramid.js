// Prepares the face detector's first input: the normalised image at several scales, as TensorFlow's CPU kernels do.

import { averageAreas } from "./resample-kernel.js";

/** @typedef {import("./raster-image.js").RasterImage} RasterImage */
/** @typedef {import("./resample-kernel.js").FilterWeights<Float32Array>} AreaWeights */

/**
 * @typedef {object} FloatImage
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {Float32Array} data float32 [height, width, 3], range [-0.996, 0.996]
 */

const NETWORK_INPUT_SIDE = 12;
const { fround } = Math;

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
 * Reduces an image by averages over areas, as tf.image.resize with method AREA does (coordinates in float32), and brings
 * the values to the detector's range.
 *
 * @param {RasterImage} image
 * @param {{width: number, height: number}[]} sizes pixels
 * @returns {FloatImage[]} one of each size
 */
export function resizeAreas(image, sizes) {
  const levels = sizes.map(({ width, height }) => ({ columns: areaWeights(image.width, width), rows: areaWeights(image.height, height) }));
  return averageAreas(image, levels).map((data, level) => ({ ...sizes[level], data }));
}

/**
 * How much of each input cell lies in each output cell.
 *
 * @param {number} inputSize
 * @param {number} outputSize
 * @returns {AreaWeights} as fractions of the output cell
 */
function areaWeights(inputSize, outputSize) {
  const scale = fround(inputSize / outputSize);
  const taps = Math.ceil(scale) + 1;
  const starts = new Uint32Array(outputSize);
  const counts = new Uint32Array(outputSize);
  const weights = new Float32Array(outputSize * taps);
  for (let position = 0; position < outputSize; position += 1) {
    const [from, to] = [fround(position * scale), fround((position + 1) * scale)];
    const first = Math.min(Math.floor(from), inputSize - 1);
    // Rounded, the last cell may end a hair beyond the image.
    const last = Math.min(Math.floor(to), inputSize - 1);
    for (let cell = first; cell <= last; cell += 1) {
      const end = cell === last ? to : cell + 1;
      weights[position * taps + cell - first] = (end - Math.max(from, cell)) / scale;
    }
    starts[position] = first;
    counts[position] = last - first + 1;
  }
  return { starts, counts, weights, taps };
}

// Prepares the face detector's first input: the normalised image at several scales, as TensorFlow's CPU kernels do.

/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

/**
 * @typedef {object} FloatImage
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {Float32Array} data float32 [height, width, 3]
 */

const NETWORK_INPUT_SIDE = 12;
const { fround } = Math;

/**
 * Brings pixels to the detector's range.
 *
 * @param {RasterImage} image
 * @returns {FloatImage} (value - 127.5) / 128, range [-0.996, 0.996]
 */
export function normalize(image) {
  const { width, height, channels, data } = image;
  const out = new Float32Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    out[pixel * 3] = (data[pixel * channels] - 127.5) / 128;
    out[pixel * 3 + 1] = (data[pixel * channels + 1] - 127.5) / 128;
    out[pixel * 3 + 2] = (data[pixel * channels + 2] - 127.5) / 128;
  }
  return { width, height, data: out };
}

/**
 * Scales at which the first network looks at an image, largest first.
 *
 * @param {number} width pixels
 * @param {number} height pixels
 * @param {number} minFaceSize smallest face to find, pixels
 * @param {number} scaleFactor from one scale to the next, in (0, 1)
 * @returns {number[]}
 */
export function pyramidScales(width, height, minFaceSize, scaleFactor) {
  const levels = Math.log(Math.min(width, height) / NETWORK_INPUT_SIDE) / Math.log(scaleFactor);
  const count = Math.max(0, Math.round(-(levels + 1)));
  return Array.from({ length: count }, (_, level) => (NETWORK_INPUT_SIDE / minFaceSize) * scaleFactor ** level);
}

/**
 * Averages over areas, as tf.image.resize with method AREA does (coordinates in float32).
 *
 * @param {FloatImage} image
 * @param {number} height new height, pixels
 * @param {number} width new width, pixels
 * @returns {FloatImage}
 */
export function resizeArea(image, height, width) {
  const columns = coverage(image.width, width);
  const rows = coverage(image.height, height);
  const normalizer = fround(1 / (rows.scale * columns.scale));
  const out = new Float32Array(height * width * 3);
  let target = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let row = rows.starts[y], tapY = y * rows.taps; row < rows.ends[y]; row += 1, tapY += 1) {
        let source = (Math.min(row, image.height - 1) * image.width + columns.starts[x]) * 3;
        let sumRed = 0;
        let sumGreen = 0;
        let sumBlue = 0;
        for (let column = columns.starts[x], tapX = x * columns.taps; column < columns.ends[x]; column += 1, tapX += 1) {
          const weight = columns.weights[tapX];
          sumRed += image.data[source] * weight;
          sumGreen += image.data[source + 1] * weight;
          sumBlue += image.data[source + 2] * weight;
          if (column + 1 < image.width) source += 3;
        }
        red += sumRed * rows.weights[tapY];
        green += sumGreen * rows.weights[tapY];
        blue += sumBlue * rows.weights[tapY];
      }
      out[target] = red * normalizer;
      out[target + 1] = green * normalizer;
      out[target + 2] = blue * normalizer;
      target += 3;
    }
  }
  return { width, height, data: out };
}

/**
 * Which input cells an output cell covers, and how much of each.
 *
 * @param {number} inputSize
 * @param {number} outputSize
 */
function coverage(inputSize, outputSize) {
  const scale = fround(inputSize / outputSize);
  const taps = Math.ceil(scale) + 2;
  const starts = new Int32Array(outputSize);
  const ends = new Int32Array(outputSize);
  const weights = new Float32Array(outputSize * taps);
  for (let position = 0; position < outputSize; position += 1) {
    const from = fround(position * scale);
    const to = fround((position + 1) * scale);
    starts[position] = Math.floor(from);
    ends[position] = Math.ceil(to);
    for (let cell = starts[position]; cell < ends[position]; cell += 1) {
      const whole = cell + 1 > to ? fround(to - cell) : 1;
      const begun = cell + 1 > to ? scale : fround(cell + 1 - from);
      weights[position * taps + cell - starts[position]] = cell < from ? begun : whole;
    }
  }
  return { scale, taps, starts, ends, weights };
}

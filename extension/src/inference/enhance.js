// Image enhancement for a search that found no face: specks, rain and covering dots taken out, tones evened.

/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

// Pillow's luma of ITU-R 601-2, in units of 2^-16.
const LUMA = [19595, 38470, 7471];
const LUMA_HALF = 1 << 15;
const LEVELS = 256;

/**
 * Grey, filtered by the median and with its histogram equalized, bit for bit as Pillow does it
 * (`convert("L")`, `MedianFilter`, `ImageOps.equalize`).
 *
 * @param {RasterImage} image
 * @param {number} medianSize side of the median's window, pixels, odd
 * @returns {RasterImage} of the same size, three equal channels
 */
export function enhance(image, medianSize) {
  const { width, height } = image;
  const grey = equalize(medianFilter(toGrey(image), width, height, medianSize));
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < grey.length; pixel += 1) data.fill(grey[pixel], pixel * 3, pixel * 3 + 3);
  return { width, height, channels: 3, data };
}

/**
 * @param {RasterImage} image
 * @returns {Uint8Array} uint8 [height, width]
 */
function toGrey({ width, height, channels, data }) {
  const grey = new Uint8Array(width * height);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel += 1, at += channels) {
    grey[pixel] = (data[at] * LUMA[0] + data[at + 1] * LUMA[1] + data[at + 2] * LUMA[2] + LUMA_HALF) >> 16;
  }
  return grey;
}

/**
 * The median of a square around each pixel, the border repeated; from one pixel to the next only a column leaves the
 * histogram and another enters it (Huang, Yang and Tang 1979, "A fast two-dimensional median filtering algorithm").
 *
 * @param {Uint8Array} grey uint8 [height, width]
 * @param {number} width
 * @param {number} height
 * @param {number} size side of the square, odd
 * @returns {Uint8Array}
 */
function medianFilter(grey, width, height, size) {
  const reach = (size - 1) / 2;
  const middle = (size * size - 1) / 2;
  const out = new Uint8Array(grey.length);
  const histogram = new Int32Array(LEVELS);
  const clamp = (/** @type {number} */ at, /** @type {number} */ length) => Math.min(Math.max(at, 0), length - 1);
  for (let y = 0; y < height; y += 1) {
    const rows = Array.from({ length: size }, (_, row) => clamp(y - reach + row, height) * width);
    let median = 0;
    let below = 0; // pixels of the square that are darker than `median`
    const count = (/** @type {number} */ x, /** @type {number} */ by) => {
      for (const row of rows) {
        const value = grey[row + clamp(x, width)];
        histogram[value] += by;
        if (value < median) below += by;
      }
    };
    histogram.fill(0);
    for (let x = -reach; x <= reach; x += 1) count(x, 1);
    for (let x = 0; x < width; x += 1) {
      while (below > middle) below -= histogram[--median];
      while (below + histogram[median] <= middle) below += histogram[median++];
      out[y * width + x] = median;
      count(x - reach, -1);
      count(x + reach + 1, 1);
    }
  }
  return out;
}

/**
 * @param {Uint8Array} grey
 * @returns {Uint8Array} every level about as frequent as every other
 */
function equalize(grey) {
  const histogram = new Uint32Array(LEVELS);
  for (const value of grey) histogram[value] += 1;
  const ofBrightest = histogram.findLast((count) => count > 0) ?? 0; // Pillow leaves them out
  const step = Math.floor((grey.length - ofBrightest) / (LEVELS - 1));
  if (step === 0) return grey;
  const levels = new Uint8ClampedArray(LEVELS);
  let darker = Math.floor(step / 2);
  for (let value = 0; value < LEVELS; value += 1) {
    levels[value] = Math.floor(darker / step);
    darker += histogram[value];
  }
  return grey.map((value) => levels[value]);
}

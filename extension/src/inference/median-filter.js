// The median around each pixel, for a search that found no face: specks, rain and covering dots are gone from it.

/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

const LEVELS = 256;

/**
 * Each channel filtered by the median of a square, the border repeated, bit for bit as Pillow does it (`MedianFilter`).
 *
 * @param {RasterImage} image
 * @param {number} size side of the square, pixels, odd
 * @returns {RasterImage} of the same size, three channels
 */
export function medianFilter({ width, height, channels, data }, size) {
  const filtered = new Uint8Array(width * height * 3);
  for (let channel = 0; channel < 3; channel += 1) {
    const values = new Uint8Array(width * height);
    for (let pixel = 0; pixel < values.length; pixel += 1) values[pixel] = data[pixel * channels + channel];
    const medians = mediansOf(values, width, height, size);
    for (let pixel = 0; pixel < values.length; pixel += 1) filtered[pixel * 3 + channel] = medians[pixel];
  }
  return { width, height, channels: 3, data: filtered };
}

/**
 * From one pixel to the next only a column leaves the histogram and another enters it (Huang, Yang and Tang 1979, "A fast
 * two-dimensional median filtering algorithm").
 *
 * @param {Uint8Array} values uint8 [height, width]
 * @param {number} width
 * @param {number} height
 * @param {number} size side of the square, odd
 * @returns {Uint8Array}
 */
function mediansOf(values, width, height, size) {
  const reach = (size - 1) / 2;
  const middle = (size * size - 1) / 2;
  const out = new Uint8Array(values.length);
  const histogram = new Int32Array(LEVELS);
  const clamp = (/** @type {number} */ at, /** @type {number} */ length) => Math.min(Math.max(at, 0), length - 1);
  for (let y = 0; y < height; y += 1) {
    const rows = Array.from({ length: size }, (_, row) => clamp(y - reach + row, height) * width);
    let median = 0;
    let below = 0; // pixels of the square that are darker than `median`
    const count = (/** @type {number} */ x, /** @type {number} */ by) => {
      for (const row of rows) {
        const value = values[row + clamp(x, width)];
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

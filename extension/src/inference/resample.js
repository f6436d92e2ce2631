// Antialiased resizing, bit for bit as Pillow's Image.resize with Resampling.BILINEAR does it for 8-bit images.

import { resizeBand } from "./resample-kernel.js";

/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

// Pillow's fixed point: weights are integers in units of 2^-22, so that 255 times their sum fits 32 bits.
const PRECISION_BITS = 32 - 8 - 2;
const ONE = 1 << PRECISION_BITS;

// Bytes that are resized at a time. What two bands have in common is worked on twice; 100 megapixels take a quarter more.
const BAND_BYTES = 4 << 20;

/**
 * Resizes with a triangle filter that is as wide as the reduction.
 *
 * @param {RasterImage} image
 * @param {number} height new height, pixels, >= 1
 * @param {number} width new width, pixels, >= 1
 * @returns {RasterImage} three channels (the image itself when the size does not change)
 */
export function resizeAntialiased(image, height, width) {
  if (height === image.height && width === image.width) return image;
  const columns = filterWeights(image.width, width);
  const rows = filterWeights(image.height, height);
  const inputLine = image.width * image.channels;
  const outputLine = width * 3;
  const bytesPerLine = Math.max(outputLine, (inputLine * image.height) / height);
  const linesPerBand = Math.max(1, Math.floor(BAND_BYTES / bytesPerLine));
  const out = new Uint8Array(height * outputLine);
  for (let start = 0; start < height; start += linesPerBand) {
    const end = Math.min(height, start + linesPerBand);
    const first = rows.starts[start];
    const last = rows.starts[end - 1] + rows.counts[end - 1];
    const band = { ...image, height: last - first, data: image.data.subarray(first * inputLine, last * inputLine) };
    const bandRows = {
      starts: rows.starts.slice(start, end).map((row) => row - first),
      counts: rows.counts.subarray(start, end),
      weights: rows.weights.subarray(start * rows.taps, end * rows.taps),
      taps: rows.taps,
    };
    out.set(resizeBand(band, columns, bandRows), start * outputLine);
  }
  return { width, height, channels: 3, data: out };
}

/**
 * For every output position: where its input samples start, how many there are, and their fixed-point weights
 * (`taps` places per position). Mirrors precompute_coeffs and normalize_coeffs_8bpc of Pillow's Resample.c.
 *
 * @param {number} inputSize
 * @param {number} outputSize
 * @returns {import("./resample-kernel.js").FilterWeights<Int32Array>}
 */
function filterWeights(inputSize, outputSize) {
  const scale = inputSize / outputSize;
  const support = Math.max(scale, 1);
  const taps = Math.ceil(support) * 2 + 1;
  const starts = new Uint32Array(outputSize);
  const counts = new Uint32Array(outputSize);
  const weights = new Int32Array(outputSize * taps);
  const exact = new Float64Array(taps);
  for (let position = 0; position < outputSize; position += 1) {
    const center = (position + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(inputSize, Math.trunc(center + support + 0.5)) - start;
    let sum = 0;
    for (let tap = 0; tap < count; tap += 1) {
      const distance = Math.abs((tap + start - center + 0.5) * (1 / support));
      exact[tap] = distance < 1 ? 1 - distance : 0;
      sum += exact[tap];
    }
    for (let tap = 0; tap < count; tap += 1) {
      weights[position * taps + tap] = Math.trunc(0.5 + (exact[tap] / sum) * ONE);
    }
    starts[position] = start;
    counts[position] = count;
  }
  return { starts, counts, weights, taps };
}

// Antialiased resizing, bit for bit as Pillow's Image.resize with Resampling.BILINEAR does it for 8-bit images.

/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

// Pillow's fixed point: weights are integers in units of 2^-22, so that 255 times their sum fits 32 bits.
const PRECISION_BITS = 32 - 8 - 2;
const ONE = 1 << PRECISION_BITS;
const HALF = 1 << (PRECISION_BITS - 1);

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
  const narrowed = width === image.width ? image : resizeWidth(image, width);
  return height === image.height ? narrowed : resizeHeight(narrowed, height);
}

/**
 * @param {RasterImage} image
 * @param {number} width
 * @returns {RasterImage}
 */
function resizeWidth(image, width) {
  const { starts, counts, weights, taps } = filterWeights(image.width, width);
  const { channels, data, height } = image;
  const out = new Uint8Array(height * width * 3);
  let target = 0;
  for (let row = 0; row < height; row += 1) {
    const rowStart = row * image.width * channels;
    for (let column = 0; column < width; column += 1) {
      let source = rowStart + starts[column] * channels;
      let weight = column * taps;
      const end = weight + counts[column];
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      for (; weight < end; weight += 1, source += channels) {
        const w = weights[weight];
        red += data[source] * w;
        green += data[source + 1] * w;
        blue += data[source + 2] * w;
      }
      out[target] = red >> PRECISION_BITS;
      out[target + 1] = green >> PRECISION_BITS;
      out[target + 2] = blue >> PRECISION_BITS;
      target += 3;
    }
  }
  return { width, height, channels: 3, data: out };
}

/**
 * @param {RasterImage} image
 * @param {number} height
 * @returns {RasterImage}
 */
function resizeHeight(image, height) {
  const { starts, counts, weights, taps } = filterWeights(image.height, height);
  const { channels, data, width } = image;
  const out = new Uint8Array(height * width * 3);
  const stride = width * channels;
  let target = 0;
  for (let row = 0; row < height; row += 1) {
    const firstWeight = row * taps;
    const endWeight = firstWeight + counts[row];
    for (let column = 0; column < width; column += 1) {
      let source = starts[row] * stride + column * channels;
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      for (let weight = firstWeight; weight < endWeight; weight += 1, source += stride) {
        const w = weights[weight];
        red += data[source] * w;
        green += data[source + 1] * w;
        blue += data[source + 2] * w;
      }
      out[target] = red >> PRECISION_BITS;
      out[target + 1] = green >> PRECISION_BITS;
      out[target + 2] = blue >> PRECISION_BITS;
      target += 3;
    }
  }
  return { width, height, channels: 3, data: out };
}

/**
 * For every output position: where its input samples start, how many there are, and their fixed-point weights
 * (`taps` places per position). Mirrors precompute_coeffs and normalize_coeffs_8bpc of Pillow's Resample.c.
 *
 * @param {number} inputSize
 * @param {number} outputSize
 */
function filterWeights(inputSize, outputSize) {
  const scale = inputSize / outputSize;
  const support = Math.max(scale, 1);
  const taps = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outputSize);
  const counts = new Int32Array(outputSize);
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

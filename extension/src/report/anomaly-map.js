// Turns the classifier's anomaly map into pixels: enlarged bilinearly, coloured on a scale that is the same for every face.

import { colourOf } from "./colour-map.js";

/** @typedef {import("../shared/verdict-wording.js").AnomalyMap} AnomalyMap */
/** @typedef {import("../inference/model-manifest.js").MapScale} MapScale */

/**
 * The values that get the darkest and the brightest colour. A relative map has mean 1 in every face, and nearly all of
 * its cells lie between half the mean and twice the mean.
 *
 * @type {Record<MapScale, [number, number]>}
 */
export const RANGES = { relative: [0.5, 2], probability: [0, 1] };

/**
 * @param {AnomalyMap} map
 * @param {number} side of the result, pixels
 * @returns {Float32Array} side x side values; cell centres lie at +0.5, edges are replicated
 */
export function enlarge({ size, values }, side) {
  const places = Array.from({ length: side }, (_, index) => {
    const place = Math.min(Math.max(((index + 0.5) / side) * size - 0.5, 0), size - 1);
    const lower = Math.floor(place);
    return { lower, upper: Math.min(lower + 1, size - 1), share: place - lower };
  });
  const enlarged = new Float32Array(side * side);
  places.forEach((row, y) => {
    places.forEach((column, x) => {
      /** @type {(line: number) => number} */
      const across = (line) => values[line * size + column.lower] * (1 - column.share) + values[line * size + column.upper] * column.share;
      enlarged[y * side + x] = across(row.lower) * (1 - row.share) + across(row.upper) * row.share;
    });
  });
  return enlarged;
}

/**
 * @param {AnomalyMap} map
 * @param {MapScale} scale
 * @param {number} side of the result, pixels
 * @returns {Uint8ClampedArray<ArrayBuffer>} opaque RGBA
 */
export function mapPixels(map, scale, side) {
  const [low, high] = RANGES[scale];
  const pixels = new Uint8ClampedArray(side * side * 4);
  enlarge(map, side).forEach((value, index) => pixels.set([...colourOf((value - low) / (high - low)), 255], index * 4));
  return pixels;
}

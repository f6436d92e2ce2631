// Box arithmetic of the face detector: overlap, suppression, squares, regression. Pure functions.
//
// It follows the PyPI package mtcnn 1.0.0 to the letter, its habits included, so that browser and trainer find the
// same boxes.

/**
 * @typedef {object} ScoredBox
 * @property {number} x1 left, pixels
 * @property {number} y1 top, pixels
 * @property {number} x2 right, pixels
 * @property {number} y2 bottom, pixels
 * @property {number} score confidence in [0, 1]
 */

/**
 * Overlap of two boxes.
 *
 * @param {ScoredBox} a
 * @param {ScoredBox} b
 * @param {"union" | "min"} method what the intersection is divided by: the union, or the smaller box
 * @returns {number} in [0, 1]; NaN when both boxes are empty
 */
export function overlap(a, b, method) {
  const width = Math.max(0, Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1));
  const height = Math.max(0, Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1));
  const intersection = width * height;
  const areaA = (a.x2 - a.x1) * (a.y2 - a.y1);
  const areaB = (b.x2 - b.x1) * (b.y2 - b.y1);
  return intersection / (method === "union" ? areaA + areaB - intersection : Math.min(areaA, areaB));
}

/**
 * Sorts by descending score. Of equal scores the later comes first, as in the package.
 *
 * @template {{score: number}} T
 * @param {T[]} boxes
 * @returns {T[]} a new array
 */
export function sortByScore(boxes) {
  return [...boxes].reverse().sort((a, b) => b.score - a.score);
}

/**
 * Non-maximum suppression of boxes in descending order of score. A box goes when any box before it overlaps it, even
 * one that has gone itself: the package's way, stricter than the usual greedy one.
 *
 * @template {ScoredBox} T
 * @param {T[]} boxes best first
 * @param {number} threshold overlap above which the lesser box goes
 * @param {"union" | "min"} method
 * @returns {T[]} what is left, in the same order
 */
export function suppressOverlapping(boxes, threshold, method) {
  return boxes.filter((box, index) => {
    for (let better = 0; better < index; better += 1) {
      if (overlap(boxes[better], box, method) > threshold) return false;
    }
    return true;
  });
}

/**
 * Widens the shorter side about the centre until the box is square.
 *
 * @template {ScoredBox} T
 * @param {T} box
 * @returns {T}
 */
export function toSquare(box) {
  const width = box.x2 - box.x1;
  const height = box.y2 - box.y1;
  const side = Math.max(width, height);
  const x1 = box.x1 + width * 0.5 - side * 0.5;
  const y1 = box.y1 + height * 0.5 - side * 0.5;
  return { ...box, x1, y1, x2: x1 + side, y2: y1 + side };
}

/**
 * Moves a box's edges by a network's offsets, in float32, as TensorFlow does.
 *
 * @template {ScoredBox} T
 * @param {T} box
 * @param {ArrayLike<number>} offsets x1, y1, x2, y2 as fractions of the box's size plus one pixel
 * @returns {T}
 */
export function applyOffsets(box, offsets) {
  const width = Math.fround(box.x2 - box.x1 + 1);
  const height = Math.fround(box.y2 - box.y1 + 1);
  return {
    ...box,
    x1: Math.fround(Math.fround(box.x1) + Math.fround(offsets[0] * width)),
    y1: Math.fround(Math.fround(box.y1) + Math.fround(offsets[1] * height)),
    x2: Math.fround(Math.fround(box.x2) + Math.fround(offsets[2] * width)),
    y2: Math.fround(Math.fround(box.y2) + Math.fround(offsets[3] * height)),
  };
}

/**
 * Keeps a box inside the image, whose last pixel is at size - 1.
 *
 * @template {ScoredBox} T
 * @param {T} box
 * @param {number} width of the image, pixels
 * @param {number} height of the image, pixels
 * @returns {T}
 */
export function fitToImage(box, width, height) {
  /** @type {(value: number, size: number) => number} */
  const fit = (value, size) => Math.min(Math.max(value, 0), size - 1);
  return {
    ...box,
    x1: fit(box.x1, width),
    y1: fit(box.y1, height),
    x2: fit(box.x2, width),
    y2: fit(box.y2, height),
  };
}

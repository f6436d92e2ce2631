// Reads boxes and keypoints out of the face detector's outputs, as the PyPI package mtcnn 1.0.0 does.

/** @typedef {import("./boxes.js").ScoredBox} ScoredBox */

const STRIDE = 2;
// A cell spans 12 pixels, and its box reaches from the second to one past the last, as the package counts.
const CELL_START = 1;
const CELL_END = 12;
const CELL_SIDE = CELL_END - CELL_START;
const { fround } = Math;

/**
 * Boxes of the cells that P-Net takes for faces.
 *
 * @param {Float32Array} offsets float32 [rows, columns, 4]
 * @param {Float32Array} scores float32 [rows, columns, 2]
 * @param {number} columns
 * @param {number} threshold
 * @returns {ScoredBox[]} in reading order, pixels of the reduced image
 */
export function cellBoxes(offsets, scores, columns, threshold) {
  /** @type {ScoredBox[]} */
  const boxes = [];
  for (let cell = 0; cell < scores.length / 2; cell += 1) {
    const score = scores[cell * 2 + 1];
    if (!(score > threshold)) continue;
    const x = (cell % columns) * STRIDE;
    const y = Math.floor(cell / columns) * STRIDE;
    boxes.push({
      x1: x + CELL_START + offsets[cell * 4] * CELL_SIDE,
      y1: y + CELL_START + offsets[cell * 4 + 1] * CELL_SIDE,
      x2: x + CELL_END + offsets[cell * 4 + 2] * CELL_SIDE,
      y2: y + CELL_END + offsets[cell * 4 + 3] * CELL_SIDE,
      score,
    });
  }
  return boxes;
}

/**
 * @param {ScoredBox} box the box that O-Net was shown
 * @param {Float32Array} landmarks float32 [10]: five x, five y, as fractions of the box
 * @returns {number[][]} five (x, y) in pixels
 */
export function placeKeypoints(box, landmarks) {
  const width = box.x2 - box.x1 + 1;
  const height = box.y2 - box.y1 + 1;
  return Array.from({ length: 5 }, (_, index) => [
    fround(width * landmarks[index] + box.x1 - 1),
    fround(height * landmarks[index + 5] + box.y1 - 1),
  ]);
}

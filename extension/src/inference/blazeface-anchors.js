// What BlazeFace's anchors say, as faces, each once.

/**
 * A face as the network gives it: x and y of the middle, width, height, then x and y of six keypoints, pixels of its input.
 *
 * @typedef {{score: number, values: number[]}} Candidate
 */

/** Of the network's input, pixels. */
export const SIDE = 128;
const CELLS = [
  { side: 8, anchors: 2 },
  { side: 16, anchors: 6 },
];
const VALUES = 16;
const POINTS_START = 4;

/** Middles x, y of all anchors, in the order of the network's rows. */
const ANCHORS = CELLS.flatMap(({ side, anchors }) => {
  const cells = SIDE / side;
  return Array.from({ length: cells * cells * anchors }, (_, row) => {
    const cell = Math.floor(row / anchors);
    return [((cell % cells) + 0.5) * side, (Math.floor(cell / cells) + 0.5) * side];
  });
});

/**
 * @param {Float32Array} scores logits, one for each anchor
 * @param {Float32Array} regressions float32 [anchors, VALUES]; places are counted from the anchor's middle
 * @param {number} minScore
 * @returns {Candidate[]} in the anchors' order
 */
export function candidatesOf(scores, regressions, minScore) {
  return ANCHORS.map((middle, row) => ({
    score: 1 / (1 + Math.exp(-scores[row])),
    values: Array.from(regressions.subarray(row * VALUES, (row + 1) * VALUES), (value, index) =>
      index < 2 || index >= POINTS_START ? value + middle[index % 2] : value,
    ),
  })).filter(({ score }) => score >= minScore);
}

/**
 * Each face once: the mean of the anchors that say so, weighted by their scores, as MediaPipe does it.
 *
 * @param {Candidate[]} all
 * @param {number} maxOverlap of two faces, intersection over union
 * @returns {Candidate[]} best first, with the best one's score each
 */
export function mergeOverlapping(all, maxOverlap) {
  const found = [];
  let rest = all.toSorted((a, b) => b.score - a.score);
  while (rest.length > 0) {
    const [best] = rest;
    const isSame = (/** @type {Candidate} */ other) => other === best || overlap(best.values, other.values) > maxOverlap;
    const same = rest.filter(isSame);
    const total = same.reduce((sum, { score }) => sum + score, 0);
    const mean = (/** @type {number} */ index) => same.reduce((sum, { score, values }) => sum + score * values[index], 0) / total;
    found.push({ score: best.score, values: best.values.map((_, index) => mean(index)) });
    rest = rest.filter((other) => !isSame(other));
  }
  return found;
}

/**
 * @param {number[]} a begins with x and y of the middle, width and height
 * @param {number[]} b
 * @returns {number} intersection over union, 0 for boxes without area
 */
function overlap(a, b) {
  const shared = [0, 1].map((axis) => {
    const [reachA, reachB] = [a[axis + 2] / 2, b[axis + 2] / 2];
    return Math.max(0, Math.min(a[axis] + reachA, b[axis] + reachB) - Math.max(a[axis] - reachA, b[axis] - reachB));
  });
  const intersection = shared[0] * shared[1];
  const union = a[2] * a[3] + b[2] * b[3] - intersection;
  return union > 0 ? intersection / union : 0;
}

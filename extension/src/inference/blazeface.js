// BlazeFace (Bazarevsky et al. 2019, arXiv:1907.05047), the detector of a second look; mirrors python_trainer/blazeface.py.

import { faceAngle } from "./face-crop.js";
import { runGraphModel } from "./graph-model.js";
import { resizeAntialiased } from "./resample.js";

/** @typedef {import("./boxes.js").ScoredBox & {keypoints: number[][]}} LocatedFace */
/** @typedef {import("./detector-settings.js").BlazeFaceSettings} BlazeFaceSettings */
/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

/**
 * A face as the network gives it: x and y of the middle, width, height, then x and y of six keypoints, pixels of its input.
 *
 * @typedef {{score: number, values: number[]}} Candidate
 */

const SIDE = 128;
const CELLS = [
  { side: 8, anchors: 2 },
  { side: 16, anchors: 6 },
];
const VALUES = 16;
const POINTS_START = 4;
// The eyes, nose, and the mouth's middle for both of its corners; the network gives two ears too.
const KEYPOINTS = [0, 1, 2, 3, 3];
const { fround } = Math;

/** Middles x, y of all anchors, in the order of the network's rows. */
const ANCHORS = CELLS.flatMap(({ side, anchors }) => {
  const cells = SIDE / side;
  return Array.from({ length: cells * cells * anchors }, (_, row) => {
    const cell = Math.floor(row / anchors);
    return [((cell % cells) + 0.5) * side, (Math.floor(cell / cells) + 0.5) * side];
  });
});

/**
 * Faces of at least an eighth of the image's longer side.
 *
 * @param {import("./graph-model.js").GraphModel} network
 * @param {RasterImage} image
 * @param {BlazeFaceSettings} settings
 * @returns {Promise<LocatedFace[]>} best first, pixels of the image, boxes as large as MTCNN would draw them
 */
export async function findLargeFaces(network, image, { minScore, maxOverlap, boxScale, boxShift }) {
  const { values, left, top, width, height } = toInput(image);
  const [scores, regressions] = await runGraphModel(network, values, [1, SIDE, SIDE, 3], ["scores", "regressions"]);
  const [scaleX, scaleY] = [image.width / width, image.height / height];
  return mergeOverlapping(candidates(scores.values, regressions.values, minScore), maxOverlap).map((face) => {
    const [middleX, middleY, faceWidth, faceHeight, ...points] = face.values;
    const keypoints = KEYPOINTS.map((index) => [points[2 * index] - left, points[2 * index + 1] - top]);
    // MTCNN's boxes reach from the hair to the chin, BlazeFace's from the brows.
    const angle = faceAngle(keypoints);
    const x = middleX - left - faceHeight * boxShift * Math.sin(angle);
    const y = middleY - top + faceHeight * boxShift * Math.cos(angle);
    const reach = (faceWidth * boxScale) / 2;
    return {
      x1: (x - reach) * scaleX,
      y1: (y - reach) * scaleY,
      x2: (x + reach) * scaleX,
      y2: (y + reach) * scaleY,
      score: face.score,
      keypoints: keypoints.map(([pointX, pointY]) => [pointX * scaleX, pointY * scaleY]),
    };
  });
}

/**
 * The whole image in the middle of a black square.
 *
 * @param {RasterImage} image
 * @returns {{values: Float32Array, left: number, top: number, width: number, height: number}} values in [-1, 1]; where it lies
 */
function toInput(image) {
  const scale = SIDE / Math.max(image.width, image.height);
  const [width, height] = [image.width, image.height].map((length) => Math.max(1, Math.round(length * scale)));
  const left = Math.floor((SIDE - width) / 2);
  const top = Math.floor((SIDE - height) / 2);
  const { data, channels } = resizeAntialiased(image, height, width);
  const values = new Float32Array(SIDE * SIDE * 3).fill(-1);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * channels;
      const to = ((top + y) * SIDE + left + x) * 3;
      // Rounded to float32 twice, as in Python.
      for (let channel = 0; channel < 3; channel += 1) values[to + channel] = fround(data[from + channel] / 127.5) - 1;
    }
  }
  return { values, left, top, width, height };
}

/**
 * @param {Float32Array} scores logits, one for each anchor
 * @param {Float32Array} regressions float32 [anchors, VALUES]; places are counted from the anchor's middle
 * @param {number} minScore
 * @returns {Candidate[]} best first
 */
function candidates(scores, regressions, minScore) {
  return ANCHORS.map((middle, row) => ({
    score: 1 / (1 + Math.exp(-scores[row])),
    values: Array.from(regressions.subarray(row * VALUES, (row + 1) * VALUES), (value, index) =>
      index < 2 || index >= POINTS_START ? value + middle[index % 2] : value,
    ),
  }))
    .filter(({ score }) => score >= minScore)
    .sort((a, b) => b.score - a.score);
}

/**
 * Each face once: the mean of the anchors that say so, weighted by their scores, as MediaPipe does it.
 *
 * @param {Candidate[]} all best first
 * @param {number} maxOverlap
 * @returns {Candidate[]} with the best one's score each
 */
function mergeOverlapping(all, maxOverlap) {
  const found = [];
  let rest = all;
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

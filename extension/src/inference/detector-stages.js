// MTCNN's three stages, in the arithmetic of the PyPI package mtcnn 1.0.0: proposals, refinement, output.

import { applyOffsets, sortByScore, suppressOverlapping, toSquare } from "./boxes.js";
import { cellBoxes, placeKeypoints } from "./detector-output.js";
import { extractPatches } from "./extract-patches.js";
import { runGraphModel } from "./graph-model.js";
import { resizeAreas } from "./image-pyramid.js";

/** @typedef {import("./boxes.js").ScoredBox} ScoredBox */
/** @typedef {import("./graph-model.js").GraphModel} GraphModel */
/** @typedef {import("./detector-settings.js").DetectorSettings} DetectorSettings */
/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

// Pixels of a patch's side, and boxes a run: what a crowd or a busy texture asks of WebAssembly, its memory keeps for good.
const REFINE = { side: 24, batch: 32 };
const OUTPUT = { side: 48, batch: 16 };
const { fround } = Math;

/**
 * P-Net at every scale.
 *
 * @param {GraphModel} network
 * @param {RasterImage} image
 * @param {number[]} scales
 * @param {DetectorSettings} settings
 * @param {AbortSignal} [signal]
 * @returns {Promise<ScoredBox[]>} square boxes
 */
export async function propose(network, image, scales, { thresholds, nms }, signal) {
  /** @type {ScoredBox[]} */
  const proposals = [];
  signal?.throwIfAborted();
  const sizes = scales.map((scale) => ({ width: Math.trunc(image.width * scale), height: Math.trunc(image.height * scale) }));
  const levels = resizeAreas(image, sizes);
  for (const [index, { width, height, data }] of levels.entries()) {
    signal?.throwIfAborted();
    const scale = scales[index];
    const [offsets, scores] = await runGraphModel(network, data, [1, height, width, 3], ["box_offsets", "scores"]);
    const boxes = cellBoxes(offsets.values, scores.values, scores.shape[2], fround(thresholds[0]));
    const upscaled = boxes.map((box) => ({
      x1: box.x1 / scale,
      y1: box.y1 / scale,
      x2: box.x2 / scale,
      y2: box.y2 / scale,
      score: box.score,
    }));
    proposals.push(...suppressOverlapping(sortByScore(upscaled), nms.pnetScale, "union"));
  }
  return suppressOverlapping(sortByScore(proposals), nms.pnet, "union").map(toSquare);
}

/**
 * R-Net: most proposals are no faces.
 *
 * @param {GraphModel} network
 * @param {RasterImage} image
 * @param {ScoredBox[]} proposals
 * @param {DetectorSettings} settings
 * @param {AbortSignal} [signal]
 * @returns {Promise<ScoredBox[]>} square boxes
 */
export async function refine(network, image, proposals, { thresholds, nms }, signal) {
  const outputs = ["box_offsets", "scores"];
  const rows = await runOnPatches(network, image, proposals, REFINE, outputs, signal);
  const boxes = rows.map(([offsets, scores], index) => applyOffsets({ ...proposals[index], score: scores[1] }, offsets));
  const faces = sortByScore(boxes.filter((box) => box.score > thresholds[1]));
  return suppressOverlapping(faces, nms.rnet, "union").map(toSquare);
}

/**
 * O-Net: final boxes and keypoints.
 *
 * @param {GraphModel} network
 * @param {RasterImage} image
 * @param {ScoredBox[]} candidates
 * @param {DetectorSettings} settings
 * @param {AbortSignal} [signal]
 * @returns {Promise<(ScoredBox & {keypoints: number[][]})[]>} best first
 */
export async function locate(network, image, candidates, { thresholds, nms }, signal) {
  const outputs = ["box_offsets", "landmarks", "scores"];
  const rows = await runOnPatches(network, image, candidates, OUTPUT, outputs, signal);
  const boxes = rows.map(([offsets, landmarks, scores], index) => ({
    ...applyOffsets({ ...candidates[index], score: scores[1] }, offsets),
    keypoints: placeKeypoints(candidates[index], landmarks),
  }));
  const faces = sortByScore(boxes.filter((box) => box.score > thresholds[2]));
  return suppressOverlapping(faces, nms.onet, "min");
}

/**
 * Runs a network on the patches under boxes, some at a time.
 *
 * @param {GraphModel} network
 * @param {RasterImage} image
 * @param {ScoredBox[]} boxes
 * @param {{side: number, batch: number}} patch side in pixels; batch: boxes a run
 * @param {string[]} outputs
 * @param {AbortSignal} [signal]
 * @returns {Promise<Float32Array[][]>} for each box its row of each output
 */
async function runOnPatches(network, image, boxes, { side, batch }, outputs, signal) {
  /** @type {Float32Array[][]} */
  const rows = [];
  for (let start = 0; start < boxes.length; start += batch) {
    signal?.throwIfAborted();
    const some = boxes.slice(start, start + batch);
    const patches = extractPatches(image, some, side);
    const results = await runGraphModel(network, patches, [some.length, side, side, 3], outputs);
    some.forEach((_, index) => {
      rows.push(results.map(({ shape, values }) => values.subarray(index * shape[1], (index + 1) * shape[1])));
    });
  }
  return rows;
}

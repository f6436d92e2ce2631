// Finds faces with MTCNN's three networks, in the arithmetic of the PyPI package mtcnn 1.0.0.

import { applyOffsets, fitToImage, sortByScore, suppressOverlapping, toSquare } from "./boxes.js";
import { cellBoxes, placeKeypoints } from "./detector-output.js";
import { extractPatches } from "./extract-patches.js";
import { loadGraphModel, runGraphModel } from "./graph-model.js";
import { normalize, pyramidScales, resizeArea } from "./image-pyramid.js";
import { resizeAntialiased } from "./resample.js";

/** @typedef {import("./boxes.js").ScoredBox} ScoredBox */
/** @typedef {import("./graph-model.js").GraphModel} GraphModel */
/** @typedef {import("./image-pyramid.js").FloatImage} FloatImage */
/** @typedef {import("./model-manifest.js").DetectorSettings} DetectorSettings */
/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

/**
 * @typedef {object} FaceDetection
 * @property {number[]} boxXyxy pixels of the whole image
 * @property {number} score confidence in [0, 1]
 * @property {number[][]} keypoints five (x, y) in pixels: the eye at the image's left (the subject's right), the
 *   other eye, nose, mouth corner at the image's left, the other corner
 */

const REFINE_SIDE = 24;
const OUTPUT_SIDE = 48;
// Boxes a run: bounds the memory that a crowd or a busy texture can ask for.
const BATCH = 128;
const { fround } = Math;

/** MTCNN (Zhang et al. 2016, arXiv:1604.02878): proposals, refinement, output. */
export class FaceDetector {
  #networks;
  #settings;

  /**
   * @param {{pnet: GraphModel, rnet: GraphModel, onet: GraphModel}} networks owned by the detector from here on
   * @param {DetectorSettings} settings
   */
  constructor(networks, settings) {
    this.#networks = networks;
    this.#settings = settings;
  }

  /**
   * @param {import("./graph-model.js").ReadFile} readFile
   * @param {DetectorSettings} settings
   * @returns {Promise<FaceDetector>}
   */
  static async load(readFile, settings) {
    const { pnet, rnet, onet } = settings.files;
    return new FaceDetector(
      {
        pnet: await loadGraphModel(readFile, pnet),
        rnet: await loadGraphModel(readFile, rnet),
        onet: await loadGraphModel(readFile, onet),
      },
      settings,
    );
  }

  /**
   * @param {RasterImage} image
   * @param {AbortSignal} [signal] ends the search between two runs of a network
   * @returns {Promise<FaceDetection[]>} best first; none when the image's shorter side is under minShortSide
   */
  async detect(image, signal) {
    if (Math.min(image.width, image.height) < this.#settings.minShortSide) return [];
    const reduced = detectionImage(image, this.#settings.maxShortSide);
    const normalized = normalize(reduced);
    const proposals = await this.#propose(normalized, signal);
    const refined = await this.#refine(normalized, proposals, signal);
    const faces = await this.#locate(normalized, refined, signal);
    const scaleX = fround(image.width / reduced.width);
    const scaleY = fround(image.height / reduced.height);
    return faces.map((face) => fitToImage(face, reduced.width, reduced.height)).map((face) => ({
      boxXyxy: [face.x1 * scaleX, face.y1 * scaleY, face.x2 * scaleX, face.y2 * scaleY].map(fround),
      score: face.score,
      keypoints: face.keypoints.map(([x, y]) => [fround(x * scaleX), fround(y * scaleY)]),
    }));
  }

  /**
   * Runs the three networks once, so that a backend that cannot, or takes too long, is found out before an image waits.
   *
   * @param {AbortSignal} signal
   */
  async selfTest(signal) {
    const side = this.#settings.maxShortSide;
    const image = { width: side, height: side, data: new Float32Array(side * side * 3) };
    const whole = [{ x1: 0, y1: 0, x2: side, y2: side, score: 1 }];
    await this.#propose(image, signal);
    await this.#refine(image, whole, signal);
    await this.#locate(image, whole, signal);
  }

  /** Frees the networks; the detector is of no use afterwards. */
  dispose() {
    for (const network of Object.values(this.#networks)) network.dispose();
  }

  /**
   * P-Net at every scale.
   *
   * @param {FloatImage} image
   * @param {AbortSignal} [signal]
   * @returns {Promise<ScoredBox[]>} square boxes
   */
  async #propose(image, signal) {
    const { minFaceSize, scaleFactor, thresholds, nms } = this.#settings;
    /** @type {ScoredBox[]} */
    const proposals = [];
    for (const scale of pyramidScales(image.width, image.height, minFaceSize, scaleFactor)) {
      signal?.throwIfAborted();
      const level = resizeArea(image, Math.trunc(image.height * scale), Math.trunc(image.width * scale));
      const shape = [1, level.height, level.width, 3];
      const [offsets, scores] = await runGraphModel(this.#networks.pnet, level.data, shape, ["box_offsets", "scores"]);
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
   * @param {FloatImage} image
   * @param {ScoredBox[]} proposals
   * @param {AbortSignal} [signal]
   * @returns {Promise<ScoredBox[]>} square boxes
   */
  async #refine(image, proposals, signal) {
    const { thresholds, nms } = this.#settings;
    const outputs = ["box_offsets", "scores"];
    const rows = await runOnPatches(this.#networks.rnet, image, proposals, REFINE_SIDE, outputs, signal);
    const boxes = rows.map(([offsets, scores], index) =>
      applyOffsets({ ...proposals[index], score: scores[1] }, offsets),
    );
    const faces = sortByScore(boxes.filter((box) => box.score > thresholds[1]));
    return suppressOverlapping(faces, nms.rnet, "union").map(toSquare);
  }

  /**
   * O-Net: final boxes and keypoints.
   *
   * @param {FloatImage} image
   * @param {ScoredBox[]} candidates
   * @param {AbortSignal} [signal]
   * @returns {Promise<(ScoredBox & {keypoints: number[][]})[]>} best first
   */
  async #locate(image, candidates, signal) {
    const { thresholds, nms } = this.#settings;
    const outputs = ["box_offsets", "landmarks", "scores"];
    const rows = await runOnPatches(this.#networks.onet, image, candidates, OUTPUT_SIDE, outputs, signal);
    const boxes = rows.map(([offsets, landmarks, scores], index) => ({
      ...applyOffsets({ ...candidates[index], score: scores[1] }, offsets),
      keypoints: placeKeypoints(candidates[index], landmarks),
    }));
    const faces = sortByScore(boxes.filter((box) => box.score > thresholds[2]));
    return suppressOverlapping(faces, nms.onet, "min");
  }
}

/**
 * Bounds the shorter side, and with it the cost, whatever the photo's size.
 *
 * @param {RasterImage} image
 * @param {number} maxShortSide pixels
 * @returns {RasterImage}
 */
export function detectionImage(image, maxShortSide) {
  const short = Math.min(image.width, image.height);
  if (short <= maxShortSide) return image;
  const scale = maxShortSide / short;
  return resizeAntialiased(image, Math.round(image.height * scale), Math.round(image.width * scale));
}

/**
 * Runs a network on the patches under boxes, some at a time.
 *
 * @param {GraphModel} network
 * @param {FloatImage} image
 * @param {ScoredBox[]} boxes
 * @param {number} side of a patch, pixels
 * @param {string[]} outputs
 * @param {AbortSignal} [signal]
 * @returns {Promise<Float32Array[][]>} for each box its row of each output
 */
async function runOnPatches(network, image, boxes, side, outputs, signal) {
  /** @type {Float32Array[][]} */
  const rows = [];
  for (let start = 0; start < boxes.length; start += BATCH) {
    signal?.throwIfAborted();
    const batch = boxes.slice(start, start + BATCH);
    const patches = extractPatches(image, batch, side);
    const results = await runGraphModel(network, patches, [batch.length, side, side, 3], outputs);
    batch.forEach((_, index) => {
      rows.push(results.map(({ shape, values }) => values.subarray(index * shape[1], (index + 1) * shape[1])));
    });
  }
  return rows;
}

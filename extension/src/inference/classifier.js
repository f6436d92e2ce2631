// Scores face crops: load, predict, dispose.

import { loadGraphModel, runGraphModel } from "./graph-model.js";

/** @typedef {import("./model-manifest.js").ModelManifest} ModelManifest */
/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

/**
 * @typedef {object} FacePrediction
 * @property {number} logit of "fake", before calibration
 * @property {{size: number, values: number[]}} anomalyMap size x size values, rows from the top; the manifest's mapScale
 *   says what they mean
 * @property {Record<import("./model-manifest.js").TraceKind, number>} [traces] logits, from a model that tells the kinds
 */

/** The fake-face classifier that the manifest describes. */
export class Classifier {
  #model;
  #manifest;

  /**
   * @param {import("./graph-model.js").GraphModel} model owned by the classifier from here on
   * @param {ModelManifest} manifest
   */
  constructor(model, manifest) {
    this.#model = model;
    this.#manifest = manifest;
  }

  /**
   * @param {import("./graph-model.js").ReadFile} readFile
   * @param {ModelManifest} manifest
   * @returns {Promise<Classifier>}
   */
  static async load(readFile, manifest) {
    return new Classifier(await loadGraphModel(readFile, manifest.graph), manifest);
  }

  /**
   * @param {RasterImage[]} crops of the manifest's input size, three channels
   * @param {AbortSignal} [signal] ends the work between two faces
   * @returns {Promise<FacePrediction[]>} one for each crop
   */
  async predict(crops, signal) {
    /** @type {FacePrediction[]} */
    const predictions = [];
    for (const crop of crops) {
      signal?.throwIfAborted();
      predictions.push(await this.#predictOne(crop.data));
    }
    return predictions;
  }

  /**
   * The logit of the manifest's known input, to be compared with what the trainer got for it.
   *
   * @returns {Promise<number>}
   */
  async selfTest() {
    const { size } = this.#manifest.input;
    const pattern = new Uint8Array(size * size * 3);
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        for (let channel = 0; channel < 3; channel += 1) {
          pattern[(row * size + column) * 3 + channel] = (row * 3 + column * 5 + channel * 7) % 256;
        }
      }
    }
    const { logit } = await this.#predictOne(pattern);
    return logit;
  }

  /** Frees the network; the classifier is of no use afterwards. */
  dispose() {
    this.#model.dispose();
  }

  /**
   * One face a run, always: with shaders that take shapes as parameters (backend.js), TensorFlow.js's mean over a map is wrong on
   * WebGL as soon as a run has another number of faces than the first.
   *
   * @param {ArrayLike<number>} crop uint8 [size, size, 3]
   * @returns {Promise<FacePrediction>}
   */
  async #predictOne(crop) {
    const { input, outputs, traces } = this.#manifest;
    const values = new Float32Array(crop.length);
    for (let place = 0; place < crop.length; place += 1) {
      const channel = place % 3;
      values[place] = (crop[place] - input.mean[channel]) / input.std[channel];
    }
    const names = [outputs.logit, outputs.anomalyMap, ...(traces ? [traces.seam.output, traces.synthetic.output] : [])];
    const [logit, map, seam, synthetic] = await runGraphModel(this.#model, values, [1, input.size, input.size, 3], names);
    return {
      logit: finite(logit.values[0]),
      anomalyMap: { size: map.shape[1], values: Array.from(map.values) },
      ...(traces && { traces: { seam: finite(seam.values[0]), synthetic: finite(synthetic.values[0]) } }),
    };
  }
}

/** @param {number} logit */
function finite(logit) {
  if (!Number.isFinite(logit)) throw new Error(`the model gave ${logit} instead of a number; try again`);
  return logit;
}

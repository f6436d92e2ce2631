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

// Faces a run: with eight a face takes a tenth less time than with two, and twice the memory, which WebAssembly keeps for good.
const BATCH = 2;

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
   * @param {AbortSignal} [signal] ends the work between two batches
   * @returns {Promise<FacePrediction[]>} one for each crop
   */
  async predict(crops, signal) {
    /** @type {FacePrediction[]} */
    const predictions = [];
    for (let start = 0; start < crops.length; start += BATCH) {
      signal?.throwIfAborted();
      predictions.push(...(await this.#predictBatch(crops.slice(start, start + BATCH).map((crop) => crop.data))));
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
    const [{ logit }] = await this.#predictBatch([pattern]);
    return logit;
  }

  /** Frees the network; the classifier is of no use afterwards. */
  dispose() {
    this.#model.dispose();
  }

  /**
   * @param {ArrayLike<number>[]} crops uint8 [size, size, 3]
   * @returns {Promise<FacePrediction[]>}
   */
  async #predictBatch(crops) {
    const { input, outputs, traces } = this.#manifest;
    const length = input.size * input.size * 3;
    const values = new Float32Array(crops.length * length);
    crops.forEach((crop, index) => {
      for (let place = 0; place < length; place += 1) {
        const channel = place % 3;
        values[index * length + place] = (crop[place] - input.mean[channel]) / input.std[channel];
      }
    });
    const shape = [crops.length, input.size, input.size, 3];
    const names = [outputs.logit, outputs.anomalyMap, ...(traces ? [traces.seam.output, traces.synthetic.output] : [])];
    const [logits, maps, seams, synthetics] = await runGraphModel(this.#model, values, shape, names);
    const mapSize = maps.shape[1];
    return crops.map((_, index) => {
      const map = maps.values.subarray(index * mapSize * mapSize, (index + 1) * mapSize * mapSize);
      return {
        logit: finite(logits.values[index]),
        anomalyMap: { size: mapSize, values: Array.from(map) },
        ...(traces && { traces: { seam: finite(seams.values[index]), synthetic: finite(synthetics.values[index]) } }),
      };
    });
  }
}

/** @param {number} logit */
function finite(logit) {
  if (!Number.isFinite(logit)) throw new Error(`the model gave ${logit} instead of a number; try again`);
  return logit;
}

// Finds faces with MTCNN: brings the image to the search's size, runs the three stages, brings the faces back.

import { fitToImage } from "./boxes.js";
import { locate, propose, refine } from "./detector-stages.js";
import { enhance } from "./enhance.js";
import { loadGraphModel } from "./graph-model.js";
import { pyramidScales } from "./image-pyramid.js";
import { resizeAntialiased } from "./resample.js";

/** @typedef {import("./graph-model.js").GraphModel} GraphModel */
/** @typedef {import("./model-manifest.js").DetectorSettings} DetectorSettings */
/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

/**
 * @typedef {object} FaceDetection
 * @property {number[]} boxXyxy pixels of the whole image
 * @property {number} score confidence in [0, 1]
 * @property {number[][]} keypoints five (x, y) in pixels: the eye at the image's left (the subject's right), the
 *   other eye, nose, mouth corner at the image's left, the other corner
 */

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
  detect(image, signal) {
    return this.#detect(image, detectionImage(image, this.#settings.maxShortSide), this.#settings, signal);
  }

  /**
   * As `detect`, for an image in which that found no face: in an enhanced copy and, where that shows none either, in the
   * image with lower thresholds.
   *
   * @param {RasterImage} image
   * @param {AbortSignal} [signal]
   */
  async lookAgain(image, signal) {
    const { maxShortSide, secondLook, enhancementMedian } = this.#settings;
    const reduced = detectionImage(image, maxShortSide);
    const faces = await this.#detect(image, enhance(reduced, enhancementMedian), this.#settings, signal);
    return faces.length > 0 ? faces : this.#detect(image, reduced, { ...this.#settings, thresholds: secondLook }, signal);
  }

  /**
   * @param {RasterImage} image the whole one
   * @param {RasterImage} searched it, or a copy of it, in the search's size
   * @param {DetectorSettings} settings
   * @param {AbortSignal} [signal]
   * @returns {Promise<FaceDetection[]>}
   */
  async #detect(image, searched, settings, signal) {
    if (Math.min(image.width, image.height) < settings.minShortSide) return [];
    const faces = await this.#search(searched, this.#scalesFor(searched, image), settings, signal);
    const scaleX = fround(image.width / searched.width);
    const scaleY = fround(image.height / searched.height);
    return faces.map((face) => fitToImage(face, searched.width, searched.height)).map((face) => ({
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
    const image = /** @type {RasterImage} */ ({ width: side, height: side, channels: 3, data: new Uint8Array(side * side * 3) });
    const whole = [{ x1: 0, y1: 0, x2: side, y2: side, score: 1 }];
    await propose(this.#networks.pnet, image, this.#scalesFor(image, image), this.#settings, signal);
    await refine(this.#networks.rnet, image, whole, this.#settings, signal);
    await locate(this.#networks.onet, image, whole, this.#settings, signal);
  }

  /** Frees the networks; the detector is of no use afterwards. */
  dispose() {
    for (const network of Object.values(this.#networks)) network.dispose();
  }

  /**
   * @param {RasterImage} image
   * @param {number[]} scales
   * @param {DetectorSettings} settings
   * @param {AbortSignal} [signal]
   */
  async #search(image, scales, settings, signal) {
    const { pnet, rnet, onet } = this.#networks;
    const proposals = await propose(pnet, image, scales, settings, signal);
    const candidates = await refine(rnet, image, proposals, settings, signal);
    return locate(onet, image, candidates, settings, signal);
  }

  /**
   * @param {{width: number, height: number}} reduced the image that is searched
   * @param {{width: number, height: number}} image the whole one, whose pixels the smallest face is measured in
   */
  #scalesFor(reduced, image) {
    const reduction = Math.min(reduced.width, reduced.height) / Math.min(image.width, image.height);
    const minFaceSize = this.#settings.minFaceSize * reduction;
    return pyramidScales(reduced.width, reduced.height, { ...this.#settings, minFaceSize });
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

// Finds faces: with MTCNN, and in a second look with BlazeFace where that finds none.

import { findLargeFaces, runOnNothing } from "./blazeface.js";
import { detectionImage, inWholeImage } from "./detection-image.js";
import { locate, propose, refine } from "./detector-stages.js";
import { loadGraphModel } from "./graph-model.js";
import { pyramidScales } from "./image-pyramid.js";

/** @typedef {import("./graph-model.js").GraphModel} GraphModel */
/** @typedef {import("./detector-settings.js").DetectorSettings} DetectorSettings */
/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

/**
 * @typedef {object} FaceDetection
 * @property {number[]} boxXyxy pixels of the whole image
 * @property {number} score confidence in [0, 1]
 * @property {number[][]} keypoints five (x, y) in pixels: the eye at the image's left (the subject's right), the
 *   other eye, nose, mouth corner at the image's left, the other corner (BlazeFace: the mouth's middle for both)
 */

/** MTCNN (Zhang et al. 2016, arXiv:1604.02878): proposals, refinement, output; and BlazeFace beside it. */
export class FaceDetector {
  #networks;
  #settings;

  /**
   * @param {{pnet: GraphModel, rnet: GraphModel, onet: GraphModel, blazeface: GraphModel}} networks owned by the detector from here on
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
    const { pnet, rnet, onet, blazeface } = settings.files;
    return new FaceDetector(
      {
        pnet: await loadGraphModel(readFile, pnet),
        rnet: await loadGraphModel(readFile, rnet),
        onet: await loadGraphModel(readFile, onet),
        blazeface: await loadGraphModel(readFile, blazeface),
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
    if (this.#isTooSmall(image)) return [];
    const reduced = detectionImage(image, this.#settings.maxShortSide);
    const { pnet, rnet, onet } = this.#networks;
    const proposals = await propose(pnet, reduced, this.#scalesFor(reduced, image), this.#settings, signal);
    const candidates = await refine(rnet, reduced, proposals, this.#settings, signal);
    return inWholeImage(await locate(onet, reduced, candidates, this.#settings, signal), reduced, image);
  }

  /**
   * As `detect`, for an image in which that found no face: with BlazeFace.
   *
   * @param {RasterImage} image
   * @returns {Promise<FaceDetection[]>}
   */
  async lookAgain(image) {
    if (this.#isTooSmall(image)) return [];
    const reduced = detectionImage(image, this.#settings.maxShortSide);
    const faces = await findLargeFaces(this.#networks.blazeface, reduced, this.#settings.blazeface);
    return inWholeImage(faces, reduced, image);
  }

  /**
   * Runs every network once, so that a backend that cannot, or takes too long, is found out before an image waits.
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
    signal.throwIfAborted();
    await runOnNothing(this.#networks.blazeface);
  }

  /** Frees the networks; the detector is of no use afterwards. */
  dispose() {
    for (const network of Object.values(this.#networks)) network.dispose();
  }

  /** @param {RasterImage} image */
  #isTooSmall(image) {
    return Math.min(image.width, image.height) < this.#settings.minShortSide;
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

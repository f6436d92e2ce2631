// From the bytes of an image to what is known of its faces: decode, detect, crop, classify.

import { Classifier } from "./classifier.js";
import { cropFace, cropSquareOf } from "./face-crop.js";
import { FaceDetector } from "./face-detector.js";
import { boxOf, cutOut } from "./raster-image.js";

/** @typedef {import("./model-manifest.js").ModelManifest} ModelManifest */
/** @typedef {import("./raster-image.js").RasterImage} RasterImage */
/** @typedef {import("./verdict.js").Evidence} Evidence */

/**
 * @typedef {import("./image-source.js").Area} Area
 * @typedef {{boxXyxy: number[], keypoints: number[][] | null, score?: number}} Place of a face, in pixels; keypoints and score: where it was found
 *
 * @typedef {object} AnalysisOptions
 * @property {Area} [area] the part to look at
 * @property {Area} [face] where the user sees a face, in that part: it is judged, and none is looked for
 * @property {"once" | "twice" | "again"} [looks] twice: where no face is found, once more and otherwise (FaceDetector.lookAgain);
 *   again: so at once, because none is found at first
 * @property {AbortSignal} [signal] ends the work at the next step
 */

/** Owns the loaded networks; one image at a time. */
export class Pipeline {
  #manifest;
  #detector;
  #classifier;
  #decode;

  /**
   * @param {ModelManifest} manifest
   * @param {{detector: FaceDetector, classifier: Classifier}} networks owned by the pipeline from here on
   * @param {(bytes: ArrayBuffer) => Promise<RasterImage>} decode
   */
  constructor(manifest, { detector, classifier }, decode) {
    this.#manifest = manifest;
    this.#detector = detector;
    this.#classifier = classifier;
    this.#decode = decode;
  }

  /**
   * @param {import("./graph-model.js").ReadFile} readFile
   * @param {ModelManifest} manifest
   * @param {(bytes: ArrayBuffer) => Promise<RasterImage>} decode
   * @returns {Promise<Pipeline>}
   */
  static async load(readFile, manifest, decode) {
    const classifier = await Classifier.load(readFile, manifest);
    try {
      const detector = await FaceDetector.load(readFile, manifest.detector);
      return new Pipeline(manifest, { detector, classifier }, decode);
    } catch (error) {
      classifier.dispose();
      throw error;
    }
  }

  /**
   * Runs every network once, and compares the classifier's answer to a known input with the trainer's.
   *
   * @param {AbortSignal} signal
   * @throws {Error} when they differ by more than the manifest allows
   */
  async selfTest(signal) {
    // The small networks first: with the classifier before them WebAssembly's memory grows by 5 MB more, and stays there.
    await this.#detector.selfTest(signal);
    const { logit, tolerance } = this.#manifest.selfTest;
    const found = await this.#classifier.selfTest();
    if (!(Math.abs(found - logit) <= tolerance)) {
      throw new Error(`the model gives ${found} for the known input instead of ${logit} ± ${tolerance}`);
    }
  }

  /**
   * @param {ArrayBuffer} bytes of an image file
   * @param {AnalysisOptions} [options]
   * @returns {Promise<Evidence>}
   * @throws {import("./check-error.js").CheckError} when the bytes cannot be decoded
   */
  async analyze(bytes, { area, face, looks = "once", signal } = {}) {
    const decoded = await this.#decode(bytes);
    const image = area ? cutOut(decoded, area) : decoded;
    signal?.throwIfAborted();
    const imageSize = { width: image.width, height: image.height };
    if (face) return { imageSize, faces: await this.#judge(image, [{ boxXyxy: boxOf(face, image), keypoints: null }], signal) };
    const faces = looks === "again" ? [] : await this.#judge(image, await this.#detector.detect(image, signal), signal);
    if (looks === "once" || faces.length > 0) return { imageSize, faces };
    return { imageSize, faces, secondLook: await this.#judge(image, await this.#detector.lookAgain(image), signal) };
  }

  /** Frees the networks; the pipeline is of no use afterwards. */
  dispose() {
    this.#detector.dispose();
    this.#classifier.dispose();
  }

  /**
   * @param {RasterImage} image
   * @param {Place[]} places
   * @param {AbortSignal} [signal]
   * @returns {Promise<import("./verdict.js").FaceEvidence[]>}
   */
  async #judge(image, places, signal) {
    const { faceCrop } = this.#manifest;
    const judged = places.map((face) => longerSide(face.boxXyxy) >= faceCrop.minFaceSize);
    const crops = places
      .filter((_, index) => judged[index])
      .map((face) => cropFace(image, face.boxXyxy, face.keypoints, faceCrop));
    const predictions = (await this.#classifier.predict(crops, signal)).values();
    return places.map((face, index) => ({
      boxXyxy: face.boxXyxy,
      ...(face.score === undefined ? { isMarked: true } : { detectionScore: face.score }),
      ...(judged[index]
        ? { status: "scored", cropSquare: cropSquareOf(face.boxXyxy, face.keypoints, faceCrop), ...predictions.next().value }
        : { status: "too_small" }),
    }));
  }
}

/** @param {number[]} boxXyxy */
function longerSide([x1, y1, x2, y2]) {
  return Math.max(x2 - x1, y2 - y1);
}

// The image as the face detector searches it, and the way back to the whole one.

import { fitToImage } from "./boxes.js";
import { resizeAntialiased } from "./resample.js";

/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

const { fround } = Math;

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
 * What was found in it, in pixels of the whole image.
 *
 * @param {import("./blazeface.js").LocatedFace[]} faces pixels of `searched`
 * @param {RasterImage} searched
 * @param {RasterImage} image the whole one
 * @returns {import("./face-detector.js").FaceDetection[]}
 */
export function inWholeImage(faces, searched, image) {
  const scaleX = fround(image.width / searched.width);
  const scaleY = fround(image.height / searched.height);
  return faces.map((face) => fitToImage(face, searched.width, searched.height)).map((face) => ({
    boxXyxy: [face.x1 * scaleX, face.y1 * scaleY, face.x2 * scaleX, face.y2 * scaleY].map(fround),
    score: face.score,
    keypoints: face.keypoints.map(([x, y]) => [fround(x * scaleX), fround(y * scaleY)]),
  }));
}

// Cuts a face out of an image, eyes levelled, at the classifier's size: python_trainer/preprocessing.py in JavaScript.

import { resizeAntialiased } from "./resample.js";

/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

/**
 * @typedef {object} FaceCropSettings
 * @property {number} size side of the crop, pixels
 * @property {number} margin added to the box's longer side, as a fraction of it
 * @property {"eyes" | "none"} alignment whether the crop is turned so that the eyes lie level, the mouth below them
 * @property {number} maxPatch most samples a side that are taken of a large face before it is reduced
 */

/**
 * @typedef {{cx: number, cy: number, side: number, angle: number}} CropSquare centre and side in pixels of the image; angle
 *   in radians, clockwise on the screen
 */

/**
 * How far a face is turned on the screen, positive clockwise: the angle of the line through the eyes, by half a turn more
 * where the mouth then lies above them.
 *
 * @param {number[][]} keypoints five (x, y) in pixels: the eyes, in either order, nose and the mouth's corners
 * @returns {number} radians in (-pi, pi], 0 for a face that stands upright
 */
export function faceAngle(keypoints) {
  const [first, second, , ...mouth] = keypoints;
  const inOrder = first[0] < second[0] || (first[0] === second[0] && first[1] <= second[1]);
  const [a, b] = inOrder ? [first, second] : [second, first];
  const angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
  const [x, y] = [0, 1].map((axis) => (mouth[0][axis] + mouth[1][axis]) / 2 - (a[axis] + b[axis]) / 2);
  if (y * Math.cos(angle) - x * Math.sin(angle) >= 0) return angle;
  return angle > 0 ? angle - Math.PI : angle + Math.PI;
}

const DEGREE = Math.PI / 180;

/**
 * The square that is cut around a face. Its side is the box's longer side times (1 + margin). Box and angle are first
 * rounded, to whole pixels and degrees: detections that differ in their last digits, as between Python and a browser,
 * then give the same crop.
 *
 * @param {number[]} boxXyxy pixels
 * @param {number[][] | null} keypoints as for faceAngle. null: there are none, and nothing is turned
 * @param {Pick<FaceCropSettings, "margin" | "alignment">} settings
 * @returns {CropSquare}
 */
export function cropSquareOf(boxXyxy, keypoints, settings) {
  const [x1, y1, x2, y2] = boxXyxy.map(Math.round);
  const side = Math.max(x2 - x1, y2 - y1) * (1 + settings.margin);
  const angle = settings.alignment === "eyes" && keypoints ? Math.round(faceAngle(keypoints) / DEGREE) * DEGREE : 0;
  return { cx: (x1 + x2) / 2, cy: (y1 + y2) / 2, side, angle };
}

/**
 * Cuts that square; what lies outside the image repeats its edge.
 *
 * @param {RasterImage} image
 * @param {number[]} boxXyxy pixels
 * @param {number[][] | null} keypoints as for cropSquareOf
 * @param {FaceCropSettings} settings
 * @returns {RasterImage} size x size, three channels
 */
export function cropFace(image, boxXyxy, keypoints, settings) {
  const { cx, cy, side, angle } = cropSquareOf(boxXyxy, keypoints, settings);
  // Rounded up, less a hair: a side that is a whole number but for its last bits must not gain a pixel.
  const patchSize = side > settings.size ? Math.min(Math.ceil(side - 1e-3), settings.maxPatch) : settings.size;
  const patch = sampleSquare(image, cx, cy, side, angle, patchSize);
  return resizeAntialiased(patch, settings.size, settings.size);
}

/**
 * Bilinear samples of a turned square; pixel centres lie at +0.5, edges are replicated.
 *
 * @param {RasterImage} image
 * @param {number} cx
 * @param {number} cy
 * @param {number} side pixels
 * @param {number} angle radians
 * @param {number} size samples a side
 * @returns {RasterImage}
 */
function sampleSquare(image, cx, cy, side, angle, size) {
  const { width, height, channels, data } = image;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const out = new Uint8Array(size * size * 3);
  let target = 0;
  for (let row = 0; row < size; row += 1) {
    const v = ((row + 0.5) / size - 0.5) * side;
    for (let column = 0; column < size; column += 1) {
      const u = ((column + 0.5) / size - 0.5) * side;
      const x = clamp(cx + u * cos - v * sin - 0.5, width - 1);
      const y = clamp(cy + u * sin + v * cos - 0.5, height - 1);
      const left = Math.floor(x);
      const top = Math.floor(y);
      const fx = x - left;
      const fy = y - top;
      const upper = (top * width + left) * channels;
      const lower = top + 1 < height ? upper + width * channels : upper;
      const right = left + 1 < width ? channels : 0;
      for (let channel = 0; channel < 3; channel += 1) {
        const above = data[upper + channel] * (1 - fx) + data[upper + right + channel] * fx;
        const below = data[lower + channel] * (1 - fx) + data[lower + right + channel] * fx;
        out[target] = Math.floor(above * (1 - fy) + below * fy + 0.5);
        target += 1;
      }
    }
  }
  return { width: size, height: size, channels: 3, data: out };
}

/**
 * @param {number} value
 * @param {number} most
 */
function clamp(value, most) {
  return Math.min(Math.max(value, 0), most);
}

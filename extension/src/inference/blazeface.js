// BlazeFace (Bazarevsky et al. 2019, arXiv:1907.05047), the detector of a second look; mirrors python_trainer/blazeface.py.

import { candidatesOf, mergeOverlapping, SIDE } from "./blazeface-anchors.js";
import { faceAngle } from "./face-crop.js";
import { runGraphModel } from "./graph-model.js";
import { resizeAntialiased } from "./resample.js";

/** @typedef {import("./boxes.js").ScoredBox & {keypoints: number[][]}} LocatedFace */
/** @typedef {import("./detector-settings.js").BlazeFaceSettings} BlazeFaceSettings */
/** @typedef {import("./graph-model.js").GraphModel} GraphModel */
/** @typedef {import("./raster-image.js").RasterImage} RasterImage */
/** @typedef {{left: number, top: number, width: number, height: number}} Place of the image in the network's input, pixels */
/** @typedef {{isMirrored: boolean, frame: number}} View of the image, in a frame so many times as wide */

// The eyes, nose, and the mouth's middle for both of its corners; the network gives two ears too.
const KEYPOINTS = [0, 1, 2, 3, 3];
// Which of those five each is in a mirror image.
const MIRRORED = [1, 0, 2, 4, 3];
/** @type {View[]} */
const VIEWS = [
  { isMirrored: false, frame: 1 },
  { isMirrored: true, frame: 1 },
  { isMirrored: false, frame: 1.2 },
];
const INPUT_SHAPE = [1, SIDE, SIDE, 3];
const { fround } = Math;

/**
 * Faces of at least an eighth of the image's longer side. The image is looked at as it is, then in the mirror, then from a little
 * farther off, until a face is seen: one that is hardly there under what spoils the image is often seen from one side only.
 *
 * @param {GraphModel} network
 * @param {RasterImage} image
 * @param {BlazeFaceSettings} settings
 * @returns {Promise<LocatedFace[]>} best first, pixels of the image, boxes as large as MTCNN would draw them
 */
export async function findLargeFaces(network, image, settings) {
  for (const view of VIEWS) {
    const faces = await facesInView(network, image, view, settings);
    if (faces.length > 0) return faces;
  }
  return [];
}

/** @param {GraphModel} network is run once */
export async function runOnNothing(network) {
  await look(network, new Float32Array(SIDE * SIDE * 3), 1);
}

/**
 * @param {GraphModel} network
 * @param {RasterImage} image
 * @param {View} view
 * @param {BlazeFaceSettings} settings
 * @returns {Promise<LocatedFace[]>}
 */
async function facesInView(network, image, { isMirrored, frame }, { minScore, maxOverlap, boxScale, boxShift }) {
  const place = placeOf(image, frame);
  const candidates = await look(network, toInput(image, place, isMirrored), minScore);
  const [scaleX, scaleY] = [image.width / place.width, image.height / place.height];
  return mergeOverlapping(candidates, maxOverlap).map((candidate) => {
    const [middleX, middleY, faceWidth, faceHeight, ...points] = candidate.values;
    const keypoints = KEYPOINTS.map((index) => [points[2 * index] - place.left, points[2 * index + 1] - place.top]);
    // MTCNN's boxes reach from the hair to the chin, BlazeFace's from the brows.
    const angle = faceAngle(keypoints);
    const x = middleX - place.left - faceHeight * boxShift * Math.sin(angle);
    const y = middleY - place.top + faceHeight * boxShift * Math.cos(angle);
    const reach = (faceWidth * boxScale) / 2;
    const face = {
      x1: (x - reach) * scaleX,
      y1: (y - reach) * scaleY,
      x2: (x + reach) * scaleX,
      y2: (y + reach) * scaleY,
      score: candidate.score,
      keypoints: keypoints.map(([pointX, pointY]) => [pointX * scaleX, pointY * scaleY]),
    };
    return isMirrored ? mirrored(face, image.width) : face;
  });
}

/**
 * @param {LocatedFace} face
 * @param {number} width of the image
 * @returns {LocatedFace} where it is in the image that this one's is the mirror image of
 */
function mirrored(face, width) {
  const keypoints = MIRRORED.map((index) => [width - face.keypoints[index][0], face.keypoints[index][1]]);
  return { ...face, x1: width - face.x2, x2: width - face.x1, keypoints };
}

/**
 * @param {GraphModel} network
 * @param {Float32Array} input
 * @param {number} minScore
 */
async function look(network, input, minScore) {
  const [scores, regressions] = await runGraphModel(network, input, INPUT_SHAPE, ["scores", "regressions"]);
  return candidatesOf(scores.values, regressions.values, minScore);
}

/**
 * @param {RasterImage} image
 * @param {number} frame
 * @returns {Place} in the middle of the input, as large as the frame lets it be
 */
function placeOf(image, frame) {
  const scale = SIDE / Math.max(image.width, image.height) / frame;
  const [width, height] = [image.width, image.height].map((length) => Math.max(1, Math.round(length * scale)));
  return { left: Math.floor((SIDE - width) / 2), top: Math.floor((SIDE - height) / 2), width, height };
}

/**
 * @param {RasterImage} image
 * @param {Place} place where it lies in a black square
 * @param {boolean} isMirrored
 * @returns {Float32Array} [SIDE, SIDE, 3] in [-1, 1]
 */
function toInput(image, { left, top, width, height }, isMirrored) {
  const { data, channels } = resizeAntialiased(image, height, width);
  const values = new Float32Array(SIDE * SIDE * 3).fill(-1);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + (isMirrored ? width - 1 - x : x)) * channels;
      const to = ((top + y) * SIDE + left + x) * 3;
      // Rounded to float32 twice, as in Python.
      for (let channel = 0; channel < 3; channel += 1) values[to + channel] = fround(data[from + channel] / 127.5) - 1;
    }
  }
  return values;
}

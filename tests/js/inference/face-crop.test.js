// Face crops: place, size, edges, levelled eyes.

import assert from "node:assert/strict";
import test from "node:test";

import { cropFace, cropSquareOf, eyeAngle } from "../../../extension/src/inference/face-crop.js";

const SETTINGS = { size: 4, margin: 0, alignment: "none", maxPatch: 64 };
const LEVEL_EYES = [[0, 0], [1, 0]];

/** A grey image whose value is given for each pixel. */
function grey(width, height, valueAt) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) data.fill(valueAt(x, y), (y * width + x) * 3, (y * width + x) * 3 + 3);
  }
  return { width, height, channels: 3, data };
}

const firstChannel = (image) => Array.from(image.data.filter((_, index) => index % 3 === 0));

test("a box of the crop's size is copied", () => {
  const image = grey(8, 8, (x, y) => x * 10 + y);
  const crop = cropFace(image, [2, 3, 6, 7], LEVEL_EYES, SETTINGS);
  assert.deepEqual(firstChannel(crop), [3, 4, 5, 6].flatMap((y) => [2, 3, 4, 5].map((x) => x * 10 + y)));
});

test("outside the image its edge is repeated", () => {
  const image = grey(4, 4, (x) => x * 50);
  const crop = cropFace(image, [-2, 0, 2, 4], LEVEL_EYES, SETTINGS);
  assert.deepEqual(firstChannel(crop).slice(0, 4), [0, 0, 0, 50]);
});

test("the margin widens the longer side", () => {
  const image = grey(12, 12, (x) => x);
  const crop = cropFace(image, [5, 4, 7, 8], LEVEL_EYES, { ...SETTINGS, size: 8, margin: 1 });
  assert.deepEqual(firstChannel(crop).slice(0, 8), [2, 3, 4, 5, 6, 7, 8, 9]);
});

test("where there are no eyes nothing is turned", () => {
  const image = grey(12, 12, (x) => x);
  const settings = { ...SETTINGS, size: 8, margin: 1, alignment: "eyes" };
  assert.deepEqual(cropSquareOf([5, 4, 7, 8], null, settings), { cx: 6, cy: 6, side: 8, angle: 0 });
  assert.deepEqual(firstChannel(cropFace(image, [5, 4, 7, 8], null, settings)).slice(0, 8), [2, 3, 4, 5, 6, 7, 8, 9]);
});

test("tilted eyes come out level", () => {
  // A quarter turn: what lies below in the image lies to the right in the crop.
  const image = grey(4, 4, (_, y) => y * 10);
  const crop = cropFace(image, [0, 0, 4, 4], [[2, 0], [2, 3]], { ...SETTINGS, alignment: "eyes" });
  assert.deepEqual(firstChannel(crop).slice(0, 4), [0, 10, 20, 30]);
});

test("the eyes' order does not matter", () => {
  assert.equal(eyeAngle([[10, 5], [0, 0]]), eyeAngle([[0, 0], [10, 5]]));
  assert.equal(eyeAngle([[0, 0], [10, 0]]), 0);
});

test("the square tells where the crop lies, from whole pixels and degrees", () => {
  const square = cropSquareOf([0.4, 0.2, 10.3, 20.1], [[2, 5], [7.1, 6]], { margin: 0.3, alignment: "eyes" });
  assert.deepEqual(square, { cx: 5, cy: 10, side: 26, angle: (11 * Math.PI) / 180 });
});

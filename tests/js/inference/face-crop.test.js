// Face crops: place, size, edges, levelled eyes.

import assert from "node:assert/strict";
import test from "node:test";

import { cropFace, cropSquareOf, faceAngle } from "../../../extension/src/inference/face-crop.js";

const SETTINGS = { size: 4, margin: 0, alignment: "none", maxPatch: 64 };
const LEVEL_EYES = [[0, 0], [1, 0], [0.5, 0.5], [0, 1], [1, 1]];

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
  const crop = cropFace(image, [0, 0, 4, 4], [[2, 0], [2, 3], [1, 1], [0, 0], [0, 3]], { ...SETTINGS, alignment: "eyes" });
  assert.deepEqual(firstChannel(crop).slice(0, 4), [0, 10, 20, 30]);
});

test("the eyes' order does not matter, and the mouth tells which side is up", () => {
  const face = [[0, 0], [10, 5], [3, 9], [-1, 12], [4, 14]];
  assert.equal(faceAngle(face), Math.atan2(5, 10));
  assert.equal(faceAngle([face[1], face[0], ...face.slice(2)]), faceAngle(face));
  const turned = (by) => face.map(([x, y]) => [x * Math.cos(by) - y * Math.sin(by), x * Math.sin(by) + y * Math.cos(by)]);
  for (const degrees of [0, 90, 135, 180, -60, -90, -120]) {
    const by = (degrees * Math.PI) / 180;
    const off = faceAngle(turned(by)) - faceAngle(face) - by;
    assert.ok(Math.abs(Math.cos(off) - 1) < 1e-9, `${degrees} degrees`);
  }
});

test("the square tells where the crop lies, from whole pixels and degrees", () => {
  const square = cropSquareOf([0.4, 0.2, 10.3, 20.1], [[2, 5], [7.1, 6], [4, 8], [2, 12], [6, 13]], { margin: 0.3, alignment: "eyes" });
  assert.deepEqual(square, { cx: 5, cy: 10, side: 26, angle: (11 * Math.PI) / 180 });
});

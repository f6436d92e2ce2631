// BlazeFace around its network: what it is shown, whose anchors are one face, how large its box becomes.

import assert from "node:assert/strict";
import test, { before } from "node:test";

import { findLargeFaces } from "../../../extension/src/inference/blazeface.js";
import * as tf from "../../../extension/src/inference/tf.js";
import { useWasm } from "../../../extension/tools/model-files.mjs";

const SETTINGS = { minScore: 0.6, maxOverlap: 0.3, boxScale: 1.5, boxShift: -0.1 };
const ROWS = 896;
const FACE = [0, 0, 16, 20];
// Eyes, nose, mouth and ears of an upright face, from its middle.
const UPRIGHT = [-4, -5, 4, -5, 0, 0, 0, 6, -8, -3, 8, -3];
const IMAGE = { width: 256, height: 128, channels: 3, data: new Uint8Array(256 * 128 * 3).fill(255) };

before(useWasm);

/** A network whose anchors say this (row -> [logit, values]) when it is run for the `from`th time or later; it keeps what it is shown. */
function networkOf(anchors, from = 1) {
  const inputs = [];
  const execute = (input, names) => {
    const scores = new Float32Array(ROWS).fill(-9);
    const regressions = new Float32Array(ROWS * 16);
    for (const [row, [logit, values]] of Object.entries(inputs.length + 1 < from ? {} : anchors)) {
      scores[row] = logit;
      regressions.set(values, row * 16);
    }
    inputs.push(Array.from(input.dataSync()));
    return names.map((name) => (name === "scores" ? tf.tensor(scores, [1, ROWS, 1]) : tf.tensor(regressions, [1, ROWS, 16])));
  };
  return { execute, inputs };
}

test("the image lies in the middle of a black square", async () => {
  const network = networkOf({});
  assert.deepEqual(await findLargeFaces(network, IMAGE, SETTINGS), []);
  const rowOf = (y) => network.inputs[0].slice(y * 128 * 3, (y + 1) * 128 * 3);
  assert.deepEqual([31, 32, 95, 96].map((y) => new Set(rowOf(y))), [-1, 1, 1, -1].map((value) => new Set([value])));
});

test("a face becomes a box as MTCNN draws it, in pixels of the image", async () => {
  // The cell in column 8, row 8 of 16: its middle is (68, 68) in the input, and (136, 72) in the image, twice as large.
  const [face] = await findLargeFaces(networkOf({ [2 * (8 * 16 + 8)]: [3, [...FACE, ...UPRIGHT]] }), IMAGE, SETTINGS);
  const { x1, y1, x2, y2, score, keypoints } = face;
  assert.deepEqual([x1, y1, x2, y2], [136 - 24, 68 - 24, 136 + 24, 68 + 24]);
  assert.ok(Math.abs(score - 1 / (1 + Math.exp(-3))) < 1e-6);
  assert.deepEqual(keypoints, [[128, 62], [144, 62], [136, 72], [136, 84], [136, 84]]);
});

test("an image without a face is looked at as it is, in the mirror and from farther off", async () => {
  const network = networkOf({});
  const data = new Uint8Array(256 * 128 * 3).map((_, place) => (place % (256 * 3) < 128 * 3 ? 255 : 0)); // its left half is white
  assert.deepEqual(await findLargeFaces(network, { ...IMAGE, data }, SETTINGS), []);
  const whiteOf = (input) => {
    const columns = Array.from({ length: 128 }, (_, x) => x).filter((x) => input[(64 * 128 + x) * 3] === 1);
    return [columns[0], columns.at(-1)];
  };
  // The column beside the edge is a little darker. Reduced by 1.2 the image is 107 pixels wide and lies 10 from the left.
  assert.deepEqual(network.inputs.map(whiteOf), [[0, 62], [65, 127], [10, 62]]);
});

test("a face that only the mirror shows is turned back: its eyes change places, and its box grows towards its hair", async () => {
  const turned = UPRIGHT.map((_, index) => (index % 2 ? UPRIGHT[index - 1] : -UPRIGHT[index + 1]));
  const network = networkOf({ [2 * (8 * 16 + 8)]: [3, [...FACE, ...turned]] }, 2);
  // Reduced to 63 x 128 it lies 32 from the left and 33 from the right.
  const portrait = { width: 126, height: 256, channels: 3, data: new Uint8Array(126 * 256 * 3) };
  const [face] = await findLargeFaces(network, portrait, SETTINGS);
  assert.equal(network.inputs.length, 2);
  // In the mirror its middle is at 2 (68 - 32) = 72; the image is 126 wide.
  assert.deepEqual(face.keypoints, [[44, 144], [44, 128], [54, 136], [66, 136], [66, 136]]);
  assert.deepEqual([face.x1, face.y1, face.x2, face.y2], [50 - 24, 136 - 24, 50 + 24, 136 + 24]);
});

test("a face that is seen from farther off is as large as it is", async () => {
  const network = networkOf({ [2 * (8 * 16 + 8)]: [3, [...FACE, ...UPRIGHT]] }, 3);
  const [face] = await findLargeFaces(network, IMAGE, SETTINGS);
  assert.equal(network.inputs.length, 3);
  assert.ok(Math.abs(face.x2 - face.x1 - (24 * 256) / 107) < 1e-4);
  assert.ok(Math.abs(face.keypoints[2][0] - ((68 - 10) * 256) / 107) < 1e-4);
});

test("the box of a face on its side grows towards its hair", async () => {
  const turned = UPRIGHT.map((_, index) => (index % 2 ? UPRIGHT[index - 1] : -UPRIGHT[index + 1]));
  const [face] = await findLargeFaces(networkOf({ [2 * (8 * 16 + 8)]: [3, [...FACE, ...turned]] }), IMAGE, SETTINGS);
  assert.deepEqual([face.x1, face.y1, face.x2, face.y2], [140 - 24, 72 - 24, 140 + 24, 72 + 24]);
});

test("anchors that overlap are one face, the mean of them by their scores; the others are faces of their own", async () => {
  const first = 2 * (8 * 16 + 2);
  const network = networkOf({
    [first]: [2, [...FACE, ...UPRIGHT]],
    [first + 1]: [1, [4, ...FACE.slice(1), ...UPRIGHT]],
    [512 + 6 * (4 * 8 + 6)]: [1.5, [...FACE, ...UPRIGHT]],
    [2 * 16]: [0.3, [...FACE, ...UPRIGHT]], // under 0.6
  });
  const faces = await findLargeFaces(network, IMAGE, SETTINGS);
  const sigmoid = (value) => 1 / (1 + Math.exp(-value));
  assert.deepEqual(faces.map(({ score }) => score.toFixed(5)), [2, 1.5].map((logit) => sigmoid(logit).toFixed(5)));
  const shift = (4 * sigmoid(1)) / (sigmoid(1) + sigmoid(2));
  assert.ok(Math.abs((faces[0].x1 + faces[0].x2) / 2 - 2 * (20 + shift)) < 1e-4);
  assert.ok(Math.abs((faces[1].x1 + faces[1].x2) / 2 - 2 * 104) < 1e-4);
});

test("boxes without area end the search all the same", async () => {
  const empty = [0, 0, 0, 0, ...UPRIGHT];
  assert.equal((await findLargeFaces(networkOf({ 0: [2, empty], 1: [1, empty] }), IMAGE, SETTINGS)).length, 2);
});

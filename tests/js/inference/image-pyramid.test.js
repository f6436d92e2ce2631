// The detector's inputs: scales, area averages, patches.

import assert from "node:assert/strict";
import test from "node:test";

import { extractPatches } from "../../../extension/src/inference/extract-patches.js";
import { pyramidScales, resizeAreas } from "../../../extension/src/inference/image-pyramid.js";

const red = (values) => Array.from(values).filter((_, index) => index % 3 === 0).map((value) => value * 128 + 127.5);
const ramp = (width, height) => ({
  width,
  height,
  channels: 3,
  data: Uint8Array.from({ length: width * height * 3 }, (_, index) => Math.floor(index / 3)),
});

test("values are brought to about -1 to 1, and a fourth channel is ignored", () => {
  const data = Uint8Array.from([0, 255, 127, 9, 0, 255, 127, 9]);
  const image = { width: 2, height: 1, channels: 4, data };
  const expected = [-127.5, 127.5, -0.5].map((value) => value / 128);
  assert.deepEqual(Array.from(resizeAreas(image, [{ width: 1, height: 1 }])[0].data), expected);
  const patch = extractPatches(image, [{ x1: 0, y1: 0, x2: 1, y2: 1, score: 1 }], 2);
  assert.deepEqual(Array.from(patch.slice(0, 3)), expected);
});

test("scales go down to the network's input", () => {
  const scales = pyramidScales(220, 146, { firstFaceSize: 20, scaleFactor: 0.709, minFaceSize: 20 });
  assert.equal(scales.length, 6);
  assert.equal(scales[0], 0.6);
  assert.ok(146 * scales.at(-1) >= 12);
});

test("scales for smaller faces than wanted are left out, the others stay", () => {
  const pyramid = { firstFaceSize: 20, scaleFactor: 0.709 };
  const all = pyramidScales(640, 480, { ...pyramid, minFaceSize: 0 });
  const wanted = pyramidScales(640, 480, { ...pyramid, minFaceSize: 40 });
  assert.deepEqual(wanted, all.slice(2));
  assert.ok(12 / wanted[0] <= 40 && 12 / wanted[1] > 40, "the first shows faces of at most the smallest size");
  assert.deepEqual(pyramidScales(40, 40, { ...pyramid, minFaceSize: 500 }), []);
});

test("halving averages four pixels", () => {
  assert.deepEqual(red(resizeAreas(ramp(4, 2), [{ width: 2, height: 1 }])[0].data), [2.5, 4.5]);
});

test("several sizes of one image are averages of its areas", () => {
  const [width, height] = [50, 31];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * index) % 251);
  const sizes = [{ width: 20, height: 13 }, { width: 7, height: 3 }];
  const share = (cell, position, scale) => Math.max(0, Math.min(cell + 1, (position + 1) * scale) - Math.max(cell, position * scale)) / scale;
  resizeAreas({ width, height, channels: 3, data }, sizes).forEach((level, index) => {
    const expected = [];
    for (let y = 0; y < sizes[index].height; y += 1) {
      for (let x = 0; x < sizes[index].width; x += 1) {
        let sum = 0;
        for (let at = 0; at < width * height; at += 1) {
          const [row, column] = [Math.floor(at / width), at % width];
          sum += data[3 * at] * share(row, y, height / sizes[index].height) * share(column, x, width / sizes[index].width);
        }
        expected.push(sum);
      }
    }
    red(level.data).forEach((value, place) => assert.ok(Math.abs(value - expected[place]) < 1e-3, `${value} at ${place}`));
  });
});

test("a cell that is partly covered counts partly", () => {
  const [first, second] = red(resizeAreas(ramp(3, 1), [{ width: 2, height: 1 }])[0].data);
  assert.ok(Math.abs(first - 1 / 3) < 1e-4);
  assert.ok(Math.abs(second - 5 / 3) < 1e-4);
});

test("patches are zero outside the image", () => {
  const image = { width: 5, height: 5, channels: 3, data: new Uint8Array(75).fill(200) };
  const patch = red(extractPatches(image, [{ x1: -5, y1: 0, x2: 5, y2: 5, score: 1 }], 3));
  const outside = 127.5; // zero once normalised
  assert.deepEqual(patch, [outside, 200, 200, outside, 200, 200, outside, 200, 200]);
});

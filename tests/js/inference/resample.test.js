// Resizing is Pillow's, bit for bit.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { resizeAreas } from "../../../extension/src/inference/image-pyramid.js";
import { resizeAntialiased } from "../../../extension/src/inference/resample.js";

const CASES = JSON.parse(readFileSync(new URL("resample.golden.json", import.meta.url), "utf8"));

for (const { width, height, pixels, newWidth, newHeight, expected } of CASES) {
  test(`${width}x${height} becomes ${newWidth}x${newHeight} as in Pillow`, () => {
    const image = { width, height, channels: 3, data: Uint8Array.from(pixels) };
    assert.deepEqual(Array.from(resizeAntialiased(image, newHeight, newWidth).data), expected);
  });

  test(`${width}x${height} with a fourth channel gives the same three`, () => {
    const data = new Uint8Array(width * height * 4).fill(255);
    pixels.forEach((value, index) => {
      data[Math.floor(index / 3) * 4 + (index % 3)] = value;
    });
    const resized = resizeAntialiased({ width, height, channels: 4, data }, newHeight, newWidth);
    assert.equal(resized.channels, 3);
    assert.deepEqual(Array.from(resized.data), expected);
  });
}

test("an image of the wanted size is returned as it is", () => {
  const image = { width: 2, height: 1, channels: 3, data: new Uint8Array(6) };
  assert.equal(resizeAntialiased(image, 1, 2), image);
});

test("an image that is resized band by band has no seams", () => {
  const valueOf = (row) => (row * 37) % 256;
  const picture = (width, channels) => ({
    width,
    height: 3000,
    channels,
    data: Uint8Array.from({ length: width * 3000 * channels }, (_, at) => valueOf(Math.floor(at / (width * channels)))),
  });
  const narrow = resizeAntialiased(picture(1, 3), 900, 1);
  const wide = resizeAntialiased(picture(600, 4), 900, 600);
  const expected = Array.from({ length: 900 }, (_, row) => new Array(1800).fill(narrow.data[3 * row]));
  assert.deepEqual(Array.from(wide.data), expected.flat());
});

test("a very large image, and what comes after it in a new memory", () => {
  const image = { width: 3000, height: 2000, channels: 4, data: new Uint8Array(3000 * 2000 * 4).fill(200) };
  const [reduced] = resizeAreas(image, [{ width: 30, height: 20 }]);
  assert.ok(reduced.data.every((value) => Math.abs(value - 72.5 / 128) < 1e-6));
  assert.equal(resizeAntialiased({ ...image, height: 1, data: image.data.subarray(0, 12_000) }, 1, 2).data.join(), "200,200,200,200,200,200");
});

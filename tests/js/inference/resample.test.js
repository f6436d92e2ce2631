// Resizing is Pillow's, bit for bit.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

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

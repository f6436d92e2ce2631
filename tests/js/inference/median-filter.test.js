// The median is Pillow's, bit for bit.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { medianFilter } from "../../../extension/src/inference/median-filter.js";

const CASES = JSON.parse(readFileSync(new URL("median-filter.golden.json", import.meta.url), "utf8"));

for (const { width, height, pixels, medianSize, expected } of CASES) {
  test(`${width}x${height} filtered by a median of ${medianSize} as in Pillow`, () => {
    const filtered = medianFilter({ width, height, channels: 3, data: Uint8Array.from(pixels) }, medianSize);
    assert.deepEqual([filtered.width, filtered.height, filtered.channels], [width, height, 3]);
    assert.deepEqual(Array.from(filtered.data), expected);
  });

  test(`${width}x${height} with a fourth channel gives the same`, () => {
    const data = new Uint8ClampedArray(width * height * 4).fill(255);
    pixels.forEach((value, index) => {
      data[Math.floor(index / 3) * 4 + (index % 3)] = value;
    });
    assert.deepEqual(Array.from(medianFilter({ width, height, channels: 4, data }, medianSize).data), expected);
  });
}

// Enhancement is Pillow's, bit for bit.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { enhance } from "../../../extension/src/inference/enhance.js";

const CASES = JSON.parse(readFileSync(new URL("enhance.golden.json", import.meta.url), "utf8"));

for (const { width, height, pixels, medianSize, expected } of CASES) {
  const channel = (image, index) => Array.from(image.data.filter((_, at) => at % 3 === index));

  test(`${width}x${height} enhanced with a median of ${medianSize} as in Pillow`, () => {
    const enhanced = enhance({ width, height, channels: 3, data: Uint8Array.from(pixels) }, medianSize);
    assert.deepEqual([enhanced.width, enhanced.height, enhanced.channels], [width, height, 3]);
    for (const index of [0, 1, 2]) assert.deepEqual(channel(enhanced, index), expected);
  });

  test(`${width}x${height} with a fourth channel gives the same`, () => {
    const data = new Uint8ClampedArray(width * height * 4).fill(255);
    pixels.forEach((value, index) => {
      data[Math.floor(index / 3) * 4 + (index % 3)] = value;
    });
    assert.deepEqual(channel(enhance({ width, height, channels: 4, data }, medianSize), 0), expected);
  });
}

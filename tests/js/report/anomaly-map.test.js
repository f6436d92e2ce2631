// The map's pixels: bilinear, on one scale for every face, in colours that rise in lightness.

import assert from "node:assert/strict";
import { test } from "node:test";

import { enlarge, mapPixels, RANGES } from "../../../extension/src/report/anomaly-map.js";
import { colourOf, gradient } from "../../../extension/src/report/colour-map.js";

const MAP = { size: 2, values: [0, 1, 2, 3] };

test("a map is enlarged between the centres of its cells, and its edge is repeated", () => {
  assert.deepEqual([...enlarge(MAP, 2)], MAP.values);
  assert.deepEqual([...enlarge(MAP, 4)].slice(0, 8), [0, 0.25, 0.75, 1, 0.5, 0.75, 1.25, 1.5]);
});

test("a map of one value is even at any size", () => {
  assert.deepEqual(new Set(enlarge({ size: 1, values: [0.5] }, 7)), new Set([0.5]));
});

test("each scale has its ends at the darkest and the brightest colour", () => {
  for (const [scale, [low, high]] of Object.entries(RANGES)) {
    const pixels = [...mapPixels({ size: 2, values: [low - 1, low, high, high + 1] }, scale, 2)];
    assert.deepEqual(pixels.slice(0, 8), [0, 0, 4, 255, 0, 0, 4, 255]);
    assert.deepEqual(pixels.slice(8), [252, 255, 164, 255, 252, 255, 164, 255]);
  }
  assert.deepEqual(RANGES.probability, [0, 1]);
});

test("the colours rise in lightness all the way, so that no kind of colour vision is needed", () => {
  const lightness = Array.from({ length: 101 }, (_, index) => {
    const [red, green, blue] = colourOf(index / 100).map((channel) => (channel / 255) ** 2.2);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  });
  assert.ok(lightness.every((value, index) => index === 0 || value > lightness[index - 1]));
});

test("the legend runs with the text", () => {
  assert.match(gradient(false), /^linear-gradient\(to right, #000004/);
  assert.match(gradient(true), /^linear-gradient\(to left, #000004/);
});

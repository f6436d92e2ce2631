// Box arithmetic: overlap, suppression, squares, offsets, clipping.

import assert from "node:assert/strict";
import test from "node:test";

import {
  applyOffsets,
  fitToImage,
  overlap,
  sortByScore,
  suppressOverlapping,
  toSquare,
} from "../../../extension/src/inference/boxes.js";

const box = (x1, y1, x2, y2, score = 1) => ({ x1, y1, x2, y2, score });

test("overlap by union and by the smaller box", () => {
  assert.equal(overlap(box(0, 0, 4, 4), box(2, 0, 6, 4), "union"), 8 / 24);
  assert.equal(overlap(box(0, 0, 4, 4), box(1, 1, 2, 2), "min"), 1);
  assert.equal(overlap(box(0, 0, 1, 1), box(2, 2, 3, 3), "union"), 0);
});

test("boxes are sorted best first, the later of two equals first", () => {
  const sorted = sortByScore([box(0, 0, 1, 1, 0.5), box(1, 0, 1, 1, 0.9), box(2, 0, 1, 1, 0.5)]);
  assert.deepEqual(sorted.map(({ x1 }) => x1), [1, 2, 0]);
});

test("a lesser box that overlaps too much goes", () => {
  const kept = suppressOverlapping([box(0, 0, 10, 10), box(1, 0, 11, 10), box(50, 50, 60, 60)], 0.5, "union");
  assert.deepEqual(kept.map(({ x1 }) => x1), [0, 50]);
});

test("a suppressed box still suppresses, as in the package mtcnn", () => {
  // The first overlaps the second, the second the third, but not the first the third.
  const chain = [box(0, 0, 10, 10), box(4, 0, 14, 10), box(8, 0, 18, 10)];
  assert.deepEqual(suppressOverlapping(chain, 0.3, "union").map(({ x1 }) => x1), [0]);
});

test("an overlap of exactly the threshold stays", () => {
  const boxes = [box(0, 0, 4, 4), box(2, 0, 6, 4)];
  assert.equal(suppressOverlapping(boxes, 8 / 24, "union").length, 2);
});

test("a box becomes square about its centre", () => {
  assert.deepEqual(toSquare(box(10, 10, 20, 40)), box(0, 10, 30, 40));
});

test("offsets are fractions of the size plus one pixel", () => {
  assert.deepEqual(applyOffsets(box(0, 0, 9, 19), [0.5, 0.25, -0.5, 1]), box(5, 5, 4, 39));
});

test("a box is kept within the image's last pixel", () => {
  assert.deepEqual(fitToImage(box(-3, -1, 200, 50), 100, 80), box(0, 0, 99, 50));
});

// The square that is put around a face by hand: it stays in the picture, square, whole, and large enough to be judged.

import assert from "node:assert/strict";
import { test } from "node:test";

import { areaOf, centreOf, drawn, grown, middleSquare, moved, squareOf, stepOf } from "../../../extension/src/report/mark-square.js";

const BOUNDS = { width: 300, height: 200, least: 40 };

test("it begins in the middle, half as large as the picture, and never too small", () => {
  assert.deepEqual(middleSquare(BOUNDS), { x: 100, y: 50, side: 100 });
  assert.deepEqual(middleSquare({ width: 50, height: 60, least: 40 }), { x: 5, y: 10, side: 40 });
  assert.deepEqual(middleSquare({ width: 40, height: 40, least: 40 }), { x: 0, y: 0, side: 40 });
});

test("it moves as far as the picture reaches", () => {
  const square = { x: 100, y: 50, side: 100 };
  assert.deepEqual(moved(square, { x: 10, y: -20 }, BOUNDS), { x: 110, y: 30, side: 100 });
  assert.deepEqual(moved(square, { x: 900, y: 900 }, BOUNDS), { x: 200, y: 100, side: 100 });
  assert.deepEqual(moved(square, { x: -900, y: -900 }, BOUNDS), { x: 0, y: 0, side: 100 });
});

test("it grows and shrinks around its centre, between the least and the picture's shorter side", () => {
  const square = { x: 100, y: 50, side: 100 };
  assert.deepEqual(grown(square, 20, BOUNDS), { x: 90, y: 40, side: 120 });
  assert.deepEqual(grown(square, -20, BOUNDS), { x: 110, y: 60, side: 80 });
  assert.deepEqual(grown(square, -500, BOUNDS), { x: 130, y: 80, side: 40 });
  assert.deepEqual(grown(square, 500, BOUNDS), { x: 50, y: 0, side: 200 });
  assert.deepEqual(grown({ x: 0, y: 0, side: 100 }, 20, BOUNDS), { x: 0, y: 0, side: 120 }, "at the edge it is pushed inwards");
});

test("drawn in any direction, the corner where it began stays", () => {
  const fixed = { x: 150, y: 100 };
  assert.deepEqual(drawn(fixed, { x: 210, y: 120 }, BOUNDS), { x: 150, y: 100, side: 60 });
  assert.deepEqual(drawn(fixed, { x: 90, y: 80 }, BOUNDS), { x: 90, y: 40, side: 60 });
  assert.deepEqual(drawn(fixed, { x: 90, y: 120 }, BOUNDS), { x: 90, y: 100, side: 60 });
  assert.deepEqual(drawn(fixed, { x: 160, y: 40 }, BOUNDS), { x: 150, y: 40, side: 60 });
});

test("drawn beyond the picture it is as large as there is room, drawn too small it is the least", () => {
  assert.deepEqual(drawn({ x: 150, y: 100 }, { x: 900, y: 110 }, BOUNDS), { x: 150, y: 100, side: 100 });
  assert.deepEqual(drawn({ x: 150, y: 100 }, { x: 152, y: 101 }, BOUNDS), { x: 150, y: 100, side: 40 });
  assert.deepEqual(drawn({ x: 295, y: 195 }, { x: 299, y: 199 }, BOUNDS), { x: 260, y: 160, side: 40 }, "no room: it is pushed inwards");
});

test("whatever is done to it, it is whole, inside, and neither too small nor too large", () => {
  let seed = 7;
  const random = (most) => (seed = (seed * 48271) % 2147483647) % most;
  let square = middleSquare(BOUNDS);
  for (let turn = 0; turn < 2000; turn += 1) {
    const point = { x: random(5000) / 7 - 200, y: random(4000) / 7 - 200 };
    const start = { x: random(3000) / 10, y: random(2000) / 10 };
    square = [moved(square, point, BOUNDS), grown(square, point.x, BOUNDS), drawn(start, point, BOUNDS)][turn % 3];
    const { x, y, side } = square;
    assert.ok([x, y, side].every(Number.isInteger), JSON.stringify(square));
    assert.ok(x >= 0 && y >= 0 && x + side <= 300 && y + side <= 200 && side >= 40, JSON.stringify(square));
  }
});

test("keys move a small square by little, and never by nothing", () => {
  assert.deepEqual([stepOf({ x: 0, y: 0, side: 100 }), stepOf({ x: 0, y: 0, side: 40 }), stepOf({ x: 0, y: 0, side: 5 })], [5, 2, 1]);
  assert.deepEqual(centreOf({ x: 10, y: 20, side: 40 }), { x: 30, y: 40 });
});

test("as fractions of the picture it comes back as it was", () => {
  assert.deepEqual(areaOf({ x: 75, y: 50, side: 100 }, BOUNDS), { x: 0.25, y: 0.25, width: 1 / 3, height: 0.5 });
  // To the very edge: a sum beyond 1 by its last digit would be refused.
  for (const width of [41, 300, 1365, 16384]) {
    for (let side = 40; side <= width; side += 7) {
      const square = { x: width - side, y: 0, side };
      const area = areaOf(square, { width, height: 20000 });
      assert.deepEqual(squareOf(area, { width, height: 20000 }), square);
      assert.ok(area.x + area.width <= 1);
    }
  }
});

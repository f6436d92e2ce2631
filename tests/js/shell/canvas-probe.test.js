// The canvas probe: exact pixels pass; noise in a few of them, a blank and a random picture do not.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { createCanvasProbe, isCanvasExact } from "../../../extension/src/shared/canvas-probe.js";

/** A canvas that keeps what is drawn, and changes what is read. */
function canvasThat(change) {
  let kept = new Uint8ClampedArray();
  return /** @type {any} */ ({
    createImageData: (width, height) => ({ data: new Uint8ClampedArray(width * height * 4) }),
    putImageData: ({ data }) => (kept = data.slice()),
    getImageData: () => ({ data: change(kept.slice()) }),
  });
}

const exact = (pixels) => pixels;
const nearlyExact = (pixels) => {
  pixels[4321] ^= 1; // one step in one channel of one pixel
  return pixels;
};

test("noise is seen, however little", () => {
  assert.equal(isCanvasExact(canvasThat(exact)), true);
  assert.equal(isCanvasExact(canvasThat(nearlyExact)), false);
  assert.equal(isCanvasExact(canvasThat((pixels) => pixels.fill(255))), false);
  assert.equal(isCanvasExact(canvasThat((pixels) => pixels.map(() => Math.random() * 256))), false);
});

test("the drawn pixels are opaque and differ from each other", () => {
  let drawn = new Uint8ClampedArray();
  isCanvasExact(canvasThat((pixels) => (drawn = pixels)));
  const colours = new Set();
  for (let place = 0; place < drawn.length; place += 4) {
    assert.equal(drawn[place + 3], 255);
    colours.add(drawn.slice(place, place + 3).join());
  }
  assert.ok(colours.size > 100);
});

test("a good answer is kept, a bad one asked again, and no canvas is no good one", () => {
  const contexts = [null, canvasThat(nearlyExact), canvasThat(exact)];
  const create = mock.fn(() => contexts.shift());
  const probe = createCanvasProbe(create);
  assert.deepEqual([probe(), probe(), probe(), probe()], [false, false, true, true]);
  assert.equal(create.mock.callCount(), 3);
});

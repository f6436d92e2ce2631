// Decoding refuses a canvas that adds noise, decodes once the noise is turned off, and leaves no canvas of pixels behind.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { decodeImage } from "../../../extension/src/inference/decode-image.js";

let noise = 1;

/** A canvas of one size that keeps what is put or drawn on it. */
class FakeCanvas {
  static made = [];

  constructor(width, height) {
    Object.assign(this, { width, height });
    FakeCanvas.made.push(this);
    this.pixels = new Uint8ClampedArray(width * height * 4);
  }

  getContext() {
    return {
      canvas: this,
      createImageData: (width, height) => ({ data: new Uint8ClampedArray(width * height * 4) }),
      putImageData: ({ data }) => this.pixels.set(data),
      fillRect: () => this.pixels.fill(255),
      drawImage: ({ pixels }) => this.pixels.set(pixels),
      getImageData: () => ({ data: this.pixels.map((value, place) => (place === 8 ? value ^ noise : value)) }),
    };
  }
}

before(() => {
  const bitmap = { width: 2, height: 2, pixels: new Array(16).fill(255), close() {} };
  Object.assign(globalThis, { OffscreenCanvas: FakeCanvas, createImageBitmap: async () => bitmap });
});

after(() => {
  delete globalThis.OffscreenCanvas;
  delete globalThis.createImageBitmap;
});

test("noise is a reason, not a verdict, and is asked about again", async () => {
  await assert.rejects(decodeImage(new ArrayBuffer(4)), { code: "canvas_noise" });
  noise = 0;
  const { width, height, channels, data } = await decodeImage(new ArrayBuffer(4));
  assert.deepEqual([width, height, channels, data[8]], [2, 2, 4, 255]);
  const { width: leftWidth, height: leftHeight } = FakeCanvas.made.at(-1);
  assert.deepEqual([leftWidth, leftHeight], [0, 0]);
});

// Decoding refuses a canvas that adds noise, decodes once the noise is turned off, and leaves no canvas of pixels behind.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { decodeImage } from "../../../extension/src/inference/decode-image.js";
import { headerSize } from "../../../extension/src/inference/header-size.js";

const IMAGES = new URL("../../fixtures/images/", import.meta.url);

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

test("headers of every kind tell the size, also of one that is turned", async () => {
  const sizes = {
    "size_1600x1065.jpg": [1600, 1065],
    "jpeg_progressive.jpg": [512, 600],
    "cmyk.jpg": [420, 280],
    "exif_orientation_6.jpg": [420, 358],
    "png_palette.png": [256, 300],
    "png_grey_16bit.png": [220, 146],
    "webp_alpha.webp": [420, 280],
    "webp_lossless.webp": [200, 200],
    "webp_lossy_q80.webp": [600, 399],
  };
  for (const [name, expected] of Object.entries(sizes)) {
    const size = headerSize((await readFile(new URL(name, IMAGES))).buffer);
    assert.deepEqual([size?.width, size?.height], expected, name);
  }
  const gif = new TextEncoder().encode("GIF89a\x04\x01\x10\x00");
  assert.deepEqual(headerSize(gif.buffer), { width: 260, height: 16 });
  for (const cut of ["GIF8", "RIFF....WEBPVP8X", "\x89PNG"]) assert.equal(headerSize(new TextEncoder().encode(cut).buffer), null);
});

test("of what its header says is too large no pixel is asked for", async () => {
  const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
  const { createImageBitmap } = globalThis;
  globalThis.createImageBitmap = () => assert.fail("it is decoded");
  await assert.rejects(decodeImage(png.buffer), { code: "too_large", message: /20000 × 20000/ });
  globalThis.createImageBitmap = createImageBitmap;
});

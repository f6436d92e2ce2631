// Which files move.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { isAnimated } from "../../../extension/src/inference/animation.js";

/** @param {string} name @returns {ArrayBuffer} of a fixture */
function read(name) {
  const bytes = readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
  return /** @type {ArrayBuffer} */ (bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** @param {...(string | number)} parts text and bytes @returns {ArrayBuffer} */
function bytesOf(...parts) {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === "number" ? [part] : [...part].map((c) => c.charCodeAt(0))))).buffer;
}

test("animations are told from still pictures by their bytes", () => {
  for (const name of ["broken/animated.gif", "broken/animated.webp"]) assert.equal(isAnimated(read(name)), true, name);
  for (const name of ["images/png_rgb.png", "images/png_palette.png", "images/webp_alpha.webp", "faces/real_grace_hopper.jpg", "broken/zero_bytes.jpg"]) {
    assert.equal(isAnimated(read(name)), false, name);
  }
});

test("a GIF with one frame stands still, and one that is cut off counts what is there", () => {
  const animated = new Uint8Array(read("broken/animated.gif"));
  const frames = [...animated.keys()].filter((at) => animated[at] === 0x2c && animated[at - 1] === 0);
  assert.equal(isAnimated(animated.slice(0, frames[0] + 40).buffer), false);
});

test("an animated PNG says so before its pixels, an animated AVIF at its start", () => {
  const png = (/** @type {string} */ chunk) => bytesOf(0x89, "PNG", 13, 10, 26, 10, 0, 0, 0, 4, chunk, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, "IDAT", 0, 0, 0, 0);
  assert.equal(isAnimated(png("acTL")), true);
  assert.equal(isAnimated(png("gAMA")), false);
  assert.equal(isAnimated(bytesOf(0, 0, 0, 28, "ftypavis")), true);
  assert.equal(isAnimated(bytesOf(0, 0, 0, 28, "ftypavif")), false);
});

// What a file's bytes say of it, on files whose making is known.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { readImageFacts } from "../../../extension/src/report/image-facts.js";

/** @param {string} path below tests/fixtures */
function factsOf(path) {
  const file = readFileSync(new URL(`../../fixtures/${path}`, import.meta.url));
  return readImageFacts(new Uint8Array(file).buffer);
}

for (const [name, quality] of [["jpeg_q30_420", 30], ["jpeg_q60_422", 60], ["jpeg_q75_420", 75], ["jpeg_q95_444", 95], ["jpeg_progressive", null]]) {
  test(`the quality of ${name}.jpg is read from its tables`, () => {
    const { format, jpegQuality } = factsOf(`images/${name}.jpg`);
    assert.equal(format, "jpeg");
    if (quality === null) assert.ok(jpegQuality > 50 && jpegQuality <= 100);
    else assert.ok(Math.abs(jpegQuality - quality) <= 2, `${jpegQuality} is near ${quality}`);
  });
}

test("formats are told by their bytes, not by their names", () => {
  assert.equal(factsOf("images/png_rgb.png").mimeType, "image/png");
  assert.equal(factsOf("images/webp_lossy_q40.webp").mimeType, "image/webp");
  assert.equal(factsOf("broken/animated.gif").mimeType, "image/gif");
  assert.equal(factsOf("broken/html_named.jpg").format, "unknown");
});

test("what has no tables has no quality, however it ends", () => {
  assert.equal(factsOf("images/png_rgb.png").jpegQuality, null);
  assert.equal(factsOf("broken/zero_bytes.jpg").jpegQuality, null);
  for (const length of [3, 20, 24, 60]) {
    const bytes = new Uint8Array(readFileSync(new URL("../../fixtures/images/jpeg_q30_420.jpg", import.meta.url))).slice(0, length);
    assert.equal(readImageFacts(bytes.buffer).jpegQuality, null);
  }
});

test("a file that calls itself a screenshot is one", () => {
  const photo = new Uint8Array(readFileSync(new URL("../../fixtures/images/png_rgb.png", import.meta.url)));
  assert.equal(readImageFacts(photo.buffer).saysScreenshot, false);
  const note = new TextEncoder().encode("ASCII\0\0\0Screenshot");
  assert.equal(readImageFacts(new Uint8Array([...photo.slice(0, 40), ...note]).buffer).saysScreenshot, true);
});

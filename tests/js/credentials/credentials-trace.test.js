// Where the library is worth loading: in every format, wherever the words lie, and for no picture without them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { mayHaveCredentials } from "../../../extension/src/credentials/credentials-trace.js";

const MEBIBYTE = 1 << 20;
const bytesOf = (path) => new Uint8Array(readFileSync(new URL(`../../fixtures/${path}`, import.meta.url))).buffer;
/** A file of nothing but the words, which begin at a place. */
const withWords = (words, place, length = 3 * MEBIBYTE) => {
  const bytes = new Uint8Array(length).fill(0x9f);
  bytes.set(new TextEncoder().encode(words), place);
  return bytes.buffer;
};

test("pictures that carry some, broken ones, and those that say where they lie", () => {
  for (const name of ["generated", "tampered", "remote"]) assert.ok(mayHaveCredentials(bytesOf(`signed/${name}.jpg`)), name);
});

test("no picture without them, in any format", () => {
  for (const name of ["no_face.jpg", "png_rgb.png", "webp_lossy_q80.webp"]) assert.ok(!mayHaveCredentials(bytesOf(`images/${name}`)), name);
  assert.ok(!mayHaveCredentials(new ArrayBuffer(0)));
});

test("the words are found wherever they lie, also where two parts of the search meet", () => {
  const length = 3 * MEBIBYTE;
  for (const words of ["c2pa", "dcterms:provenance"]) {
    const places = [0, length - words.length, ...Array.from({ length: words.length + 1 }, (_, shift) => MEBIBYTE - shift)];
    for (const place of places) assert.ok(mayHaveCredentials(withWords(words, place, length)), `${words} at ${place}`);
  }
});

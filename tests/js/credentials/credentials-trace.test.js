// Where the library is worth loading: in every format, wherever the words lie, and for no picture without them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { mayHaveCredentials } from "../../../extension/src/credentials/credentials-trace.js";

const bytesOf = (path) => new Uint8Array(readFileSync(new URL(`../../fixtures/${path}`, import.meta.url))).buffer;
/** A file of nothing but the words, which begin at a place. */
const withWords = (words, place, length) => {
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

test("the words are found wherever they lie, and half of them are none", () => {
  const length = 100_000;
  for (const words of ["c2pa", "dcterms:provenance"]) {
    for (const place of [0, 1, 5000, length - words.length]) assert.ok(mayHaveCredentials(withWords(words, place, length)), `${words} at ${place}`);
    assert.ok(!mayHaveCredentials(withWords(words.slice(0, -1), length - words.length + 1, length)), words);
  }
  assert.ok(mayHaveCredentials(withWords("cc2pa", 7, length)));
});

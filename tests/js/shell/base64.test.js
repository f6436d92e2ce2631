// Bytes from base64: the same with the browser's own decoder and without.
import assert from "node:assert/strict";
import { test } from "node:test";

import { bytesOfBase64 } from "../../../extension/src/shared/base64.js";

const BYTES = Uint8Array.from({ length: 256 }, (_, value) => value);
const TEXT = Buffer.from(BYTES).toString("base64");

test("every byte comes back", () => {
  assert.deepEqual(bytesOfBase64(TEXT), BYTES);
  assert.deepEqual(bytesOfBase64(""), new Uint8Array(0));
});

test("what is no base64 is refused", () => {
  assert.throws(() => bytesOfBase64("a*b"));
});

test("the browser's own decoder is asked where there is one", (t) => {
  const before = Object.getOwnPropertyDescriptor(Uint8Array, "fromBase64");
  t.after(() => (before ? Object.defineProperty(Uint8Array, "fromBase64", before) : delete Uint8Array.fromBase64));
  Uint8Array.fromBase64 = (text) => Uint8Array.of(text.length);
  assert.deepEqual(bytesOfBase64(TEXT), Uint8Array.of(TEXT.length));
});

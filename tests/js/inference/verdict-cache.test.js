// The cache is bounded, forgets what is old, and can be cleared.

import assert from "node:assert/strict";
import test from "node:test";

import { VerdictCache } from "../../../extension/src/inference/verdict-cache.js";

const evidence = (width) => ({ imageSize: { width, height: 1 }, faces: [] });

test("the least recently used entry goes first", () => {
  const cache = new VerdictCache({ maxEntries: 2 });
  cache.set("a", evidence(1));
  cache.set("b", evidence(2));
  cache.get("a");
  cache.set("c", evidence(3));
  assert.equal(cache.get("b"), undefined);
  assert.deepEqual(cache.get("a"), evidence(1));
  assert.deepEqual(cache.get("c"), evidence(3));
});

test("what is too old counts as absent", () => {
  let now = 0;
  const cache = new VerdictCache({ maxAgeMs: 1000, now: () => now });
  cache.set("a", evidence(1));
  now = 1000;
  assert.deepEqual(cache.get("a"), evidence(1));
  now = 1001;
  assert.equal(cache.get("a"), undefined);
});

test("clearing forgets everything", () => {
  const cache = new VerdictCache();
  cache.set("a", evidence(1));
  cache.clear();
  assert.equal(cache.get("a"), undefined);
});

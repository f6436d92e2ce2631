// Every wait ends: with its result, its error, or the time limit.

import assert from "node:assert/strict";
import test from "node:test";

import { TimeoutError, withTimeout } from "../../../extension/src/shared/with-timeout.js";

test("a result in time passes through", async () => {
  assert.equal(await withTimeout(Promise.resolve(7), 1000, "late"), 7);
});

test("an error in time passes through", async () => {
  await assert.rejects(withTimeout(Promise.reject(new Error("broken")), 1000, "late"), /broken/);
});

test("a wait without an end is given up with the given message", async () => {
  const error = await withTimeout(new Promise(() => {}), 1, "The model hangs.").catch((caught) => caught);
  assert.ok(error instanceof TimeoutError);
  assert.equal(error.message, "The model hangs.");
});

// A lost WebGL context: noticed during, before and after the work, even when it was restored meanwhile.

import assert from "node:assert/strict";
import test from "node:test";

import { ContextLostError, watchContext, whileIntact } from "../../../extension/src/inference/context-loss.js";

function createContext() {
  return { canvas: new EventTarget(), isContextLost: () => false };
}

const lose = (context) => context.canvas.dispatchEvent(new Event("webglcontextlost"));

test("work on an intact context gives its value or its own error", async () => {
  const watch = watchContext(createContext());
  assert.equal(await whileIntact(watch, async () => 5), 5);
  await assert.rejects(whileIntact(watch, () => Promise.reject(new Error("its own"))), /its own/);
});

test("work that would wait for ever ends with the context", async () => {
  const context = createContext();
  const running = whileIntact(watchContext(context), () => new Promise(() => {}));
  lose(context);
  await assert.rejects(running, ContextLostError);
});

test("what a lost context gave is not a value, and its error not the work's own", async () => {
  const context = createContext();
  const watch = watchContext(context);
  await assert.rejects(whileIntact(watch, async () => (lose(context), 0)), ContextLostError);
  // Restored by now, as isContextLost tells, but without what was on it.
  await assert.rejects(whileIntact(watch, async () => 0), ContextLostError);
  await assert.rejects(whileIntact(watch, () => new Promise(() => {})), ContextLostError);
  const failing = createContext();
  const losing = () => (lose(failing), Promise.reject(new Error("no texture")));
  await assert.rejects(whileIntact(watchContext(failing), losing), ContextLostError);
});

test("a loss whose event has not come yet is seen all the same", async () => {
  const context = { ...createContext(), isContextLost: () => true };
  await assert.rejects(whileIntact(watchContext(context), async () => 0), ContextLostError);
});

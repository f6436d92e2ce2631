// Firefox's event page is kept while work is under way, and only then.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { KeepAlive } from "../../../extension/src/platform/firefox/keep-alive.js";

test("the browser is called as long as any work runs, and left alone afterwards", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const poke = mock.fn();
  const keepAlive = new KeepAlive(poke);
  const first = deferred();
  const second = deferred();
  const runs = [keepAlive.during(() => first.promise), keepAlive.during(() => second.promise)];
  context.mock.timers.tick(29_000);
  const whileBoth = poke.mock.callCount();
  assert.ok(whileBoth >= 2, "well within Firefox's 30 s");
  first.resolve("done");
  assert.equal(await runs[0], "done");
  context.mock.timers.tick(29_000);
  assert.ok(poke.mock.callCount() > whileBoth);
  second.reject(new Error("failed"));
  await assert.rejects(runs[1], /failed/);
  const atTheEnd = poke.mock.callCount();
  context.mock.timers.tick(60_000);
  assert.equal(poke.mock.callCount(), atTheEnd);
});

function deferred() {
  /** @type {any} */
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}

// The offscreen document's timer: quiet for the whole limit, never while something runs.

import assert from "node:assert/strict";
import test, { mock } from "node:test";

import { IdleTimer } from "../../../extension/src/platform/chrome/idle-timer.js";

const LIMIT_MS = 1000;

test("nothing asked at all is idle", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const onIdle = mock.fn();
  assert.ok(new IdleTimer(onIdle, LIMIT_MS));
  context.mock.timers.tick(LIMIT_MS - 1);
  assert.equal(onIdle.mock.callCount(), 0);
  context.mock.timers.tick(1);
  assert.equal(onIdle.mock.callCount(), 1);
});

test("work of any length is not idle, and every call starts the quiet anew", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const onIdle = mock.fn();
  const timer = new IdleTimer(onIdle, LIMIT_MS);
  /** @type {(() => void)[]} */
  const ends = [];
  const work = () => new Promise((resolve) => ends.push(() => resolve("done")));
  const runs = [timer.during(work), timer.during(work)];
  context.mock.timers.tick(10 * LIMIT_MS);
  ends[0]();
  assert.equal(await runs[0], "done");
  context.mock.timers.tick(10 * LIMIT_MS);
  assert.equal(onIdle.mock.callCount(), 0, "one still runs");
  ends[1]();
  await runs[1];
  context.mock.timers.tick(LIMIT_MS - 1);
  await assert.rejects(timer.during(() => Promise.reject(new Error("failed"))), /failed/);
  context.mock.timers.tick(LIMIT_MS - 1);
  assert.equal(onIdle.mock.callCount(), 0, "a failed call counts, too");
  context.mock.timers.tick(1);
  assert.equal(onIdle.mock.callCount(), 1);
});

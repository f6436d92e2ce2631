// Every wait ends: with its result, its error, or the time limit.

import assert from "node:assert/strict";
import test from "node:test";

import { TimeoutError, withSignal, withTimeout } from "../../../extension/src/shared/with-timeout.js";

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

test("work that takes too long is told so by its signal", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const untilStopped = (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const stopped = assert.rejects(withSignal(untilStopped, 500), { name: "TimeoutError" });
  context.mock.timers.tick(500);
  await stopped;
});

for (const [ending, work, expected] of [
  ["its result", async () => 7, (settled) => assert.deepEqual(settled, [{ status: "fulfilled", value: 7 }])],
  ["its error", async () => Promise.reject(new Error("broken")), ([{ reason }]) => assert.match(reason.message, /broken/)],
]) {
  test(`work with ${ending} in time leaves no timer behind, and what it has left behind is stopped`, async (context) => {
    const started = context.mock.method(globalThis, "setTimeout", () => "timer");
    const ended = context.mock.method(globalThis, "clearTimeout", () => undefined);
    let signal;
    const settled = withSignal((given) => ((signal = given), work()), 500);
    assert.equal(signal.aborted, false);
    expected(await Promise.allSettled([settled]));
    assert.equal(started.mock.calls[0].arguments[1], 500);
    assert.deepEqual(ended.mock.calls.map((call) => call.arguments), [["timer"]]);
    assert.equal(signal.reason.name, "AbortError");
  });
}

// The queue: order, duplicates, bounds, cancelling.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CheckDroppedError, CheckQueue, PRIORITY } from "../../../extension/src/background/check-queue.js";

/** A queue with one place whose first job holds it until `release` is called. */
function heldQueue(options = {}) {
  const queue = new CheckQueue({ concurrency: 1, ...options });
  /** @type {string[]} */
  const ran = [];
  let release = () => {};
  const gate = new Promise((resolve) => (release = () => resolve(undefined)));
  const first = queue.add({ key: "first", owner: "a", priority: PRIORITY.asked, run: () => gate });
  const add = (key, priority = PRIORITY.visible, owner = "a") =>
    queue.add({ key, owner, priority, run: async () => ran.push(key) });
  return { queue, ran, add, release: () => (release(), first) };
}

test("what was asked for runs before what is visible, and that before what is near", async () => {
  const { add, ran, release } = heldQueue();
  const all = [add("near", PRIORITY.near), add("visible", PRIORITY.visible), add("asked", PRIORITY.asked)];
  await release();
  await Promise.all(all);
  assert.deepEqual(ran, ["asked", "visible", "near"]);
});

test("checks asked for keep their order, visible ones run latest first", async () => {
  const { add, ran, release } = heldQueue();
  const all = [add("a1", PRIORITY.asked), add("a2", PRIORITY.asked), add("v1"), add("v2")];
  await release();
  await Promise.all(all);
  assert.deepEqual(ran, ["a1", "a2", "v2", "v1"]);
});

test("the same image runs once, for everybody, at the highest priority", async () => {
  const { add, ran, release } = heldQueue();
  const all = [add("other"), add("same", PRIORITY.near, "a"), add("same", PRIORITY.asked, "b")];
  await release();
  const [, one, two] = await Promise.all(all);
  assert.equal(one, two);
  assert.deepEqual(ran, ["same", "other"]);
});

test("what is raised while it waits moves up; what is unknown or done is left alone", async () => {
  const { add, queue, ran, release } = heldQueue();
  const all = [add("seen", PRIORITY.near), add("visible"), add("near", PRIORITY.near)];
  queue.raise("seen", PRIORITY.visible);
  queue.raise("near", PRIORITY.near);
  queue.raise("unknown", PRIORITY.asked);
  await release();
  await Promise.all(all);
  queue.raise("seen", PRIORITY.asked);
  assert.deepEqual(ran, ["visible", "seen", "near"]);
});

test("beyond the bound the least urgent is refused, and says so", async () => {
  const { add, ran, release } = heldQueue({ maxWaiting: 2 });
  const kept = [add("v1"), add("v2")];
  await assert.rejects(add("near", PRIORITY.near), (error) => error instanceof CheckDroppedError && error.code === "busy");
  await release();
  await Promise.all(kept);
  assert.deepEqual(ran.sort(), ["v1", "v2"]);
});

test("a closed page's checks are dropped, shared ones stay for the other page", async () => {
  const { add, queue, ran, release } = heldQueue();
  const gone = assert.rejects(add("mine", PRIORITY.visible, "gone"), { code: "gone" });
  const goneShared = assert.rejects(add("shared", PRIORITY.visible, "gone"), { code: "gone" });
  const kept = add("shared", PRIORITY.visible, "stays");
  queue.cancel((owner) => owner === "gone");
  await Promise.all([gone, goneShared, release(), kept]);
  assert.deepEqual(ran, ["shared"]);
});

test("a page behind others waits for what was asked for alone, and what runs is done", async () => {
  const { add, queue, ran, release } = heldQueue();
  const dropped = ["near", "visible"].map((name) => assert.rejects(add(name, PRIORITY[name], "hidden"), { code: "gone" }));
  const asked = add("asked", PRIORITY.asked, "hidden");
  const other = add("other", PRIORITY.near, "in front");
  queue.pause("hidden");
  await Promise.all([...dropped, release(), asked, other]);
  assert.deepEqual(ran, ["asked", "other"]);
});

test("a failing check rejects and does not stop the queue", async () => {
  const queue = new CheckQueue({ concurrency: 1 });
  const failing = queue.add({ key: "x", owner: "a", priority: 1, run: () => Promise.reject(new Error("no")) });
  await assert.rejects(failing, { message: "no" });
  assert.equal(await queue.add({ key: "y", owner: "a", priority: 1, run: async () => 7 }), 7);
});

// What was pushed out of the queue has its turn again: when there is room, if it is in view, and as urgent as it is.

import assert from "node:assert/strict";
import test from "node:test";

import { freshForEachTest, settle, until } from "./fake-page.js";

const scene = freshForEachTest();

const isDone = () => scene.on.checker.known().every(({ result, isChecking }) => result && !isChecking);

test("more pictures in view than the queue holds: each has its verdict in the end", async () => {
  for (let index = 0; index < 1000; index += 1) scene.page.add(`https://a.test/${index}.jpg`);
  scene.background.hold();
  scene.start();
  await until(() => scene.on.checker.known().length === 1000, "all are found");
  await settle();
  assert.ok(scene.on.checker.known().filter(({ isChecking }) => isChecking).length <= 306, "the others were dropped");
  scene.background.release();
  await until(isDone, "all are checked");
  assert.ok(scene.background.asked.length < 5000, `${scene.background.asked.length} requests`);
});

test("a picture that was dropped is as urgent as before when it is asked for again", async () => {
  scene.page.add("https://a.test/first.jpg");
  scene.background.hold();
  scene.start();
  await until(() => scene.background.asked.length === 1, "the first is under way");
  scene.background.fill();
  scene.page.add("https://a.test/second.jpg");
  await until(() => scene.background.asked.length === 2 && !scene.on.checker.known()[1].isChecking, "the second was dropped");
  scene.background.empty();
  scene.background.release();
  await until(isDone, "both are checked");
  assert.deepEqual(scene.background.asked.at(-1), { key: "https://a.test/second.jpg", mode: "automatic", visible: true });
});

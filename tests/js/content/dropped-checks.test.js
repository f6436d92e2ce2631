// What was pushed out of the queue has its turn again: when there is room, if it is in view, and as urgent as it is.

import assert from "node:assert/strict";
import test, { afterEach, beforeEach } from "node:test";

import { checkerOn, FakeBackground, FakePage, settle, until } from "./fake-page.js";

/** @type {FakePage} */
let page;
/** @type {FakeBackground} */
let background;
/** @type {ReturnType<typeof checkerOn>} */
let on;

beforeEach(() => {
  page = new FakePage();
  background = new FakeBackground();
});

afterEach(() => {
  on.checker.stop();
  page.close();
});

const isDone = () => on.checker.known().every(({ result, isChecking }) => result && !isChecking);

test("more pictures in view than the queue holds: each has its verdict in the end", async () => {
  for (let index = 0; index < 1000; index += 1) page.add(`https://a.test/${index}.jpg`);
  background.hold();
  on = checkerOn(page, background);
  await until(() => on.checker.known().length === 1000, "all are found");
  await settle();
  assert.ok(on.checker.known().filter(({ isChecking }) => isChecking).length <= 306, "the others were dropped");
  background.release();
  await until(isDone, "all are checked");
  assert.ok(background.asked.length < 5000, `${background.asked.length} requests`);
});

test("a picture that was dropped is as urgent as before when it is asked for again", async () => {
  page.add("https://a.test/first.jpg");
  background.hold();
  on = checkerOn(page, background);
  await until(() => background.asked.length === 2, "the first is under way");
  background.fill();
  page.add("https://a.test/second.jpg");
  await until(() => background.asked.length === 4 && !on.checker.known()[1].isChecking, "the second was dropped");
  background.empty();
  background.release();
  await until(isDone, "both are checked");
  assert.deepEqual(background.asked.at(-1), { key: "https://a.test/second.jpg", mode: "automatic", visible: true });
});

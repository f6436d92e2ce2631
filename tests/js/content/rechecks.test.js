// What is known is checked again: after Back or a pause, and when a host was allowed.

import assert from "node:assert/strict";
import test from "node:test";

import { freshForEachTest, settle, until } from "./fake-page.js";

/** More than wait in the queue at a time. */
const MANY = 1000;

const scene = freshForEachTest();

const resultsOf = () => scene.on.checker.known().map(({ result }) => result);
const isDone = () => scene.on.checker.known().every(({ result, isChecking }) => result && !isChecking);

/** A page of many pictures that the user has had checked. */
async function checkMany() {
  for (let index = 0; index < MANY; index += 1) scene.page.add(`https://a.test/${index}.jpg`, index * 10);
  scene.start();
  await scene.on.checker.checkPage();
  await until(() => scene.on.checker.known().length === MANY && isDone(), "all are checked");
}

test("after Back a page of many pictures has all its verdicts, and the toolbar's number counts them again", async () => {
  await checkMany();
  scene.background.drop();
  scene.background.hold();
  scene.background.asked.length = 0;
  scene.on.checker.resume();
  await settle();
  assert.equal(scene.background.asked.length, 40, "a few at a time");
  scene.background.release();
  await until(() => scene.background.recorded.size === MANY && isDone(), "all are told again");
  assert.ok(resultsOf().every((result) => result?.band === "by check"));
});

test("after Back what the automatic had checked is told to the toolbar again", async () => {
  scene.page.add("https://a.test/1.jpg");
  scene.start();
  await until(() => scene.background.recorded.size === 1 && isDone(), "it is checked");
  scene.background.drop();
  scene.on.checker.resume();
  await until(() => scene.background.recorded.size === 1 && isDone(), "it is told again");
});

test("what was being checked when the page went away has its verdict after Back", async () => {
  scene.page.add("https://a.test/1.jpg");
  scene.background.hold();
  scene.start();
  await until(() => scene.background.asked.length > 0, "it is being checked");
  scene.background.drop();
  scene.on.checker.resume();
  scene.background.release();
  await until(() => scene.background.recorded.size === 1 && isDone(), "it is checked");
});

test("what was dropped before the page was frozen is checked after Back, too", async () => {
  scene.page.add("https://a.test/1.jpg");
  scene.background.hold();
  scene.start();
  await until(() => scene.background.asked.length > 0, "it is being checked");
  await settle();
  scene.background.drop();
  await until(() => !scene.on.checker.known()[0].isChecking, "the page knows that it was dropped");
  scene.background.release();
  scene.on.checker.resume();
  await until(isDone, "it is checked");
});

test("after Back a copy of the screen keeps its verdict: it cannot be taken without being pointed at", async () => {
  const image = scene.page.add("https://a.test/1.jpg");
  scene.start();
  await scene.on.checker.checkPage();
  await until(() => scene.on.checker.known().length === 1 && isDone(), "it is checked");
  const [tracked] = scene.on.checker.known();
  tracked.result = { status: "scored", via: "screen_copy" };
  scene.background.refused.add(image.src);
  scene.on.checker.resume();
  await settle();
  assert.equal(tracked.result.status, "scored");
});

test("many that were refused are all read once their host is allowed", async () => {
  for (let index = 0; index < MANY; index += 1) scene.background.refused.add(`https://a.test/${index}.jpg`);
  await checkMany();
  scene.background.refused.clear();
  scene.on.checker.retryRefused();
  await until(() => isDone() && resultsOf().every((result) => result?.status === "scored"), "all are read");
});

test("pictures in view are checked again first", async () => {
  scene.background.refused.add("https://a.test/far.jpg").add("https://a.test/near.jpg");
  scene.page.add("https://a.test/far.jpg", 5000);
  scene.page.add("https://a.test/near.jpg");
  scene.start();
  await scene.on.checker.checkPage();
  await until(() => scene.on.checker.known().length === 2 && isDone(), "both are refused");
  scene.background.asked.length = 0;
  scene.on.checker.retryRefused();
  await until(isDone, "both are asked for again");
  assert.deepEqual(scene.background.asked.map(({ key, visible }) => [key, visible]), [["https://a.test/near.jpg", true], ["https://a.test/far.jpg", false]]);
});

test("a verdict stands where the queue is full", async () => {
  scene.page.add("https://a.test/1.jpg");
  scene.start();
  await scene.on.checker.checkPage();
  await until(() => scene.on.checker.known().length === 1 && isDone(), "it is checked");
  scene.background.fill();
  scene.on.checker.resume();
  await until(isDone, "it was not checked again");
  assert.deepEqual(resultsOf(), [{ status: "scored", band: "by check" }]);
});

test("a host is allowed: in a tab behind what was asked for is read, the rest when it comes to the front", async () => {
  for (const name of ["asked", "automatic"]) scene.background.refused.add(scene.page.add(`https://a.test/${name}.jpg`).src);
  scene.start();
  await until(() => scene.on.checker.known().length === 2 && isDone(), "both are refused");
  scene.on.checker.known()[0].wasAsked = true;
  scene.background.refused.clear();
  scene.background.asked.length = 0;
  scene.on.setPaused(true);
  scene.on.checker.retryRefused();
  await settle();
  assert.deepEqual(scene.background.asked.map(({ key }) => key), ["https://a.test/asked.jpg"]);
  scene.on.setPaused(false);
  await until(() => resultsOf().every(({ status }) => status === "scored"), "both are read");
});

test("a tab that goes behind others has no automatic check that waits, and has them all when it comes to the front", async () => {
  for (let index = 0; index < 20; index += 1) scene.page.add(`https://a.test/${index}.jpg`);
  scene.background.hold();
  scene.start();
  await until(() => scene.on.checker.known().filter(({ isChecking }) => isChecking).length > 8, "more are asked for than run");
  const last = scene.on.checker.known().findLast(({ isChecking }) => isChecking);
  scene.on.checker.checkElement(last.image);
  scene.on.setPaused(true);
  scene.background.release();
  await until(() => scene.on.checker.known().every(({ isChecking }) => !isChecking), "what ran has ended, and what waited was dropped");
  assert.equal(last.result?.band, "by check", "what was asked for is checked all the same");
  const checked = resultsOf().filter(Boolean).length;
  assert.ok(checked <= 7, `${checked} are checked: six ran, one was asked for`);
  scene.on.setPaused(false);
  await until(() => resultsOf().every((result) => result?.status === "scored"), "all are checked");
});

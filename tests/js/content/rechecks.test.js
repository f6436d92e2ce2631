// What has a verdict is checked again: after Back, when a host was allowed, and with another sensitivity.

import assert from "node:assert/strict";
import test, { afterEach, beforeEach } from "node:test";

import { checkerOn, FakeBackground, FakePage, settle, until } from "./fake-page.js";

/** More than wait in the queue at a time. */
const MANY = 1000;

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

const resultsOf = () => on.checker.known().map(({ result }) => result);
const isDone = () => on.checker.known().every(({ result, isChecking }) => result && !isChecking);

/** A page of many pictures that the user has had checked. */
async function checkMany() {
  for (let index = 0; index < MANY; index += 1) page.add(`https://a.test/${index}.jpg`, index * 10);
  on = checkerOn(page, background);
  await on.checker.checkPage();
  await until(() => on.checker.known().length === MANY && isDone(), "all are checked");
}

test("after Back a page of many pictures has all its verdicts, and the toolbar's number counts them again", async () => {
  await checkMany();
  background.drop();
  background.hold();
  background.asked.length = 0;
  on.checker.resume();
  await settle();
  assert.equal(background.asked.length, 40, "a few at a time");
  background.release();
  await until(() => background.recorded.size === MANY && isDone(), "all are told again");
  assert.ok(resultsOf().every((result) => result?.band === "by check"));
});

test("after Back what the automatic had checked is told to the toolbar again", async () => {
  page.add("https://a.test/1.jpg");
  on = checkerOn(page, background);
  await until(() => background.recorded.size === 1 && isDone(), "it is checked");
  background.drop();
  on.checker.resume();
  await until(() => background.recorded.size === 1 && isDone(), "it is told again");
});

test("what was being checked when the page went away has its verdict after Back", async () => {
  page.add("https://a.test/1.jpg");
  background.hold();
  on = checkerOn(page, background);
  await until(() => background.asked.length > 0, "it is being checked");
  background.drop();
  on.checker.resume();
  background.release();
  await until(() => background.recorded.size === 1 && isDone(), "it is checked");
});

test("what was dropped before the page was frozen is checked after Back, too", async () => {
  page.add("https://a.test/1.jpg");
  background.hold();
  on = checkerOn(page, background);
  await until(() => background.asked.length > 0, "it is being checked");
  background.drop();
  await until(() => !on.checker.known()[0].isChecking, "the page knows that it was dropped");
  background.release();
  on.checker.resume();
  await until(isDone, "it is checked");
});

test("after Back a copy of the screen keeps its verdict: it cannot be taken without being pointed at", async () => {
  const image = page.add("https://a.test/1.jpg");
  on = checkerOn(page, background);
  await on.checker.checkPage();
  await until(() => on.checker.known().length === 1 && isDone(), "it is checked");
  const [tracked] = on.checker.known();
  tracked.result = { status: "scored", via: "screen_copy" };
  background.refused.add(image.src);
  on.checker.resume();
  await settle();
  assert.equal(tracked.result.status, "scored");
});

test("many that were refused are all read once their host is allowed", async () => {
  for (let index = 0; index < MANY; index += 1) background.refused.add(`https://a.test/${index}.jpg`);
  await checkMany();
  background.refused.clear();
  on.checker.retryRefused();
  await until(() => isDone() && resultsOf().every((result) => result?.status === "scored"), "all are read");
});

test("pictures in view are checked again first", async () => {
  background.refused.add("https://a.test/far.jpg").add("https://a.test/near.jpg");
  page.add("https://a.test/far.jpg", 5000);
  page.add("https://a.test/near.jpg");
  on = checkerOn(page, background);
  await on.checker.checkPage();
  await until(() => on.checker.known().length === 2 && isDone(), "both are refused");
  background.asked.length = 0;
  on.checker.retryRefused();
  await until(isDone, "both are asked for again");
  assert.deepEqual(background.asked.map(({ key, visible }) => [key, visible]), [["https://a.test/near.jpg", true], ["https://a.test/far.jpg", false]]);
});

test("a verdict stands where the queue is full", async () => {
  page.add("https://a.test/1.jpg");
  on = checkerOn(page, background);
  await on.checker.checkPage();
  await until(() => on.checker.known().length === 1 && isDone(), "it is checked");
  background.fill();
  on.checker.resume();
  await until(isDone, "it was not checked again");
  assert.deepEqual(resultsOf(), [{ status: "scored", band: "by check" }]);
});

test("another sensitivity: nothing is asked for in a tab behind; in front what is in view is, and the rest once it is seen", async () => {
  const near = page.add("https://a.test/near.jpg");
  const far = page.add("https://a.test/far.jpg");
  on = checkerOn(page, background);
  await until(() => on.checker.known().length === 2 && isDone(), "both are checked");
  far.top = 5000;
  background.asked.length = 0;
  on.setPaused(true);
  on.configure("check");
  await settle();
  assert.deepEqual(background.asked, []);
  assert.deepEqual(resultsOf().map(({ band }) => band), ["by automatic", "by automatic"], "they stand");
  assert.equal(on.badges.size, 2);
  on.setPaused(false);
  await until(() => resultsOf()[0].band === "by check", "what is in view is checked anew");
  await settle();
  assert.ok(background.asked.every(({ key }) => key === near.src));
  far.top = 0;
  on.report(far);
  await until(() => resultsOf()[1].band === "by check", "the other is, once it is seen");
});

test("another sensitivity while a picture is being checked: it has that verdict in the end, and so has a copy that comes meanwhile", async () => {
  page.add("https://a.test/1.jpg");
  background.hold();
  on = checkerOn(page, background);
  await until(() => background.asked.length > 0, "it is being checked");
  await settle();
  on.configure("check");
  page.add("https://a.test/1.jpg");
  await until(() => on.checker.known().length === 2, "the copy is found");
  await settle();
  background.release();
  await until(() => isDone(), "both are checked");
  assert.deepEqual(resultsOf().map(({ band }) => band), ["by check", "by check"]);
});

test("another sensitivity leaves alone what was asked for", async () => {
  page.add("https://a.test/1.jpg");
  on = checkerOn(page, background);
  await on.checker.checkPage();
  await until(() => on.checker.known().length === 1 && isDone(), "it is checked");
  background.asked.length = 0;
  on.configure("check");
  await settle();
  assert.deepEqual(background.asked, []);
});

test("a host is allowed: in a tab behind what was asked for is read, the rest when it comes to the front", async () => {
  for (const name of ["asked", "automatic"]) background.refused.add(page.add(`https://a.test/${name}.jpg`).src);
  on = checkerOn(page, background);
  await until(() => on.checker.known().length === 2 && isDone(), "both are refused");
  on.checker.known()[0].wasAsked = true;
  background.refused.clear();
  background.asked.length = 0;
  on.setPaused(true);
  on.checker.retryRefused();
  await settle();
  assert.deepEqual(background.asked.map(({ key }) => key), ["https://a.test/asked.jpg"]);
  on.setPaused(false);
  await until(() => resultsOf().every(({ status }) => status === "scored"), "both are read");
});

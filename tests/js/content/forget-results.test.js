// The user has all results forgotten: the page shows none any more, and the automatic looks anew.

import assert from "node:assert/strict";
import test from "node:test";

import { freshForEachTest, settle, until } from "./fake-page.js";

const scene = freshForEachTest();
const isDone = (count) => scene.on.checker.known().filter(({ result, isChecking }) => result && !isChecking).length === count;

test("what was found is forgotten with its badges, and where the automatic is on it is found anew", async () => {
  for (const name of ["a", "b"]) scene.page.add(`https://a.test/${name}.jpg`);
  scene.start();
  await until(() => isDone(2) && scene.on.badges.size === 2, "both are checked");
  const before = scene.on.checker.known();
  scene.background.hold();
  scene.background.asked.length = 0;
  scene.on.checker.forgetResults();
  assert.deepEqual([scene.on.checker.known(), scene.on.badges.size], [[], 0]);
  await until(() => scene.background.asked.length === 2, "both are asked for again");
  scene.background.release();
  await until(() => isDone(2), "both are checked again");
  assert.ok(scene.on.checker.known().every((tracked) => !before.includes(tracked)));
});

test("a page that the user has had checked is left alone from then on", async () => {
  scene.page.add("https://a.test/a.jpg");
  scene.start();
  scene.on.checker.configure(false, { badges: "all", sensitivity: "automatic", report: "tab" });
  await scene.on.checker.checkPage();
  await until(() => isDone(1), "it is checked");
  scene.background.asked.length = 0;
  scene.on.checker.forgetResults();
  scene.page.add("https://a.test/late.jpg");
  await settle();
  assert.deepEqual([scene.background.asked, scene.on.checker.known(), scene.on.badges.size], [[], [], 0]);
});

test("what is being checked at that moment shows nothing afterwards", async () => {
  const image = scene.page.add("https://a.test/a.jpg");
  scene.start();
  scene.on.checker.configure(false, { badges: "all", sensitivity: "automatic", report: "tab" });
  scene.background.hold();
  scene.on.checker.checkElement(image);
  await until(() => scene.background.asked.length === 1, "it is being checked");
  scene.on.checker.forgetResults();
  scene.background.release();
  await settle();
  assert.deepEqual([scene.on.checker.known(), scene.on.badges.size], [[], 0]);
});

// Of the pictures that leave a page that goes on for ever, no more is remembered than the verdicts that the page itself keeps.

import assert from "node:assert/strict";
import test from "node:test";

import { freshForEachTest, until } from "./fake-page.js";

/** Verdicts that a page keeps. */
const MAX_KEPT = 1000;

const scene = freshForEachTest();
const isDone = () => scene.on.checker.known().every(({ result, isChecking }) => result && !isChecking);

/** The page shows `count` pictures with these names, and they are checked; then they leave. */
async function scrollPast(/** @type {string} */ name, /** @type {number} */ count) {
  const images = Array.from({ length: count }, (_, index) => scene.page.add(`https://a.test/${name}${index}.jpg`));
  await until(() => scene.on.checker.known().length === count && isDone(), "all are checked");
  for (const image of images) scene.page.remove(image);
  await until(() => scene.on.checker.known().length === 0, "all have left");
}

test("the page may forget the verdict of what has left, and then nothing of it is remembered", async () => {
  scene.start();
  await scrollPast("first", 5);
  const first = [...scene.background.gone];
  assert.equal(first.length, 5);
  await scrollPast("more", MAX_KEPT - 2);
  await until(() => scene.background.gone.size === MAX_KEPT, "the oldest are forgotten");
  const forgotten = first.filter((url) => !scene.background.gone.has(url));
  const remembered = first.filter((url) => scene.background.gone.has(url));
  assert.deepEqual([forgotten.length, remembered.length], [3, 2]);
  scene.background.asked.length = 0;
  for (const url of remembered) scene.page.add(url);
  await until(() => scene.on.checker.known().length === 2 && isDone(), "the page has the verdicts of what it remembers");
  assert.ok(remembered.every((url) => !scene.background.gone.has(url)), "and the toolbar counts them again");
  for (const url of forgotten) scene.page.add(url);
  await until(() => scene.on.checker.known().length === 5 && isDone(), "the rest has a verdict again");
  assert.deepEqual(new Set(scene.background.asked.map(({ key }) => key)), new Set(forgotten), "of which the toolbar hears anew");
});

test("what cannot be read is not remembered once it has left", async () => {
  scene.start();
  scene.background.refused.add("https://a.test/refused0.jpg");
  await scrollPast("refused", 1);
  assert.equal(scene.background.gone.size, 0);
});

test("what leaves while it is being checked is remembered until its verdict has come", async () => {
  scene.start();
  scene.background.hold();
  const slow = scene.page.add("https://a.test/slow.jpg");
  await until(() => scene.background.asked.length > 0, "it is being checked");
  scene.page.remove(slow);
  await until(() => scene.background.gone.has(slow.src), "its verdict, which is still to come, will not count");
});

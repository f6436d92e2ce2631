// A verdict on a picture that its element does not show any more is gone at once, however long the page's scan rests.

import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";

import { freshForEachTest, settle, until } from "./fake-page.js";

const [OLD, NEW] = ["https://a.test/old.jpg", "https://a.test/new.jpg"];

const scene = freshForEachTest();

/** @type {ReturnType<import("./fake-page.js").FakePage["add"]>} */
let image;

beforeEach(() => {
  image = scene.page.add(OLD);
  scene.background.hold();
  scene.start();
});

const shown = () => [...scene.on.badges].map(({ url, result, isChecking }) => [url, isChecking ? "checking" : result.status]);
const isShown = (url, state) => shown().some((badge) => badge.join() === [url, state].join());

test("the old verdict goes with its picture, and the new picture is found and checked", async () => {
  scene.background.release();
  await until(() => isShown(OLD, "scored"), "the picture has a verdict");
  scene.page.isBusy = true;
  scene.page.change(image, NEW);
  assert.deepEqual(shown(), []);
  scene.page.isBusy = false;
  await until(() => isShown(NEW, "scored"), "the new picture has its own");
  assert.equal(scene.on.badges.size, 1);
});

test("a change that shows no other picture changes nothing", async () => {
  scene.background.release();
  await until(() => isShown(OLD, "scored"), "the picture has a verdict");
  scene.page.change(image, OLD);
  assert.deepEqual(shown(), [[OLD, "scored"]]);
});

test("a check that ends after its picture has gone is not shown, whether the change was told or not", async () => {
  await until(() => isShown(OLD, "checking"), "it is being checked");
  scene.page.isBusy = true;
  Object.assign(image, { src: NEW, currentSrc: NEW });
  scene.background.release();
  await settle();
  assert.deepEqual(shown(), []);
});

// A verdict on a picture that its element does not show any more is gone at once, however long the page's scan rests.

import assert from "node:assert/strict";
import test, { afterEach, beforeEach } from "node:test";

import { checkerOn, FakeBackground, FakePage, settle, until } from "./fake-page.js";

const [OLD, NEW] = ["https://a.test/old.jpg", "https://a.test/new.jpg"];

/** @type {FakePage} */
let page;
/** @type {FakeBackground} */
let background;
/** @type {ReturnType<typeof checkerOn>} */
let on;
/** @type {ReturnType<FakePage["add"]>} */
let image;

beforeEach(() => {
  page = new FakePage();
  background = new FakeBackground();
  image = page.add(OLD);
  background.hold();
  on = checkerOn(page, background);
});

afterEach(() => {
  on.checker.stop();
  page.close();
});

const shown = () => [...on.badges].map(({ url, result, isChecking }) => [url, isChecking ? "checking" : result.status]);
const isShown = (url, state) => shown().some((badge) => badge.join() === [url, state].join());

test("the old verdict goes with its picture, and the new picture is found and checked", async () => {
  background.release();
  await until(() => isShown(OLD, "scored"), "the picture has a verdict");
  page.isBusy = true;
  page.change(image, NEW);
  assert.deepEqual(shown(), []);
  page.isBusy = false;
  await until(() => isShown(NEW, "scored"), "the new picture has its own");
  assert.equal(on.badges.size, 1);
});

test("a change that shows no other picture changes nothing", async () => {
  background.release();
  await until(() => isShown(OLD, "scored"), "the picture has a verdict");
  page.change(image, OLD);
  assert.deepEqual(shown(), [[OLD, "scored"]]);
});

test("a check that ends after its picture has gone is not shown, whether the change was told or not", async () => {
  await until(() => isShown(OLD, "checking"), "it is being checked");
  page.isBusy = true;
  Object.assign(image, { src: NEW, currentSrc: NEW });
  background.release();
  await settle();
  assert.deepEqual(shown(), []);
});

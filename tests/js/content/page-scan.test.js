// The page's scan in a tab behind others: it waits, however often the page changes, unless somebody asks.

import assert from "node:assert/strict";
import test, { afterEach, beforeEach } from "node:test";

import { findPictures } from "../../../extension/src/content/page-scan.js";
import { checkerOn, FakeBackground, FakePage, settle, until } from "./fake-page.js";

/** @type {FakePage} */
let page;
/** @type {ReturnType<typeof checkerOn>} */
let on;

beforeEach(() => (page = new FakePage()));

afterEach(() => {
  on.checker.stop();
  page.close();
});

test("a page that changes behind other tabs is not scanned, and is when it comes to the front", async () => {
  page.setHidden(true);
  on = checkerOn(page, new FakeBackground());
  for (let index = 0; index < 20; index += 1) {
    page.add(`https://a.test/${index}.jpg`);
    await settle();
  }
  assert.equal(on.checker.known().length, 0);
  page.setHidden(false);
  await until(() => on.checker.known().length === 20, "all are found");
});

test("what is asked for is looked for at once, behind other tabs too", async () => {
  page.setHidden(true);
  on = checkerOn(page, new FakeBackground());
  const image = page.add("https://a.test/1.jpg");
  assert.deepEqual(await findPictures(), [image]);
  assert.equal(on.checker.known().length, 0);
});

test("what was found goes with its picture behind other tabs too", async () => {
  on = checkerOn(page, new FakeBackground());
  const image = page.add("https://a.test/1.jpg");
  await until(() => on.badges.size === 1, "it has a badge");
  page.setHidden(true);
  page.change(image, "https://a.test/2.jpg");
  assert.equal(on.badges.size, 0);
});

test("an element that cannot be asked is left out, and what comes after it is found", async (context) => {
  const warn = context.mock.method(console, "warn", () => undefined);
  on = checkerOn(page, new FakeBackground());
  const image = page.add("https://a.test/1.jpg");
  Object.defineProperty(image, "currentSrc", { get: () => { throw new RangeError("no stack left"); } });
  page.add("https://a.test/2.jpg");
  await until(() => on.badges.size === 1, "the other has a badge");
  assert.ok(warn.mock.callCount() > 0);
  page.add("https://a.test/3.jpg");
  await until(() => on.badges.size === 2, "what comes later, too");
});

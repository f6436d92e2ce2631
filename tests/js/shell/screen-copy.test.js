// The screen copy's guards: what is copied is the picture that was asked for, or nothing.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ScreenCopy } from "../../../extension/src/background/screen-copy.js";

const IMAGE = { tabId: 7, frameId: 0, key: "k" };
const PLACE = { x: 0, y: 0, width: 0.5, height: 0.5 };
const ELSEWHERE = { ...PLACE, y: 0.25 };
const DATA_URL = "data:image/png;base64,AA";
const TOO_MANY = "MAX_CAPTURE_VISIBLE_TAB_CALLS_PER_SECOND";

/**
 * A browser with one tab in front, and what a test has happen in it.
 *
 * @param {object} [events]
 * @param {(browser: {tab: any, place: any}) => void} [events.whileCopying]
 * @param {string[]} [events.errors] of the first copies
 */
function setUp({ whileCopying = () => {}, errors = [] } = {}) {
  const browser = { tab: { active: true, windowId: 1 }, place: /** @type {any} */ (PLACE), sent: /** @type {string[]} */ ([]), copies: 0 };
  const left = [...errors];
  const tabs = {
    get: async (id) => ({ ...browser.tab, id, active: id === 7 && browser.tab.active }),
    sendMessage: async (_, { type }) => (browser.sent.push(type), { ok: true, value: browser.place }),
    captureVisibleTab: async () => {
      browser.copies += 1;
      whileCopying(browser);
      const message = left.shift();
      if (message) throw new Error(message);
      return DATA_URL;
    },
  };
  return { browser, copy: new ScreenCopy(/** @type {any} */ (tabs)) };
}

/** Lets a copy that was refused have its rest. */
async function rest(context) {
  for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  context.mock.timers.tick(600);
}

test("the screen is copied for the outer page of the tab in front only, and the badges come back", async () => {
  const { browser, copy } = setUp();
  assert.deepEqual(await copy.capture(IMAGE), { dataUrl: DATA_URL, crop: PLACE });
  assert.deepEqual(browser.sent, ["content.screen_place", "content.screen_copied"]);
  await assert.rejects(copy.capture({ ...IMAGE, frameId: 2 }), { code: "off_screen" });
  await assert.rejects(copy.capture({ ...IMAGE, tabId: 8 }), { code: "off_screen" });
});

test("a browser that copies so many screens a second is asked once more, and one that may not is not", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  for (const [errors, expected] of /** @type {const} */ ([[[TOO_MANY], 2], [[TOO_MANY, TOO_MANY], 2], [["The 'activeTab' permission is not in effect"], 1]])) {
    const { browser, copy } = setUp({ errors: [...errors] });
    const outcome = copy.capture(IMAGE).catch(({ code }) => code);
    await rest(context);
    const copied = await outcome;
    assert.deepEqual([browser.copies, copied.crop ?? copied], [expected, errors.length === 1 && expected === 2 ? PLACE : "no_access"]);
  }
});

test("after the rest the image is cut out where it is by then, and badges are back meanwhile", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { browser, copy } = setUp({ errors: [TOO_MANY] });
  const copied = copy.capture(IMAGE);
  for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(browser.sent, ["content.screen_place", "content.screen_copied"]);
  browser.place = ELSEWHERE;
  context.mock.timers.tick(600);
  assert.deepEqual((await copied).crop, ELSEWHERE);
});

test("after the rest another tab is in front: nothing is copied", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { browser, copy } = setUp({ errors: [TOO_MANY] });
  const outcome = copy.capture(IMAGE).catch(({ code }) => code);
  for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  browser.tab.active = false;
  context.mock.timers.tick(600);
  assert.deepEqual([await outcome, browser.copies], ["off_screen", 1]);
});

test("a copy during which the tab or the window changed, or the page was scrolled or left, is no copy of the image", async () => {
  for (const whileCopying of [
    ({ tab }) => (tab.active = false),
    ({ tab }) => (tab.windowId = 2),
    (browser) => (browser.place = ELSEWHERE),
    (browser) => (browser.place = null),
  ]) {
    const { browser, copy } = setUp({ whileCopying });
    await assert.rejects(copy.capture(IMAGE), { code: "off_screen" }, String(whileCopying));
    assert.equal(browser.sent.at(-1), "content.screen_copied");
  }
});

test("a picture that creeps on by a few pixels is copied", async () => {
  const { copy } = setUp({ whileCopying: (browser) => (browser.place = { ...PLACE, x: 0.005 }) });
  assert.deepEqual((await copy.capture(IMAGE)).crop, PLACE);
});

test("a tab that comes to the front while the page prepares the copy is not copied in its place", async () => {
  const { browser, copy } = setUp();
  const { tab } = browser;
  Object.defineProperty(browser, "place", { get: () => ((tab.active = false), PLACE) });
  await assert.rejects(copy.capture(IMAGE), { code: "off_screen" });
  assert.equal(browser.copies, 0);
});

// Small parts of the background: the click that asks for a permission, the toolbar's number, the screen copy's guards.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BadgeCount } from "../../../extension/src/background/badge-count.js";
import { ContextMenu } from "../../../extension/src/background/context-menu.js";
import { ImagePermissions } from "../../../extension/src/background/image-permissions.js";
import { ScreenCopy } from "../../../extension/src/background/screen-copy.js";
import { SettingsStore } from "../../../extension/src/shared/settings.js";
import { MemoryArea } from "./memory-area.js";

const translate = (key, ...values) => [key, ...values].join(" ");
const INFO = { menuItemId: "check-image", srcUrl: "https://cdn.org/x.jpg", frameId: 3 };
const TAB = { id: 7, url: "https://a.org/page" };

/** A menu whose browser logs what it is asked, in order. */
function setUpMenu({ request = async () => true, executeScript = async () => {} } = {}) {
  /** @type {any[]} */
  const log = [];
  const permissions = new ImagePermissions(/** @type {any} */ ({ request: (asked) => (log.push(["request", ...asked.origins]), request()) }));
  const scripting = { executeScript: ({ target }) => (log.push(["inject", ...target.frameIds]), executeScript(target)) };
  const tabs = { sendMessage: async (_, message, { frameId }) => (log.push([message.type, frameId]), { ok: true }) };
  return { log, menu: new ContextMenu(/** @type {any} */ ({ scripting, tabs, permissions, translate })) };
}

test("the permission is asked for inside the click, before anything is awaited", async () => {
  const { menu, log } = setUpMenu();
  const handled = menu.handleClick(/** @type {any} */ (INFO), /** @type {any} */ (TAB));
  assert.deepEqual(log[0], ["request", "*://cdn.org/*"]);
  await handled;
  assert.deepEqual(log.at(-1), ["content.check_image", 3]);
});

test("refused, or without a way to ask, the check goes on", async () => {
  for (const request of [async () => false, () => Promise.reject(new Error("policy"))]) {
    const { menu, log } = setUpMenu({ request });
    await menu.handleClick(/** @type {any} */ (INFO), /** @type {any} */ (TAB));
    assert.deepEqual(log.at(-1), ["content.check_image", 3]);
  }
});

test("the page's own images and data: addresses are not asked for", async () => {
  for (const srcUrl of ["https://a.org/x.jpg", "data:image/png;base64,AA", "blob:https://a.org/1"]) {
    const { menu, log } = setUpMenu();
    await menu.handleClick(/** @type {any} */ ({ ...INFO, srcUrl }), /** @type {any} */ (TAB));
    assert.equal(log[0][0], "inject");
  }
});

test("where the browser tells no address, the page is asked what lies under the pointer, and nothing is requested", async () => {
  for (const info of [{ srcUrl: undefined }, { mediaType: "audio", srcUrl: "https://cdn.org/clip.mp3" }]) {
    const { menu, log } = setUpMenu();
    await menu.handleClick(/** @type {any} */ ({ ...INFO, ...info, targetElementId: 5 }), /** @type {any} */ (TAB));
    assert.deepEqual(log, [["inject", 3], ["content.check_here", 3]]);
  }
});

test("a video's site is asked for inside the click, and the page is asked what lies under the pointer", async () => {
  const { menu, log } = setUpMenu();
  await menu.handleClick(/** @type {any} */ ({ ...INFO, mediaType: "video", srcUrl: "https://cdn.org/clip.mp4", targetElementId: 5 }), /** @type {any} */ (TAB));
  assert.deepEqual(log.map(([name]) => name), ["request", "inject", "content.check_here"]);
});

test("a frame that may not be entered leaves the answer to the page around it", async () => {
  const executeScript = async ({ frameIds: [frameId] } = { frameIds: [0] }) => {
    if (frameId !== 0) throw new Error("Cannot access contents of the page");
  };
  const { menu, log } = setUpMenu({ executeScript: /** @type {any} */ (executeScript) });
  await menu.handleClick(/** @type {any} */ (INFO), /** @type {any} */ (TAB));
  assert.deepEqual(log.at(-1), ["content.check_image", 0]);
  // Without an address the page around it must not take what lies at its own last click.
  await menu.handleClick(/** @type {any} */ ({ ...INFO, srcUrl: undefined }), /** @type {any} */ (TAB));
  assert.deepEqual(log.at(-1), ["content.check_closed_frame", 0]);
});

test("the toolbar shows the number of likely fakes, and nothing for none", async () => {
  /** @type {any[]} */
  const texts = [];
  const action = { setBadgeText: async ({ text }) => texts.push(text), setBadgeBackgroundColor: async () => {}, setBadgeTextColor: async () => {}, setTitle: async ({ title }) => texts.push(title) };
  const verdicts = [...["likely_fake", "no_traces", "likely_fake"].map((band) => ({ bands: { automatic: band, check: "inconclusive" } })), { status: "failed" }];
  const settings = new SettingsStore(new MemoryArea());
  const count = new BadgeCount(/** @type {any} */ (action), /** @type {any} */ ({ list: async () => verdicts }), translate, settings);
  await count.update(7);
  await settings.save({ sensitivity: "check" });
  await count.update(7);
  assert.deepEqual(texts, ["2", "toolbarCount 2", "", "extensionName"]);
});

test("the screen is copied for the outer page of the tab in front only, and the badges come back", async () => {
  /** @type {string[]} */
  const sent = [];
  const place = { x: 0, y: 0, width: 0.5, height: 0.5 };
  const tabs = {
    get: async (id) => ({ id, active: id === 7, windowId: 1 }),
    sendMessage: async (_, { type }) => (sent.push(type), { ok: true, value: place }),
    captureVisibleTab: async () => "data:image/png;base64,AA",
  };
  const copy = new ScreenCopy(/** @type {any} */ (tabs));
  assert.deepEqual(await copy.capture({ tabId: 7, frameId: 0, key: "k" }), { dataUrl: "data:image/png;base64,AA", crop: place });
  assert.deepEqual(sent, ["content.screen_place", "content.screen_copied"]);
  await assert.rejects(copy.capture({ tabId: 7, frameId: 2, key: "k" }), { code: "off_screen" });
  await assert.rejects(copy.capture({ tabId: 8, frameId: 0, key: "k" }), { code: "off_screen" });
});

test("a browser that copies so many screens a second is asked once more, and one that may not is not", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const place = { x: 0, y: 0, width: 1, height: 1 };
  for (const [errors, expected] of /** @type {const} */ ([[["MAX_CAPTURE_VISIBLE_TAB_CALLS_PER_SECOND"], 2], [["The 'activeTab' permission is not in effect"], 1]])) {
    const left = /** @type {string[]} */ ([...errors]);
    let copies = 0;
    const captureVisibleTab = async () => {
      copies += 1;
      const message = left.shift();
      if (message) throw new Error(message);
      return "data:image/png;base64,AA";
    };
    const tabs = { get: async () => ({ active: true, windowId: 1 }), sendMessage: async () => ({ ok: true, value: place }), captureVisibleTab };
    const outcome = new ScreenCopy(/** @type {any} */ (tabs)).capture({ tabId: 7, frameId: 0, key: "k" }).catch(({ code }) => code);
    for (let turns = 0; turns < 8; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    context.mock.timers.tick(600);
    const copy = await outcome;
    assert.deepEqual([copies, copy.crop ?? copy], [expected, expected === 2 ? place : "no_access"]);
  }
});

// Small parts of the background: the click that asks for a permission, the toolbar's number.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BadgeCount } from "../../../extension/src/background/badge-count.js";
import { ContextMenu } from "../../../extension/src/background/context-menu.js";
import { ImagePermissions } from "../../../extension/src/background/image-permissions.js";
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

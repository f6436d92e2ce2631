// What the keys do: all frames of the page in front, or the settings.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Commands } from "../../../extension/src/background/commands.js";
import { SettingsStore } from "../../../extension/src/shared/settings.js";
import { MemoryArea } from "./memory-area.js";

/**
 * A browser's executeScript on a page of frames. As in a browser, what runs once the frames have loaded answers when the last of
 * them has.
 *
 * @param {number[]} all frames of the page
 * @param {Promise<unknown>} [lazy] once the last of them has loaded
 */
function inFrames(all, lazy = Promise.resolve()) {
  return async ({ target: { frameIds = all }, injectImmediately = false }) => {
    if (!injectImmediately && frameIds.includes(/** @type {number} */ (all.at(-1)))) await lazy;
    return frameIds.map((frameId) => ({ frameId }));
  };
}

test("the keys check all frames, stop at the first next verdict, and pause and resume", async () => {
  const settings = new SettingsStore(new MemoryArea());
  /** @type {any[]} */
  const sent = [];
  const scripting = { executeScript: inFrames([4, 0, 2]) };
  const tabs = { sendMessage: async (_, { type }, { frameId }) => (sent.push([type, frameId]), { ok: true, value: frameId === 2 }) };
  const commands = new Commands(/** @type {any} */ ({ scripting, tabs, settings }));
  await commands.run("check-page", { id: 7 });
  assert.deepEqual(sent.splice(0), [0, 2, 4].map((frameId) => ["content.check_page", frameId]));
  await commands.run("next-verdict", { id: 7 });
  assert.deepEqual(sent.splice(0), [0, 2].map((frameId) => ["content.reveal_next", frameId]));
  await commands.run("toggle-automatic");
  assert.equal((await settings.load()).paused, true);
  await commands.run("toggle-automatic");
  assert.equal((await settings.load()).paused, false);
  assert.deepEqual(sent, []);
});

test("a frame that is gone by then does not keep the keys from the others, and a page that is gone is told", async () => {
  const scripting = { executeScript: inFrames([0, 2, 4]) };
  const pressed = async (/** @type {number} */ gone) => {
    /** @type {number[]} */
    const reached = [];
    const sendMessage = async (/** @type {any} */ _, /** @type {any} */ __, /** @type {{frameId: number}} */ { frameId }) => {
      if (frameId === gone) throw new Error("The frame was removed.");
      reached.push(frameId);
      return { ok: true, value: false };
    };
    await new Commands(/** @type {any} */ ({ scripting, tabs: { sendMessage } })).run("next-verdict", { id: 7 });
    return reached;
  };
  assert.deepEqual(await pressed(2), [0, 4]);
  await assert.rejects(pressed(0), /removed/);
});

test("a frame that has not loaded keeps no other waiting, has no verdict, and is checked when it has loaded", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const turns = async () => {
    for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  let load = () => {};
  const lazy = new Promise((resolve) => (load = () => resolve(undefined)));
  /** @type {number[]} */
  const asked = [];
  const sendMessage = async (/** @type {any} */ _, /** @type {any} */ __, { frameId }) => (asked.push(frameId), { ok: true, value: false });
  const commands = new Commands(/** @type {any} */ ({ scripting: { executeScript: inFrames([0, 2, 4], lazy) }, tabs: { sendMessage } }));
  const revealed = commands.run("next-verdict", { id: 7 });
  await turns();
  assert.deepEqual(asked.splice(0), [0, 2]);
  context.mock.timers.tick(1000);
  await revealed;
  assert.deepEqual(asked, []);
  await commands.run("check-page", { id: 7 });
  assert.deepEqual(asked.splice(0), [0, 2]);
  load();
  await turns();
  assert.deepEqual(asked, [4]);
});

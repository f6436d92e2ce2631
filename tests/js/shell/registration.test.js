// Which pages the content script is registered for: what the settings want and the permissions allow.

import assert from "node:assert/strict";
import { test } from "node:test";

import { AutoCheck } from "../../../extension/src/background/auto-check.js";
import { Commands } from "../../../extension/src/background/commands.js";
import { SettingsStore } from "../../../extension/src/shared/settings.js";
import { MemoryArea } from "./memory-area.js";

/** A browser that allows some origins, and what it was told to register. */
function setUp(allowed = ["<all_urls>", "*://a.org/*"]) {
  /** @type {any[]} */
  let registered = [];
  let registrations = 0;
  const scripting = {
    getRegisteredContentScripts: async () => structuredClone(registered),
    unregisterContentScripts: async () => (registered = []),
    registerContentScripts: async (scripts) => ((registered = structuredClone(scripts)), (registrations += 1)),
    executeScript: async () => [],
  };
  const permissions = { contains: async ({ origins: [origin] }) => allowed.includes(origin) };
  const settings = new SettingsStore(new MemoryArea());
  const tabs = { query: async () => [], sendMessage: async () => {} };
  const autoCheck = new AutoCheck(/** @type {any} */ ({ scripting, permissions, tabs, settings }));
  const sync = async (/** @type {any} */ change) => {
    await settings.save(change);
    await autoCheck.sync();
    return registered[0];
  };
  return { sync, settings, count: () => registrations };
}

test("all sites but the denied ones, in frames of every kind", async () => {
  const { sync } = setUp();
  const script = await sync({ automatic: "all", deniedSites: ["bank.org"] });
  assert.deepEqual([script.matches, script.excludeMatches], [["<all_urls>"], ["*://bank.org/*"]]);
  assert.ok(script.allFrames && script.matchOriginAsFallback);
  assert.equal((await sync({ deniedSites: [] })).excludeMatches, undefined);
});

test("listed sites as far as the browser allows them", async () => {
  const { sync } = setUp();
  assert.deepEqual((await sync({ automatic: "sites", sites: ["a.org", "b.org"] })).matches, ["*://a.org/*"]);
  assert.equal(await sync({ automatic: "off" }), undefined);
});

test("paused nothing is registered, and the choice comes back afterwards", async () => {
  const { sync } = setUp();
  await sync({ automatic: "all" });
  assert.equal(await sync({ paused: true }), undefined);
  assert.deepEqual((await sync({ paused: false })).matches, ["<all_urls>"]);
});

test("what has not changed is not registered again", async () => {
  const { sync, count } = setUp();
  await sync({ automatic: "all", deniedSites: ["b.org", "a.org"] });
  await sync({ badges: "likely_fake" });
  assert.equal(count(), 1);
});

test("the keys check all frames, stop at the first next verdict, and pause and resume", async () => {
  const { settings } = setUp();
  /** @type {any[]} */
  const sent = [];
  const scripting = { executeScript: async () => [{ frameId: 4 }, { frameId: 0 }, { frameId: 2 }] };
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

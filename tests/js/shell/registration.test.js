// Which pages the content script is registered for, and which open tabs get it at once: what the settings want and the permissions allow.

import assert from "node:assert/strict";
import { test } from "node:test";

import { AutoCheck } from "../../../extension/src/background/auto-check.js";
import { SettingsStore } from "../../../extension/src/shared/settings.js";
import { MemoryArea } from "./memory-area.js";

const INJECTED = ["inject 1 /content.js", "inject 2 /content.js"];

/** A browser that allows some origins, with two tabs, one of which refuses every script, and a log of what was done in it. */
function setUp({ allowed = ["<all_urls>", "*://a.org/*"], registered = /** @type {any[]} */ ([]), isFrozen = false } = {}) {
  /** @type {string[]} */
  const log = [];
  let scripts = registered;
  const scripting = {
    getRegisteredContentScripts: async () => structuredClone(scripts),
    unregisterContentScripts: async () => void (log.push("unregister"), (scripts = [])),
    registerContentScripts: async (added) => void (log.push(`register ${added[0].matches} ${added[0].js}`), (scripts = structuredClone(added))),
    executeScript: async ({ target: { tabId }, files }) => {
      log.push(`inject ${tabId} ${files}`);
      if (isFrozen) await new Promise(() => undefined);
      if (tabId === 2) throw new Error("Cannot access contents of the page");
    },
  };
  const permissions = { contains: async ({ origins }) => origins.every((origin) => allowed.includes(origin)) };
  const tabs = { query: async () => [{ id: 1 }, { id: 2 }] };
  const settings = new SettingsStore(new MemoryArea());
  const autoCheck = new AutoCheck(/** @type {any} */ ({ scripting, permissions, tabs, settings }));
  const sync = async (/** @type {any} */ change = {}, /** @type {any} */ options = {}) => {
    await settings.save(change);
    await autoCheck.sync(options);
    return scripts[0];
  };
  return { sync, autoCheck, log };
}

test("turned on, it is registered and put into the open tabs; asked again, nothing happens", async () => {
  const { sync, autoCheck, log } = setUp();
  await sync({ automatic: "all" });
  await Promise.all([autoCheck.sync(), autoCheck.sync()]);
  assert.deepEqual(log, ["register <all_urls> /content.js", ...INJECTED]);
});

test("after an update the open tabs get the new script, though the registration has not changed", async () => {
  const { sync, log } = setUp({ registered: [{ matches: ["<all_urls>"] }] });
  await sync({ automatic: "all" });
  assert.deepEqual(log, []);
  await sync({}, { isInstalled: true });
  assert.deepEqual(log, INJECTED);
});

test("listed sites as far as the browser allows them, and nothing when it is turned off", async () => {
  const { sync, log } = setUp();
  assert.deepEqual((await sync({ automatic: "sites", sites: ["a.org", "b.org"] })).matches, ["*://a.org/*"]);
  log.length = 0;
  assert.equal(await sync({ automatic: "off" }, { isInstalled: true }), undefined);
  assert.deepEqual(log, ["unregister"]);
});

test("all sites but the denied ones and their subdomains, in frames of every kind", async () => {
  const { sync } = setUp();
  const script = await sync({ automatic: "all", deniedSites: ["bank.org"] });
  assert.deepEqual([script.matches, script.excludeMatches], [["<all_urls>"], ["*://*.bank.org/*"]]);
  assert.ok(script.allFrames && script.matchOriginAsFallback);
  const addresses = await sync({ deniedSites: ["127.0.0.1", "[::1]"] });
  assert.deepEqual(addresses.excludeMatches, ["*://127.0.0.1/*", "*://[::1]/*"], "a numeric address has no subdomains");
  assert.equal((await sync({ deniedSites: [] })).excludeMatches, undefined);
});

test("paused nothing is registered, not even after an update, and the choice comes back afterwards", async () => {
  const { sync, log } = setUp();
  await sync({ automatic: "all" });
  log.length = 0;
  assert.equal(await sync({ paused: true }, { isInstalled: true }), undefined);
  assert.deepEqual(log, ["unregister"]);
  assert.deepEqual((await sync({ paused: false })).matches, ["<all_urls>"]);
});

test("what has not changed is not registered again", async () => {
  const { sync, log } = setUp();
  await sync({ automatic: "all", deniedSites: ["b.org", "a.org"] });
  log.length = 0;
  await sync({ badges: "likely_fake", deniedSites: ["a.org", "b.org"] });
  assert.deepEqual(log, []);
});

test("a tab that is frozen holds up no later change", { timeout: 5000 }, async () => {
  const { sync, log } = setUp({ isFrozen: true });
  await sync({ automatic: "all" });
  await sync({ automatic: "off" });
  assert.deepEqual(log, ["register <all_urls> /content.js", ...INJECTED, "unregister"]);
});

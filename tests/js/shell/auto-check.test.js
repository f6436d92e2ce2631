// Where the automatic content script is registered, and which open tabs get it at once.

import assert from "node:assert/strict";
import { test } from "node:test";

import { AutoCheck } from "../../../extension/src/background/auto-check.js";

/** A browser with two tabs, one of which refuses every script, and a log of what was done in it. */
function setUp({ settings, allowed = ["<all_urls>"], registered = [] }) {
  /** @type {string[]} */
  const log = [];
  let scripts = registered;
  const scripting = {
    getRegisteredContentScripts: async () => scripts,
    unregisterContentScripts: async () => void (log.push("unregister"), (scripts = [])),
    registerContentScripts: async (added) => void (log.push(`register ${added[0].matches} ${added[0].js}`), (scripts = added)),
    executeScript: async ({ target: { tabId }, files }) => {
      log.push(`inject ${tabId} ${files}`);
      if (tabId === 2) throw new Error("Cannot access contents of the page");
    },
  };
  const permissions = { contains: async ({ origins }) => origins.every((origin) => allowed.includes(origin)) };
  const tabs = { query: async () => [{ id: 1 }, { id: 2 }] };
  const parts = { scripting, permissions, tabs, settings: { load: async () => settings } };
  return { autoCheck: new AutoCheck(/** @type {any} */ (parts)), log };
}

const INJECTED = ["inject 1 /content.js", "inject 2 /content.js"];

test("turned on, it is registered and put into the open tabs; asked again, nothing happens", async () => {
  const { autoCheck, log } = setUp({ settings: { automatic: "all", sites: [] } });
  await Promise.all([autoCheck.sync(), autoCheck.sync()]);
  assert.deepEqual(log, ["register <all_urls> /content.js", ...INJECTED]);
});

test("after an update the open tabs get the new script, though the registration has not changed", async () => {
  const registered = [{ matches: ["<all_urls>"] }];
  const { autoCheck, log } = setUp({ settings: { automatic: "all", sites: [] }, registered });
  await autoCheck.sync();
  assert.deepEqual(log, []);
  await autoCheck.sync({ isInstalled: true });
  assert.deepEqual(log, INJECTED);
});

test("only what is both wanted and allowed is registered, and nothing when it is turned off", async () => {
  const settings = { automatic: "sites", sites: ["a.org", "b.org"] };
  const { autoCheck, log } = setUp({ settings, allowed: ["*://b.org/*"] });
  await autoCheck.sync();
  assert.deepEqual(log, ["register *://b.org/* /content.js", ...INJECTED]);
  settings.automatic = "off";
  log.length = 0;
  await autoCheck.sync({ isInstalled: true });
  assert.deepEqual(log, ["unregister"]);
});

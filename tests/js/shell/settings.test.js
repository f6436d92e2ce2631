// The settings: defaults, damage, changes, storage.

import assert from "node:assert/strict";
import { test } from "node:test";

import { changeSettings, DEFAULT_SETTINGS, isAutomaticOn, readSettings, SettingsStore } from "../../../extension/src/shared/settings.js";
import { MemoryArea } from "./memory-area.js";

test("nothing stored gives the defaults: nothing is checked without being asked", () => {
  assert.deepEqual(readSettings(undefined), { automatic: "off", sites: [], badges: "all" });
});

test("damaged values take their default, the others are kept", () => {
  assert.deepEqual(readSettings({ automatic: "always", sites: ["a.org"], badges: 3, old: 1 }), { ...DEFAULT_SETTINGS, sites: ["a.org"] });
  assert.deepEqual(readSettings({ sites: ["https://a.org/"] }), DEFAULT_SETTINGS);
});

test("an unknown name or an impossible value raises", () => {
  assert.throws(() => changeSettings(DEFAULT_SETTINGS, /** @type {any} */ ({ automtic: "all" })), /no setting named automtic/);
  assert.throws(() => changeSettings(DEFAULT_SETTINGS, { sites: ["not a host"] }), /sites cannot be/);
});

test("sites are kept once and in order", () => {
  assert.deepEqual(changeSettings(DEFAULT_SETTINGS, { sites: ["b.org", "a.org", "b.org"] }).sites, ["a.org", "b.org"]);
});

test("automatic is on everywhere, or on the listed sites", () => {
  assert.equal(isAutomaticOn({ ...DEFAULT_SETTINGS, automatic: "all" }, "a.org"), true);
  assert.equal(isAutomaticOn({ ...DEFAULT_SETTINGS, automatic: "sites", sites: ["a.org"] }, "a.org"), true);
  assert.equal(isAutomaticOn({ ...DEFAULT_SETTINGS, automatic: "sites", sites: ["a.org"] }, "b.org"), false);
  assert.equal(isAutomaticOn({ ...DEFAULT_SETTINGS, automatic: "off", sites: ["a.org"] }, "a.org"), false);
});

test("a saved change is loaded, and told to listeners until they stop", async () => {
  const store = new SettingsStore(new MemoryArea());
  /** @type {string[]} */
  const heard = [];
  const stop = store.onChange(({ automatic }) => heard.push(automatic));
  await store.save({ automatic: "all" });
  stop();
  await store.save({ automatic: "off" });
  assert.deepEqual(heard, ["all"]);
  assert.equal((await store.load()).automatic, "off");
});

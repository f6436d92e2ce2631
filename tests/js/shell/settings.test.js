// The settings: defaults, damage, changes, storage.

import assert from "node:assert/strict";
import { test } from "node:test";

import { changeSettings, DEFAULT_SETTINGS, denialOf, isAutomaticOn, readSettings, SETTINGS_VERSION, SettingsStore } from "../../../extension/src/shared/settings.js";
import { exportSettings, importSettings } from "../../../extension/src/shared/settings-file.js";
import { MemoryArea } from "./memory-area.js";

test("nothing stored gives the defaults: nothing is checked without being asked", () => {
  for (const nothing of [undefined, null, "text", []]) assert.deepEqual(readSettings(nothing), DEFAULT_SETTINGS);
  assert.equal(DEFAULT_SETTINGS.automatic, "off");
});

test("damaged values take their default, the others are kept", () => {
  assert.deepEqual(readSettings({ version: 2, automatic: "always", sites: ["a.org"], badges: 3, old: 1 }), { ...DEFAULT_SETTINGS, sites: ["a.org"] });
  assert.deepEqual(readSettings({ version: 2, sites: ["https://a.org/"] }), DEFAULT_SETTINGS);
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

test("settings of the first version are read: what was chosen stays, what is new takes its default", () => {
  const first = { automatic: "sites", sites: ["a.org"], badges: "likely_fake" };
  assert.deepEqual(readSettings(first), { ...DEFAULT_SETTINGS, ...first });
});

test("sites that the first version had left over do not come back unasked", () => {
  assert.deepEqual(readSettings({ automatic: "all", sites: ["a.org"], badges: "all" }).sites, []);
  assert.deepEqual(readSettings({ version: 2, automatic: "all", sites: ["a.org"] }).sites, ["a.org"], "today they are kept");
});

test("settings of a newer version are read as far as they are understood", () => {
  const newer = { version: SETTINGS_VERSION + 1, automatic: "all", badges: "some", unheardOf: true };
  assert.deepEqual(readSettings(newer), { ...DEFAULT_SETTINGS, automatic: "all" });
});

test("what is stored says which version it is, and is read again as it was", async () => {
  const area = new MemoryArea();
  const saved = await new SettingsStore(area).save({ automatic: "all", sites: ["a.org"], language: "tr" });
  assert.equal(area.values.settings.version, SETTINGS_VERSION);
  assert.deepEqual(await new SettingsStore(area).load(), saved);
});

test("a denied or paused site is not checked, whatever else is chosen", () => {
  const all = { ...DEFAULT_SETTINGS, automatic: /** @type {const} */ ("all") };
  assert.equal(isAutomaticOn({ ...all, deniedSites: ["a.org"] }, "a.org"), false);
  assert.equal(isAutomaticOn({ ...all, deniedSites: ["a.org"] }, "b.org"), true);
  assert.equal(isAutomaticOn({ ...all, paused: true }, "b.org"), false);
});

test("a site is allowed or denied, and the last word counts", () => {
  const allowed = changeSettings({ ...DEFAULT_SETTINGS, deniedSites: ["a.org", "b.org"] }, { sites: ["a.org"] });
  assert.deepEqual([allowed.sites, allowed.deniedSites], [["a.org"], ["b.org"]]);
  const denied = changeSettings(allowed, { deniedSites: ["a.org", "b.org"] });
  assert.deepEqual([denied.sites, denied.deniedSites], [[], ["a.org", "b.org"]]);
});

test("what is denied of a domain is denied of its subdomains, and of no other that ends alike", () => {
  const all = { ...DEFAULT_SETTINGS, automatic: /** @type {const} */ ("all"), deniedSites: ["a.org", "news.b.org"] };
  const isOn = (/** @type {string} */ hostName) => isAutomaticOn(all, hostName);
  assert.deepEqual(["www.a.org", "x.y.a.org", "a.org", "www.news.b.org"].filter(isOn), []);
  assert.deepEqual(["a.org.com", "ba.org", "b.org", "www.b.org"].filter((name) => !isOn(name)), []);
  assert.equal(denialOf(all.deniedSites, "www.a.org"), "a.org");
  assert.equal(denialOf(all.deniedSites, "b.org"), null);
});

test("a domain that is denied takes its subdomains off the other list, and allowing one of them does not lift it", () => {
  const listed = { ...DEFAULT_SETTINGS, automatic: /** @type {const} */ ("sites"), sites: ["a.org", "www.a.org", "ba.org"] };
  const denied = changeSettings(listed, { deniedSites: ["a.org"] });
  assert.deepEqual(denied.sites, ["ba.org"]);
  const allowed = changeSettings(denied, { sites: [...denied.sites, "www.a.org"] });
  assert.deepEqual(allowed.deniedSites, ["a.org"]);
  assert.equal(isAutomaticOn(allowed, "www.a.org"), false);
});

test("exported settings are imported as they were", () => {
  const settings = changeSettings(DEFAULT_SETTINGS, { automatic: "sites", sites: ["a.org"], deniedSites: ["b.org"], sensitivity: "check", backend: "wasm" });
  assert.deepEqual(importSettings(exportSettings(settings)), settings);
});

test("a file that is not what it should be is refused with the reason, and nothing of it is taken", () => {
  const file = (changes) => JSON.stringify({ ...JSON.parse(exportSettings(DEFAULT_SETTINGS)), ...changes });
  for (const text of ["", "null", "[]", "{}", file({ kind: "other" }), file({ settings: 3 })]) {
    assert.throws(() => importSettings(text), { code: "importNotSettings" }, text);
  }
  assert.throws(() => importSettings(file({ version: SETTINGS_VERSION + 1 })), { code: "importTooNew" });
  assert.throws(() => importSettings(file({ settings: { automatic: "always" } })), { code: "importDamaged" });
  assert.throws(() => importSettings(file({ settings: { sites: ["https://a.org"] } })), { code: "importDamaged" });
});

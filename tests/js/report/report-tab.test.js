// The way to the report page: no address of an image in the page's own, and every string that the page names.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { forgetReports, openReport, reportedImage } from "../../../extension/src/shared/report-tab.js";
import { MemoryArea } from "../shell/memory-area.js";
import { MESSAGES } from "./messages.js";

const IMAGE = { tabId: 3, frameId: 0, key: "https://a.org/secret.jpg" };

test("the page's address names an entry in memory, and not the image", async () => {
  const area = new MemoryArea();
  const opened = [];
  await openReport(IMAGE, "tab", { area, create: async ({ url }) => opened.push(url), openBeside: null, newId: () => "id-1" });
  assert.deepEqual(opened, ["report/report.html#id-1"]);
  assert.deepEqual(await reportedImage("#id-1", area), IMAGE);
});

/** Opens a report beside the page, in a browser that opens its side panel or does not; what was opened, in order. */
async function openBesideIn(openBeside) {
  const area = new MemoryArea();
  const opened = [];
  const create = async ({ url }) => void opened.push(`tab ${url}`);
  const beside = openBeside && (async (tabId, path) => void (opened.push(`beside ${tabId} ${path}`), await openBeside()));
  const done = openReport(IMAGE, "beside", { area, create, openBeside: beside, newId: () => "id-1" });
  const atOnce = [...opened];
  await done;
  assert.deepEqual(await reportedImage("#id-1", area), IMAGE);
  return { atOnce, opened };
}

test("beside the page it opens within the click, and no tab with it", async () => {
  const { atOnce, opened } = await openBesideIn(async () => undefined);
  assert.deepEqual(atOnce, ["beside 3 report/report.html#id-1"]);
  assert.deepEqual(opened, atOnce);
});

test("where there is no side panel, or it does not open, a tab is opened", async () => {
  assert.deepEqual((await openBesideIn(null)).opened, ["tab report/report.html#id-1"]);
  const refused = await openBesideIn(() => Promise.reject(new Error("only in a click")));
  assert.deepEqual(refused.opened, ["beside 3 report/report.html#id-1", "tab report/report.html#id-1"]);
});

test("which images had reports can be forgotten, and nothing else is", async () => {
  const area = new MemoryArea();
  await area.set({ "verdicts:3": {} });
  for (const id of ["a", "b"]) await openReport(IMAGE, "tab", { area, create: async () => undefined, openBeside: null, newId: () => id });
  await forgetReports(area);
  assert.deepEqual(area.values, { "verdicts:3": {} });
});

test("an empty page and one from an earlier session are for no image", async () => {
  assert.equal(await reportedImage("", new MemoryArea()), null);
  assert.equal(await reportedImage("#id-2", new MemoryArea()), null);
});

test("every string that the page and its parts name exists", () => {
  const folder = new URL("../../../extension/src/report/", import.meta.url);
  const sources = readdirSync(folder).filter((name) => /\.(js|html)$/.test(name)).map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
  const keys = [...sources.matchAll(/data-i18n(?:-label)?="(\w+)"|\bt\("(\w+)"/g)].map(([, attribute, call]) => attribute ?? call);
  assert.ok(keys.length > 60);
  for (const key of keys) assert.ok(MESSAGES[key], `${key} is in _locales/en/messages.json`);
  const chosen = { credentials_: ["none", "valid", "broken", "elsewhere", "unsupported", "failed"], credentialsOrigin_: ["generated", "partly_generated", "captured"], credentialsShort_: ["generated", "partly_generated", "captured", "stated", "broken", "elsewhere"], reportMapMeaning_: ["relative", "probability"] };
  for (const [prefix, names] of Object.entries(chosen)) for (const name of names) assert.ok(MESSAGES[prefix + name], prefix + name);
});

test("no string of the extension calls a picture real or authentic, and none calls a record proof", () => {
  for (const [key, { message }] of Object.entries(MESSAGES)) {
    assert.doesNotMatch(message, /\b(authentic|genuine|verified)\b/i, key);
    // Of faces that were known to be real when the error rates were measured, and of nothing else.
    assert.doesNotMatch(message.replace(/\$\w+\$/g, "").replace(/real (faces|and)/gi, ""), /\breal\b/i, key);
    assert.doesNotMatch(message, /(?<!not )\ba proof\b|\b(is|as) proof\b/i, key);
  }
});

// Numbers, percentages and dates: as each language writes them, in the digits of the sentences around them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { translate, useLanguage } from "../../../extension/src/shared/i18n.js";
import { endOf100, formatDate, formatNumber, formatPercent } from "../../../extension/src/shared/number-format.js";
import { LANGUAGES } from "../../../extension/src/shared/settings.js";

const NO_BREAK = /[\u00a0\u202f]/g;
/** Spaces as one types them. */
const plain = (text) => text.replace(NO_BREAK, " ");
const loadMessages = async (language) => JSON.parse(readFileSync(new URL(`../../../extension/_locales/${language}/messages.json`, import.meta.url), "utf8"));

test("the decimal point, the groups and the sign are the language's", () => {
  const written = (lang) => plain([formatNumber(0.42, lang), formatNumber(1234567, lang), formatPercent(0.5, lang)].join(" | "));
  assert.equal(written("en"), "0.4 | 1,234,567 | 50%");
  assert.equal(written("de"), "0,4 | 1.234.567 | 50 %");
  assert.equal(written("fr"), "0,4 | 1 234 567 | 50 %");
  assert.equal(written("tr"), "0,4 | 1.234.567 | %50");
  assert.equal(written("es"), "0,4 | 1.234.567 | 50 %");
});

test("small numbers keep a decimal, larger ones do not", () => {
  assert.deepEqual([0, 0.04, 0.44, 9.94, 9.96, 10.4, 99.6].map((value) => formatNumber(value, "en")), ["0", "0", "0.4", "9.9", "10", "10", "100"]);
  assert.deepEqual([0.004, 0.0995, 0.316].map((share) => formatPercent(share, "en")), ["0.4%", "10%", "32%"]);
});

test("a share that is neither none nor all is not written as such", () => {
  assert.deepEqual([0, 0.0004, 0.004, 0.994, 0.9999, 1].map((share) => formatPercent(share, "en")), ["0%", "0.1%", "0.4%", "99%", "99%", "100%"]);
});

test("what would be written as 0 or as 100 of a hundred is told from what would not", () => {
  assert.deepEqual([0, 0.04, 99.5, 99.96, 100].map(endOf100), ["few", "few", "most", "most", "most"]);
  for (const of100 of [0.05, 0.3, 50, 99.4]) assert.equal(endOf100(of100), null, String(of100));
});

test("Arabic has the digits that its sentences have", () => {
  const date = new Date("2026-03-04T05:06:07Z");
  for (const text of [formatNumber(1234.5, "ar"), formatPercent(0.5, "ar"), formatDate(date, "ar", "short"), formatDate(date, "ar", "long")]) {
    assert.match(text, /[0-9]/);
    assert.doesNotMatch(text, /[\u0660-\u0669]/);
  }
});

test("numbers in a sentence are the chosen language's, texts stay as they are", async () => {
  await useLanguage("de", loadMessages);
  assert.match(translate("sensitivityRates", 0.44, 1234), /0,4 .* 1\.234 /);
  assert.match(translate("modelLine", "ifmd", "2.0.0", "x"), /ifmd 2\.0\.0/);
  await useLanguage("en", loadMessages);
  assert.match(translate("sensitivityRates", 0.44, 1234), /0\.4 .* 1,234 /);
});

test("every language on offer is one that the browser can write numbers in", () => {
  for (const lang of LANGUAGES.filter((language) => language !== "auto")) assert.deepEqual(Intl.NumberFormat.supportedLocalesOf(lang), [lang]);
});

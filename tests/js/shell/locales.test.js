// The words: every language has every message with the same placeholders, and no word of the extension is anywhere else.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { formatMessage } from "../../../extension/src/shared/i18n.js";
import { LANGUAGES } from "../../../extension/src/shared/settings.js";

const EXTENSION = new URL("../../../extension/", import.meta.url);
const LOCALES = readdirSync(new URL("_locales/", EXTENSION));
/** @type {Record<string, Record<string, {message: string, placeholders?: Record<string, {content: string}>}>>} */
const MESSAGES = Object.fromEntries(
  LOCALES.map((locale) => [locale, JSON.parse(readFileSync(new URL(`_locales/${locale}/messages.json`, EXTENSION), "utf8"))]),
);
const ENGLISH = MESSAGES.en;
/** What is the same in every language, or in most: names, and patterns of placeholders and signs only. */
const UNTRANSLATED = new Set(["filterCount", "optionsSitePlaceholder", "modelLine", "reportCredentials"]);
/** Where two languages share a word. Each is looked at by hand. */
const SAME_WORD = {
  de: [],
  fr: ["popupCount", "popupCountOne", "popupScore", "reportSize", "mistakeConditions", "detailsRanOn"],
  es: ["detailsBytes"],
  tr: ["detailsModel", "mistakeModel"],
  ar: [],
};

const sources = readdirSync(new URL("src/", EXTENSION), { recursive: true, encoding: "utf8" }).map((name) => name.replaceAll("\\", "/"));
const read = (/** @type {string} */ name) => readFileSync(new URL(`src/${name}`, EXTENSION), "utf8");
const placeholdersIn = (/** @type {string} */ message) => [...message.matchAll(/\$(\w+)\$/g)].map(([, name]) => name.toLowerCase()).sort();

test("the languages on offer are those that are there", () => {
  assert.deepEqual([...LOCALES].sort(), LANGUAGES.filter((language) => language !== "auto"));
  for (const locale of LOCALES) assert.equal(MESSAGES[locale].localeCode.message, locale);
});

for (const locale of LOCALES) {
  test(`${locale}: no message is missing, left over or empty`, () => {
    assert.deepEqual(Object.keys(MESSAGES[locale]).filter((key) => !ENGLISH[key]), [], "left over");
    assert.deepEqual(Object.keys(ENGLISH).filter((key) => !MESSAGES[locale][key]?.message.trim()), [], "missing");
  });

  test(`${locale}: the placeholders are those of the English message, and each is defined`, () => {
    for (const [key, { message, placeholders = {} }] of Object.entries(MESSAGES[locale])) {
      assert.deepEqual(placeholdersIn(message), placeholdersIn(ENGLISH[key].message), key);
      assert.deepEqual(placeholders, ENGLISH[key].placeholders ?? {}, key);
      assert.deepEqual(Object.keys(placeholders).sort(), [...new Set(placeholdersIn(message))], key);
    }
  });
}

test("the stores' limits for name and description are kept", () => {
  for (const locale of LOCALES) {
    assert.ok(MESSAGES[locale].extensionName.message.length <= 75, locale);
    assert.ok(MESSAGES[locale].extensionDescription.message.length <= 132, locale);
  }
});

test("what is not English is translated", () => {
  for (const locale of LOCALES.filter((name) => name !== "en")) {
    const same = Object.keys(ENGLISH).filter((key) => MESSAGES[locale][key]?.message === ENGLISH[key].message && !UNTRANSLATED.has(key));
    assert.deepEqual(same.filter((key) => !SAME_WORD[/** @type {keyof typeof SAME_WORD} */ (locale)].includes(key)), [], locale);
  }
});

test("placeholders are filled in, repeated ones too, and what is none is left alone", () => {
  const entry = { message: "$A$ of $B$, $a$; $100$", placeholders: { a: { content: "$1" }, b: { content: "$2" } } };
  assert.equal(formatMessage(entry, ["x", "$A$"]), "x of $A$, x; $100$");
  assert.equal(formatMessage(entry, ["x"]), "x of , x; $100$");
});

test("every message that a page or the manifest names exists", () => {
  const named = sources.filter((name) => name.endsWith(".html")).flatMap((name) => [...read(name).matchAll(/data-i18n[a-z-]*="(\w+)"/g)]);
  const manifest = readFileSync(new URL("manifest.json", EXTENSION), "utf8");
  const keys = [...named, ...manifest.matchAll(/__MSG_(\w+)__/g)].map(([, key]) => key);
  assert.ok(keys.length > 50);
  assert.deepEqual(keys.filter((key) => !ENGLISH[key]), []);
});

test("every message that a script names exists", () => {
  const named = sources.filter((name) => name.endsWith(".js")).flatMap((name) => [...read(name).matchAll(/(?:\bt|[tT]ranslate)\("(\w+)"/g)]);
  assert.ok(named.length > 30);
  assert.deepEqual(named.map(([, key]) => key).filter((key) => !ENGLISH[key]), []);
});

test("every English message is used", () => {
  const all = [...sources.filter((name) => /\.(js|html)$/.test(name)).map(read), readFileSync(new URL("manifest.json", EXTENSION), "utf8")].join("\n");
  // Families whose last part comes from data: the state of a result, the code of a failure, a backend, a filter, a part of a report.
  const isOfFamily = (/** @type {string} */ key) =>
    /^(state|explain|failed|kinds|backend|filter|condition|credentials|credentialsOrigin|credentialsShort|credentialsSigner|credentialsTrust|credentialsStep|credentialsProblem|of100|details|reportMapMeaning|mistake)_/.test(key);
  assert.deepEqual(Object.keys(ENGLISH).filter((key) => !isOfFamily(key) && !new RegExp(`\\b${key}(__)?\\b`).test(all.replaceAll("__MSG_", ""))), []);
});

test("no page has words of its own, but for the product's name and the names of languages in themselves", () => {
  for (const name of sources.filter((file) => file.endsWith(".html"))) {
    const body = read(name).replace(/<!--[\s\S]*?-->|<title>[^<]*<\/title>|<option [^>]*lang="\w+">[^<]*<\/option>|<script[\s\S]*?<\/script>/g, "");
    const words = body.replace(/<[^>]+>/g, " ").trim();
    assert.equal(words, "", `${name}: ${words}`);
    const spoken = [...body.matchAll(/ (?:alt|title|placeholder|aria-label)="([^"]+)"/g)].map(([, text]) => text);
    assert.deepEqual(spoken, [], name);
  }
});

test("no script writes words of its own onto a page", () => {
  // Assigned to what a reader sees or hears, or put into an element, without having been looked up.
  const written = /(?:\.(?:textContent|innerText|title|placeholder|ariaLabel|alt)\s*(?:\?\?|\|\|)?=\s*|"(?:aria-label|title|alt|placeholder)"[:,]\s*)(["'`])(?:(?!\1).)*[A-Za-z]{2}(?:(?!\1).)*\1/g;
  const child = /createElement\([^\n]*\[\s*(["'`])[^"'`$]*[A-Za-z]{2}[^"'`]*\1\s*\]\)/g;
  for (const name of sources.filter((file) => /^(content|popup|options|welcome|report|background)/.test(file) && file.endsWith(".js"))) {
    assert.deepEqual([...read(name).matchAll(written), ...read(name).matchAll(child)].map(([text]) => text), [], name);
  }
});

/** The words of each language that a message must or must not have. */
function assertWords(key, words, isWanted) {
  for (const [locale, word] of Object.entries(words)) assert.equal(word.test(MESSAGES[locale][key].message), isWanted, `${locale} ${key}: ${MESSAGES[locale][key].message}`);
}

const TEST = { en: /our test/, de: /unserem Test/, fr: /notre test/, es: /nuestra prueba/, tr: /Testimizde/, ar: /اختبارنا/ };

test("a score's rates are told as those of our test, in every language", () => {
  assertWords("panelMeaning", TEST, true);
});

test("a sensitivity's rates are told as those of the faces by which it was set, which are no test", () => {
  assertWords("sensitivityRates", TEST, false);
  assertWords("sensitivityRates", { en: /was set/, de: /eingestellt/, fr: /réglage/, es: /ajustó/, tr: /ayarlandığı/, ar: /ضُبط/ }, true);
});

test("a count stands where it fits any number, one too", () => {
  for (const key of ["popupRefused", "toolbarCount"]) assertWords(key, { en: /\$ sites/, de: /\$ Websites/, fr: /\$ sites/, es: /\$ (sitios|probablemente)/ }, false);
});

test("one thing has one word", () => {
  const others = { fr: /Content Credentials : .*\b(elles|conservées|récupérées)\b/, es: /\bcaras?\b/i, ar: /لسان/ };
  for (const [locale, other] of Object.entries(others)) {
    for (const [key, { message }] of Object.entries(MESSAGES[locale])) assert.doesNotMatch(message.replaceAll("\u00a0", " "), other, `${locale} ${key}`);
  }
});

test("no script writes how many of a hundred by itself: never none of them, and never all", () => {
  const direct = /\b\w*[tT](?:ranslate)?\("(?:panelMeaning|sensitivityRates|panelOf100|of100_some)"/;
  for (const name of sources.filter((file) => file.endsWith(".js") && file !== "shared/verdict-wording.js")) assert.doesNotMatch(read(name), direct, name);
});

test("no message claims what a page can do, what a site has sent, or that there is a place for issues", () => {
  assertWords("permissionScriptsWhy", { en: /forge/, de: /fälschen/, fr: /imiter/, es: /falsificar/, tr: /taklit/, ar: /تزوير/ }, false);
  assertWords("failed_not_an_image", { en: /site/, de: /Website/, fr: /site/, es: /sitio/, tr: /site/i, ar: /الموقع/ }, false);
  // The button that opens one says so, where the extension has a home.
  assertWords("mistakeIntro", { en: /issue/, de: /Meldung/, fr: /ticket/, es: /incidencia/, tr: /hata kaydı/, ar: /بلاغ/ }, false);
});

test("no verdict says real or authentic, in any language", () => {
  const claims = { en: /\b(real|authentic|genuine)\b/i, de: /\b(echt|authentisch)/i, fr: /\b(réel|authentique|vrai)/i, es: /\b(real|auténtic)/i, tr: /\b(gerçek|orijinal)/i, ar: /حقيقي|أصلي/ };
  for (const [locale, claim] of Object.entries(claims)) {
    for (const [key, { message }] of Object.entries(MESSAGES[locale] ?? {})) {
      // Of faces that were known to be so when the error rates were measured, and of nothing else.
      if (key === "detailsReal") continue;
      if (/^(state|explain|failed|filter|kinds|condition|credentials\w*|mistake)_|^(badge|report|credentials|limit|next|details)/.test(key)) assert.doesNotMatch(message, claim, `${locale} ${key}`);
    }
  }
});

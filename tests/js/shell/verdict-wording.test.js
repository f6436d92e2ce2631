// The wording: no verdict claims that a picture is real, and no failure reads like a verdict.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { explain, explainState, formatScore, labelOf, meaningOf, stateOf, tellOf100, tellRates } from "../../../extension/src/shared/verdict-wording.js";

const MESSAGES = JSON.parse(readFileSync(new URL("../../../extension/_locales/en/messages.json", import.meta.url), "utf8"));
/** Looks a message up as the browser does, and fails on a missing one. */
const t = (key, ...values) => {
  assert.ok(MESSAGES[key], `${key} is in _locales/en/messages.json`);
  const { message, placeholders = {} } = MESSAGES[key];
  return message.replace(/\$(\w+)\$/g, (_, name) => String(values[Number(placeholders[name.toLowerCase()].content.slice(1)) - 1]));
};

const STATES = ["checking", "no_traces", "inconclusive", "likely_fake", "no_face", "face_too_small", "failed"];
const VERDICTS = ["no_traces", "inconclusive", "likely_fake"].map((band) => ({ status: "scored", band, fakeScore: 0.5 }));
const CODES = ["no_access", "not_loaded", "refused", "not_found", "unreachable", "not_an_image", "too_large", "timeout", "busy", "off_screen", "elsewhere", "not_as_shown"];

test("every state has its own words, and none says real or authentic", () => {
  const labels = STATES.map((state) => labelOf(/** @type {any} */ (state), t));
  assert.equal(new Set(labels).size, STATES.length);
  const told = [...labels, ...VERDICTS.map((result) => explain(/** @type {any} */ (result), t))].join(" ");
  assert.doesNotMatch(told, /\b(real|authentic|genuine|true|safe|verified)\b/i);
});

/** The explanation of a picture that has a face for each [score, kinds]. */
const explainFaces = (...faces) => {
  const bandOf = (score) => (score >= 0.8 ? "likely_fake" : "inconclusive");
  const told = faces.map(([fakeScore, kinds]) => ({ boxXyxy: [0, 0, 9, 9], status: "scored", fakeScore, band: bandOf(fakeScore), kinds }));
  const fakeScore = Math.max(...faces.map(([score]) => score));
  return explain(/** @type {any} */ ({ status: "scored", band: bandOf(fakeScore), fakeScore, faces: told }), t);
};

test("a likely fake is told by what its traces look like, where that is known", () => {
  const plain = t("explain_likely_fake");
  assert.equal(explainFaces([0.9, ["seam"]]), `${plain} ${t("kinds_seam")}`);
  assert.equal(explainFaces([0.9, ["synthetic"]]), `${plain} ${t("kinds_synthetic")}`);
  assert.equal(explainFaces([0.9, ["seam", "synthetic"]]), `${plain} ${t("kinds_both")}`);
  assert.equal(explainFaces([0.9, []]), plain);
  assert.equal(explainFaces([0.9, undefined]), plain);
  for (const key of ["kinds_seam", "kinds_synthetic", "kinds_both"]) assert.match(t(key), /looks like/);
});

test("of several faces the worst one's traces are told", () => {
  assert.equal(explainFaces([0.85, ["seam"]], [0.95, ["synthetic"]], [0.5, undefined]), explainFaces([0.95, ["synthetic"]]));
  assert.equal(explainFaces([0.85, ["seam"]], [0.95, []]), t("explain_likely_fake"));
});

test("nothing is told of traces where the picture is not likely fake", () => {
  assert.equal(explainFaces([0.5, undefined]), t("explain_inconclusive"));
});

test("a failure is told by its code or its reason, and never as a verdict", () => {
  for (const code of CODES) assert.ok(explain({ status: "failed", code, host: "a.org" }, t).length > 20);
  assert.match(explain({ status: "failed", code: "no_access", host: "cdn.a.org" }, t), /cdn\.a\.org/);
  assert.equal(explain({ status: "failed", code: "engine", reason: "It is damaged." }, t), "The model could not be loaded or run in this browser: It is damaged.");
  assert.ok(explain({ status: "failed" }, t).length > 20);
  for (const code of CODES) assert.doesNotMatch(explain({ status: "failed", code, host: "a.org" }, t), /no traces|likely fake|inconclusive/i);
});

test("a likely fake is told by how others score, and may be a false alarm", () => {
  const told = t("explain_likely_fake");
  assert.match(told, /forged faces do, and few others/);
  assert.match(told, /false alarm/);
  assert.doesNotMatch([told, t("kinds_seam"), t("kinds_synthetic"), t("kinds_both")].join(" "), /carries|has traces|the traces/i);
});

test("where the score of an inconclusive one lies is said without words that were not said before", () => {
  assert.match(t("explain_inconclusive"), /where forged faces and others mix/);
});

test("what a failure means on any picture is none of the twenty causes", () => {
  const told = explainState("failed", t);
  assert.doesNotMatch(told, /connection|site|large|wait/i);
  for (const key of Object.keys(MESSAGES).filter((name) => name.startsWith("failed_"))) assert.notEqual(told, MESSAGES[key].message);
  const welcome = readFileSync(new URL("../../../extension/src/welcome/welcome.js", import.meta.url), "utf8");
  assert.match(welcome, /explainState\(state, t\)/);
  assert.doesNotMatch(welcome, /code: "/);
});

test("of a hundred faces never none and never all are said to score so high", () => {
  assert.deepEqual([0, 0.02, 0.3, 16, 99.7, 100].map((of100) => tellOf100(of100, t)), [
    "fewer than 1 of 100",
    "fewer than 1 of 100",
    "0.3 of 100",
    "16 of 100",
    "more than 99 of 100",
    "more than 99 of 100",
  ]);
});

test("rates say that they were counted in a test of ours", () => {
  for (const key of /** @type {const} */ (["panelMeaning", "sensitivityRates"])) {
    assert.match(tellRates({ realOf100: 0, fakeOf100: 16 }, key, t), /^(In our test|On the faces by which this was set), .*fewer than 1 of 100 real and 16 of 100 fake/);
  }
});

test("the state follows the result, and no result is a running check", () => {
  assert.equal(stateOf(null), "checking");
  assert.equal(stateOf({ status: "failed" }), "failed");
  assert.equal(stateOf({ status: "no_face" }), "no_face");
  assert.equal(stateOf({ status: "scored", band: "likely_fake", fakeScore: 0.9 }), "likely_fake");
});

test("a score means what the highest row that it reaches says", () => {
  const table = [0.9, 0.1, 0.5].map((score) => ({ score, realOf100: 100 * (1 - score), fakeOf100: 50 }));
  assert.equal(meaningOf(0.95, table)?.score, 0.9);
  assert.equal(meaningOf(0.5, table)?.score, 0.5);
  assert.equal(meaningOf(0.05, table), undefined);
});

test("a score never reads as certainty", () => {
  assert.deepEqual([0, 0.004, 0.5, 0.996, 1].map(formatScore), ["1", "1", "50", "99", "99"]);
});

test("every message that a source asks for exists", () => {
  for (const file of ["popup/popup.html", "options/options.html"]) {
    const html = readFileSync(new URL(`../../../extension/src/${file}`, import.meta.url), "utf8");
    for (const [, key] of html.matchAll(/data-i18n(?:-label)?="(\w+)"/g)) assert.ok(MESSAGES[key], `${key} of ${file}`);
  }
});

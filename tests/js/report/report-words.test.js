// What the report says in which case: of a verdict, of a file, and of a copy that the extension made itself.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createCredentials } from "../../../extension/src/report/credentials-view.js";
import { createConditions, createDetails } from "../../../extension/src/report/sections.js";
import { showVerdict } from "../../../extension/src/report/verdict-view.js";
import { createScore } from "../../../extension/src/shared/score-view.js";
import { aCheck } from "./a-check.js";
import { FakeElement, useFakeDocument } from "./fake-document.js";
import { t } from "./messages.js";

useFakeDocument();
const COPIES = { frame: /frame of the video/, pixels: /page’s pixels/, screen: /Copy of the screen/ };

/** The verdict's part of a report. */
function verdictOf(result, subject = {}) {
  const container = new FakeElement("section");
  const known = { scoreTable: aCheck().model.scoreTable, subject: { badge: null, url: "", ...subject }, canMark: false };
  showVerdict(/** @type {any} */ (container), result, /** @type {any} */ (known), t);
  return container;
}

/** Terms and descriptions of a check's details. */
function detailsOf(copyOf) {
  const check = aCheck();
  const parts = createDetails(/** @type {any} */ ({ ...check, subject: { ...check.subject, copyOf } }), "0.1.0", t);
  return parts.map(({ textContent }) => textContent);
}

const credentialsOf = (credentials, subject = {}) => /** @type {any} */ (createCredentials(credentials, subject, t));

test("only a likely fake is called a reason to look closer, and every score is called no proof", () => {
  for (const band of ["no_traces", "inconclusive", "likely_fake"]) {
    const [caveat, ...more] = verdictOf({ status: "scored", band, fakeScore: 0.95 }).textsOf("caveat");
    assert.deepEqual(more, []);
    assert.equal(caveat, t(band === "likely_fake" ? "reportNoProof" : "panelCaveat"));
    assert.match(caveat, /proof/);
  }
  assert.deepEqual(verdictOf({ status: "no_face" }).textsOf("caveat"), []);
});

test("a damaged file is told alike, handed over or sent by a site", () => {
  for (const url of ["", "https://a.org/x.jpg"]) {
    const [told] = verdictOf({ status: "failed", code: "not_an_image" }, { url }).textsOf("explanation");
    assert.match(told, /damaged/);
    assert.doesNotMatch(told, /site/);
  }
});

test("a score's meaning says on which faces it was counted, and never none or all of them", () => {
  const told = (realOf100, fakeOf100) => createScore(0.97, { score: 0.97, realOf100, fakeOf100 }, t).textContent;
  assert.match(told(1.2, 40.8), /In our test, 1\.2 of 100 real and 40\.8 of 100 fake faces score this high/);
  assert.match(told(0, 15.8), /fewer than 1 of 100 real and 15\.8 of 100 fake/);
  assert.match(told(99.96, 100), /more than 99 of 100 real and more than 99 of 100 fake/);
  // In the bars too, in signs.
  assert.match(told(0, 100), /Fake faces\u2066>99\u2069 of 100Real faces\u2066<1\u2069 of 100$/);
  assert.match(told(2.7, 49.6), /Fake faces49\.6 of 100Real faces2\.7 of 100$/);
});

test("format, size and hash of a copy are not told as a file's", () => {
  const file = detailsOf(null);
  assert.ok(["File", "Its SHA-256", "Its address"].every((term) => file.includes(term)), file.join("\n"));
  for (const [copyOf, name] of Object.entries(COPIES)) {
    const terms = detailsOf(copyOf).filter((_, index) => index % 2 === 0);
    assert.ok(terms.some((term) => name.test(term)) && terms.includes("SHA-256 of this copy"), terms.join("\n"));
    assert.ok(!terms.some((term) => term === "File" || term.startsWith("Its ")), terms.join("\n"));
  }
});

test("of a copy nothing is said of the file's compression", () => {
  assert.match(/** @type {any} */ (createConditions([], { copyOf: null }, t)).textContent, /the file is not heavily compressed/);
  assert.match(/** @type {any} */ (createConditions([], { copyOf: "frame" }, t)).textContent, /was not looked at/);
});

test("credentials of a copy were not looked for, whatever it was made from", () => {
  const told = (subject) => credentialsOf({ state: "not_looked_for" }, subject).textContent;
  assert.match(told({ copyOf: "frame" }), /frame of the video was checked.* not looked for/);
  assert.match(told({ copyOf: "screen", video: { status: "scored" } }), /frame of the video was checked/);
  assert.match(told({ copyOf: "pixels" }), /What the page shows was checked.* not looked for/);
  assert.match(told({ copyOf: "screen" }), /A copy of the screen carries none/);
  assert.match(credentialsOf({ state: "none" }).textContent, /This file carries none/);
});

test("steps and faults are told in plain words, and the standard's codes small, only where there are none", () => {
  const valid = credentialsOf({ state: "valid", actions: ["c2pa.created", "c2pa.edited"] });
  assert.match(valid.textContent, /picture created and edited/);
  assert.deepEqual(valid.all(({ tag }) => tag === "small"), []);
  const broken = credentialsOf({ state: "broken", actions: ["c2pa.opened", "c2pa.filtered"], problems: ["assertion.dataHash.mismatch", "timeStamp.mismatch"] });
  assert.match(broken.textContent, /existing picture opened and other steps/);
  assert.match(broken.textContent, /the picture was changed after it was signed/);
  assert.deepEqual(broken.all(({ tag }) => tag === "small").map(({ textContent }) => textContent), ["c2pa.filtered", "timeStamp.mismatch"]);
});

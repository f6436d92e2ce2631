// The text that tells of a wrong verdict: what it holds, and what it leaves out unless it is asked for.

import assert from "node:assert/strict";
import { test } from "node:test";

import { issueLink, mistakeReport } from "../../../extension/src/report/mistake-report.js";
import { aCheck } from "./a-check.js";
import { t } from "./messages.js";

const MISTAKE = { belief: "unaltered", reason: " I took it. ", withAddress: false, imageCopy: null };
const textOf = (change = {}) => mistakeReport(aCheck(), { ...MISTAKE, ...change }, { t, extensionVersion: "0.1.0" });

test("it says what was said, what is believed, and with what it was checked", () => {
  const text = textOf();
  for (const part of ["Likely fake", "97", "a photo that nobody altered", "I took it.", "300 × 200", "quality about 55", "ifmd 1.0.0 (cdcdcdcdcdcd)", "[10, 20, 110, 140]"]) {
    assert.ok(text.includes(part), `${part} in:\n${text}`);
  }
});

test("of a copy it does not say that the picture is in that format", () => {
  const check = aCheck();
  check.subject.copyOf = "frame";
  const text = mistakeReport(check, MISTAKE, { t, extensionVersion: "0.1.0" });
  assert.match(text, /^Copy of a frame of the video: jpeg/m);
  assert.doesNotMatch(text, /^Picture:/m);
});

test("it says that a face was marked by hand", () => {
  const check = aCheck();
  check.result.faces[0].isMarked = true;
  const text = mistakeReport(check, MISTAKE, { t, extensionVersion: "0.1.0" });
  assert.match(text, /\[10, 20, 110, 140\] \(marked by hand\)/);
  assert.doesNotMatch(textOf(), /marked/);
});

test("address, picture and hash are left out unless ticked", () => {
  const copy = "data:image/jpeg;base64,AAAA";
  const secrets = /a\.org|a portrait|abababab|data:/;
  assert.doesNotMatch(textOf(), secrets);
  assert.match(textOf({ withAddress: true }), /https:\/\/a\.org\/x\.jpg/);
  assert.doesNotMatch(textOf({ withAddress: true }), /abababab|data:/);
  assert.match(textOf({ imageCopy: copy }), /sha256: abab[\s\S]*data:image\/jpeg/);
  assert.doesNotMatch(textOf({ imageCopy: copy }), /a\.org/);
});

test("an issue is prefilled where there is a place for it", () => {
  const link = issueLink("https://forge.example/owner/project/", "Wrong & odd", "one\ntwo");
  const address = new URL(link.address);
  assert.equal(address.pathname, "/owner/project/issues/new");
  assert.deepEqual([...address.searchParams], [["title", "Wrong & odd"], ["body", "one\ntwo"]]);
  assert.equal(link.isCut, false);
  assert.equal(issueLink(undefined, "a", "b"), null);
});

test("a text that an address cannot hold is cut at a character, to as much as it holds", () => {
  for (const letter of ["b", "ş", "\u{1F600}"]) {
    const { address, isCut } = issueLink("https://forge.example/p", "a", letter.repeat(8000));
    assert.ok(isCut && address.length <= 7000 && address.length > 6980, `${letter}: ${address.length}`);
    assert.match(new URL(address).searchParams.get("body"), new RegExp(`^${letter}+…$`, "u"));
  }
});

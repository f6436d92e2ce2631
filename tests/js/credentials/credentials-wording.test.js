// The standard's codes in plain words: the common ones, each in every language; and what has none keeps its code.

import assert from "node:assert/strict";
import { test } from "node:test";

import { tellProblems, tellSteps } from "../../../extension/src/shared/credentials-wording.js";
import { t } from "../report/messages.js";

test("each of the common steps has words of its own, and needs no code", () => {
  const actions = ["created", "opened", "edited", "placed", "resized", "converted", "published"].map((name) => `c2pa.${name}`);
  const { words, codes } = tellSteps(actions, t);
  assert.equal(new Set(words).size, actions.length);
  assert.deepEqual(codes, []);
  assert.doesNotMatch(words.join(), /c2pa|\./);
});

test("others are counted as such, with their codes, also where they only look like a common one", () => {
  const { words, codes } = tellSteps(["c2pa.created", "c2pa.watermarked", "com.example.created", "created"], t);
  assert.deepEqual(words, [t("credentialsStep_created"), t("credentialsStep_other")]);
  assert.deepEqual(codes, ["c2pa.watermarked", "com.example.created", "created"]);
});

test("that the picture is not as it was signed is said plainly, and once", () => {
  for (const kind of ["data", "bmff", "boxes", "collection"]) assert.match(tellProblems([`assertion.${kind}Hash.mismatch`], t).words[0], /picture was changed after it was signed/);
  assert.equal(tellProblems(["assertion.dataHash.mismatch", "assertion.boxesHash.mismatch"], t).words.length, 1);
  for (const code of ["assertion.hashedURI.mismatch", "claimSignature.mismatch"]) assert.match(tellProblems([code], t).words[0], /do not fit their signature/);
});

test("any other fault keeps the words that it came with", () => {
  const told = tellProblems(["claim.missing", "assertion.dataHash.mismatch", "Some error: of the library"], t);
  assert.deepEqual(told.codes, ["claim.missing", "Some error: of the library"]);
  assert.equal(told.words.at(-1), t("credentialsProblem_other"));
  assert.deepEqual(tellProblems([], t), { words: [], codes: [] });
});

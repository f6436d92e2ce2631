// A report's check: what is known of the credentials of a file, and of a copy that is nobody's file.

import assert from "node:assert/strict";
import { test } from "node:test";

import { runCheck } from "../../../extension/src/report/run-check.js";
import { aCheck } from "./a-check.js";

Object.assign(globalThis, {
  FileReader: class {
    readAsDataURL() {
      /** @type {any} */ (this).result = "data:image/png;base64,AA";
      /** @type {any} */ (this).onload();
    }
  },
});

/** The credentials that a check of a subject ends with, whose judging found `found`. */
async function credentialsOf(copyOf, found) {
  const { subject, model } = aCheck();
  const ask = async (type) => (type === "report.check" ? found : model);
  const { credentials } = await runCheck(/** @type {any} */ ({ ...subject, copyOf }), null, ask, () => undefined);
  return credentials;
}

test("of a copy the file's credentials were not looked for", async () => {
  const { result } = aCheck();
  for (const copyOf of ["frame", "pixels", "screen"]) {
    for (const found of [result, { status: "no_face" }, { status: "failed", code: "timeout" }]) assert.deepEqual(await credentialsOf(copyOf, found), { state: "not_looked_for" });
  }
});

test("of a file they are what its check found, and looked for where it has failed", async () => {
  const { result } = aCheck();
  const credentials = { state: "broken" };
  assert.deepEqual(await credentialsOf(null, { ...result, credentials }), credentials);
  assert.deepEqual(await credentialsOf(null, result), { state: "none" });
  assert.deepEqual(await credentialsOf(undefined, { status: "failed", code: "timeout" }), { state: "none" });
});

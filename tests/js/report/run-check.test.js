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

/** How often pixels were asked for, and what a check of so many bytes is, whose judging finds `found`. */
async function checkOf(context, byteLength, found) {
  const decode = context.mock.method(globalThis, "createImageBitmap", () => Promise.reject(new Error("no picture")));
  const ask = context.mock.fn(async () => found);
  const subject = { ...aCheck().subject, buffer: new ArrayBuffer(byteLength) };
  const { result, picture } = await runCheck(/** @type {any} */ (subject), null, ask, () => undefined);
  return { result, picture, asked: ask.mock.callCount(), decoded: decode.mock.callCount() };
}

test("a picture of too many pixels is not decoded for the page either", async (context) => {
  Object.assign(globalThis, { createImageBitmap: () => undefined });
  const tooLarge = { status: "failed", code: "too_large" };
  assert.deepEqual(await checkOf(context, 9000, tooLarge), { result: tooLarge, picture: null, asked: 1, decoded: 0 });
  assert.equal((await checkOf(context, 9000, { status: "failed", code: "timeout" })).decoded, 1);
});

test("a file of no bytes, or of too many, is not sent", async (context) => {
  Object.assign(globalThis, { createImageBitmap: () => undefined });
  const empty = await checkOf(context, 0, null);
  assert.deepEqual([empty.result, empty.asked], [{ status: "failed", code: "not_an_image" }, 0]);
  const large = await checkOf(context, 40 * 1024 * 1024 + 1, null);
  assert.deepEqual([large.result, large.asked, large.decoded], [{ status: "failed", code: "too_large" }, 0, 0]);
});

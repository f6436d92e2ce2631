// Where marking a face is offered: in a still picture that was checked and has room for a face.

import assert from "node:assert/strict";
import { test } from "node:test";

import { isMarkable } from "../../../extension/src/report/mark-bar.js";
import { aCheck } from "./a-check.js";

const PICTURE = { width: 300, height: 200 };

/** Whether it is offered for a check, a picture, and with these changes to the check's result and subject. */
function isOffered({ result = {}, subject = {}, picture = PICTURE, isChecked = true } = {}) {
  const check = aCheck();
  Object.assign(check.result, result);
  Object.assign(check.subject, subject);
  return isMarkable(/** @type {any} */ ({ subject: check.subject, check: isChecked ? check : null, picture }));
}

test("whatever a still picture's verdict, a face can be marked in it", () => {
  assert.ok(isOffered());
  for (const status of ["no_face", "face_too_small"]) assert.ok(isOffered({ result: { status, faces: undefined } }), status);
});

test("where nothing was checked, or nothing is shown, there is nothing to mark", () => {
  assert.ok(!isOffered({ isChecked: false }));
  assert.ok(!isOffered({ picture: /** @type {any} */ (null) }));
});

test("of a video and of an animation one frame says too little", () => {
  assert.ok(!isOffered({ subject: { video: { status: "scored" } } }));
  assert.ok(!isOffered({ result: { clip: { times: [0], tracks: [] } } }));
  assert.ok(!isOffered({ result: { isAnimated: true } }));
});

test("a picture that is smaller than the smallest face has no room for one", () => {
  assert.ok(isOffered({ picture: { width: 40, height: 40 } }));
  assert.ok(!isOffered({ picture: { width: 400, height: 39 } }));
});

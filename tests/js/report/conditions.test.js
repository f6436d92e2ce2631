// What lowers certainty is found, told with its numbers, and not found where it is not.

import assert from "node:assert/strict";
import { test } from "node:test";

import { conditionsOf } from "../../../extension/src/report/conditions.js";
import { t } from "./messages.js";

const FACE = { boxXyxy: [0, 0, 200, 200], status: "scored", cropSquare: { cx: 100, cy: 100, side: 260, angle: 0 } };
const CHECK = {
  result: { via: "bytes", imageSize: { width: 600, height: 400 }, faces: [FACE] },
  facts: { format: "jpeg", mimeType: "image/jpeg", jpegQuality: 90, saysScreenshot: false },
  byteLength: 90_000,
  name: "holiday.jpg",
  inputSize: 224,
};
const found = (change) => conditionsOf({ ...CHECK, ...change });
const names = (change) => found(change).map(({ name }) => name);

test("a large face in a good file lowers nothing", () => {
  assert.deepEqual(found({}), []);
});

const CASES = {
  screen_copy: { result: { ...CHECK.result, via: "screen_copy" } },
  screenshot: { name: "Screenshot 2026-01-02 at 03.04.05.png" },
  tiny_image: { result: { ...CHECK.result, imageSize: { width: 200, height: 150 } } },
  compressed: { facts: { ...CHECK.facts, jpegQuality: 35 } },
  few_bytes: { facts: { ...CHECK.facts, format: "webp", jpegQuality: null }, byteLength: 9000 },
  small_face: { result: { ...CHECK.result, faces: [{ ...FACE, boxXyxy: [0, 0, 60, 70], cropSquare: { ...FACE.cropSquare, side: 91 } }] } },
  marked_face: { result: { ...CHECK.result, faces: [{ ...FACE, isMarked: true }] } },
  unjudged_face: { result: { ...CHECK.result, faces: [FACE, { boxXyxy: [0, 0, 20, 24], status: "too_small" }] } },
};

for (const [name, change] of Object.entries(CASES)) {
  test(`${name} is found, and told in a sentence`, () => {
    assert.deepEqual(names(change), [name]);
    const [{ values }] = found(change);
    const sentence = t(`condition_${name}`, ...values);
    assert.ok(values.every((value) => sentence.includes(String(value))), sentence);
  });
}

test("a copy of the screen is no heavily compressed file, whatever the copy's bytes", () => {
  assert.deepEqual(names({ ...CASES.screen_copy, facts: { ...CHECK.facts, jpegQuality: 20 } }), ["screen_copy"]);
});

test("a screenshot is told by its own notes too", () => {
  assert.deepEqual(names({ facts: { ...CHECK.facts, saysScreenshot: true } }), ["screenshot"]);
});

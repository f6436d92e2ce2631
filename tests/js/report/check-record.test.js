// The record: valid by its schema, complete, silent about addresses on request, and never called proof.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import { createCheckRecord } from "../../../extension/src/report/check-record.js";
import { aCheck } from "./a-check.js";

const require = createRequire(new URL("../../../extension/package.json", import.meta.url));
const { Ajv } = require("ajv");
const SCHEMA = JSON.parse(readFileSync(new URL("../../../extension/src/report/check-record.schema.json", import.meta.url), "utf8"));
const validate = new Ajv({ allErrors: true }).compile(SCHEMA);
const OPTIONS = { extensionVersion: "0.1.0", withAddress: true };
/** As it is when it has been saved and read again. */
const recordOf = (check, options = {}, credentials = { state: "none" }) =>
  JSON.parse(JSON.stringify(createCheckRecord(check, credentials, { ...OPTIONS, ...options })));

function assertValid(record) {
  assert.ok(validate(record), JSON.stringify(validate.errors));
}

test("a record of faces is valid and holds what the check found", () => {
  const record = recordOf(aCheck());
  assertValid(record);
  assert.equal(record.checked_at, "2026-01-02T03:04:05.678Z");
  assert.deepEqual(record.result, { status: "scored", band: "likely_fake", fake_score: 0.97 });
  assert.deepEqual(record.faces[0].anomaly_map, { scale: "relative", size: 2, values: [0.5, 1, 1, 1.5] });
  assert.deepEqual(record.faces[1], { box_xyxy: [200, 20, 220, 44], status: "too_small", fake_score: null, band: null });
  assert.equal(record.error_rates.fake.likely_fake, 0.5);
  assert.equal(record.model.manifest_sha256, "cd".repeat(32));
});

test("a picture without a face, and a model without error rates, give valid records", () => {
  const check = aCheck();
  check.result = { status: "no_face", via: "screen_copy", sha256: check.result.sha256, imageSize: check.result.imageSize };
  delete check.model.operatingPoints.check.errorRates;
  const record = recordOf(check);
  assertValid(record);
  assert.deepEqual([record.result.band, record.faces, record.error_rates], [null, [], null]);
});

test("of a clip the record holds every frame of every face", () => {
  const check = aCheck();
  const sightings = [{ frame: 0, boxXyxy: [0, 0, 90, 90], fakeScore: 0.9, band: "inconclusive" }, { frame: 1, boxXyxy: [0, 0, 30, 30] }];
  check.result.clip = { times: [0.5, 1.5], framesWithFace: 2, worstFrame: 0, tracks: [{ sightings, fakeScore: 0.9, band: "inconclusive" }, { sightings: [sightings[1]] }] };
  const record = recordOf(check);
  assertValid(record);
  assert.deepEqual([record.clip.image_time, record.clip.faces.map(({ mean_fake_score: mean }) => mean)], [0.5, [0.9, null]]);
  assert.deepEqual(record.clip.faces[0].frames[1], { time: 1.5, box_xyxy: [0, 0, 30, 30], fake_score: null, band: null });
});

test("of a marked face the record says so, and of a found one nothing", () => {
  const check = aCheck();
  const [face] = check.result.faces;
  check.result.faces = [{ ...face, detectionScore: undefined, isMarked: true }];
  const record = recordOf(check);
  assertValid(record);
  assert.equal(record.faces[0].is_marked, true);
  assert.ok(recordOf(aCheck()).faces.every((found) => !("is_marked" in found)));
  assert.ok(!validate({ ...record, faces: [{ ...record.faces[0], is_marked: false }] }));
});

test("addresses and the file's name are left out on request", () => {
  assert.deepEqual([recordOf(aCheck()).image.url, recordOf(aCheck()).image.name], ["https://a.org/x.jpg", "a portrait"]);
  const silent = recordOf(aCheck(), { withAddress: false });
  assertValid(silent);
  assert.doesNotMatch(JSON.stringify(silent), /a\.org|a portrait/);
});

test("credentials go in as they were found", () => {
  const credentials = { state: "valid", origin: "generated", generator: "G 1", signer: "S", signedAt: undefined, actions: ["c2pa.created"], problems: [] };
  const record = recordOf(aCheck(), {}, credentials);
  assertValid(record);
  assert.equal(record.content_credentials.origin, "generated");
});

test("the record of a copy says that hash and format are the copy's, and that the file's credentials were not looked for", () => {
  for (const [copyOf, source] of [["frame", "video_frame"], ["pixels", "page_pixels"], ["screen", "screen_copy"], [null, "bytes"]]) {
    const check = aCheck();
    check.subject.copyOf = copyOf;
    const state = copyOf === null ? "none" : "not_looked_for";
    const record = recordOf(check, {}, { state });
    assertValid(record);
    assert.deepEqual([record.image.source, record.content_credentials], [source, { state }]);
  }
});

test("the schema refuses a record that is not complete", () => {
  const record = recordOf(aCheck());
  for (const part of SCHEMA.required) assert.ok(!validate({ ...record, [part]: undefined }), part);
  assert.ok(!validate({ ...record, image: { ...record.image, sha256: "ab" } }));
});

test("it says what it is not", () => {
  assert.match(recordOf(aCheck()).statement, /proves neither/);
});

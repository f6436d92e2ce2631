// A video's frames through the background: judged one by one, then as a clip; what is read of other sites; and the times as told.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CheckQueue } from "../../../extension/src/background/check-queue.js";
import { PageVerdicts } from "../../../extension/src/background/page-verdicts.js";
import { VideoChecker } from "../../../extension/src/background/video-checker.js";
import { parseModelManifest } from "../../../extension/src/inference/model-manifest.js";
import { formatTime } from "../../../extension/src/shared/timeline-view.js";
import { explain } from "../../../extension/src/shared/verdict-wording.js";
import { validManifest } from "../inference/valid-manifest.js";
import { MemoryArea } from "./memory-area.js";

const OWNER = { tabId: 7, frameId: 0, document: "d1" };
const SOURCE = { kind: "data", dataUrl: "data:image/png,x" };
const SCORED = { status: "scored", band: "likely_fake", fakeScore: 0.9, imageSize: { width: 9, height: 9 }, model: { name: "m" }, faces: [{ boxXyxy: [0, 0, 9, 9], status: "scored", fakeScore: 0.9, band: "likely_fake", anomalyMap: { size: 1, values: [1] } }] };

function setUp({ result = /** @type {any} */ (SCORED), isAllowed = true } = {}) {
  /** @type {any[]} */
  const asked = [];
  const host = { check: async (/** @type {any} */ request) => (asked.push(request), result), describe: async () => parseModelManifest(validManifest()) };
  const verdicts = new PageVerdicts(/** @type {any} */ (new MemoryArea()), async () => true);
  const screenCopy = { capture: async () => ({ dataUrl: "data:image/png,screen", crop: { x: 0, y: 0, width: 1, height: 1 } }) };
  const parts = { host, queue: new CheckQueue(), permissions: { has: async () => isAllowed }, screenCopy, verdicts };
  return { checker: new VideoChecker(/** @type {any} */ (parts)), asked, verdicts };
}

test("a frame is judged as a picture that was asked for, and comes back without its maps", async () => {
  const { checker, asked, verdicts } = setUp();
  const result = await checker.checkFrame({ key: "video k", time: 1, source: /** @type {any} */ (SOURCE) }, OWNER);
  assert.deepEqual(result.faces, [{ boxXyxy: [0, 0, 9, 9], status: "scored", fakeScore: 0.9, band: "likely_fake" }]);
  assert.deepEqual(asked, [{ source: { ...SOURCE, via: "bytes" }, mode: "check", isFrame: true }]);
  assert.deepEqual(await verdicts.list(7), [], "a frame alone is no verdict on the video");
});

test("where the pixels are refused the screen is copied, and the report can show the copy", async () => {
  const { checker, asked } = setUp();
  const { copy } = await checker.checkFrame({ key: "video k", time: 1, source: null }, OWNER);
  assert.equal(copy?.dataUrl, "data:image/png,screen");
  assert.equal(asked[0].source.via, "screen_copy");
});

test("the clip's verdict is told to the page and counted once", async () => {
  const { checker, verdicts } = setUp();
  const frames = [0, 1].map((time) => ({ time, result: /** @type {any} */ (SCORED) }));
  const result = await checker.judge({ key: "video k", frames, via: "bytes" }, OWNER);
  assert.deepEqual([result.status, result.band, result.media, result.via, result.faces], ["scored", "likely_fake", "video", "bytes", undefined]);
  assert.deepEqual((await verdicts.list(7)).map(({ bands }) => bands?.check), ["likely_fake"]);
});

test("a clip of which no frame could be judged has that failure, and no verdict", async () => {
  const { checker } = setUp();
  const failed = /** @type {any} */ ({ status: "failed", code: "timeout", reason: "slow" });
  const result = await checker.judge({ key: "video k", frames: [{ time: 0, result: failed }, { time: 1, result: failed }], via: "bytes" }, OWNER);
  assert.deepEqual([result.status, result.code, result.band], ["failed", "timeout", undefined]);
});

test("only a video is handed over, and only of a site that was allowed", async () => {
  /** @param {string} bytes */
  const server = (bytes) => `data:text/plain;base64,${btoa(bytes)}`;
  globalThis.FileReader ??= /** @type {any} */ (class {
    async readAsDataURL(/** @type {Blob} */ blob) {
      this.result = `data:;base64,${Buffer.from(await blob.arrayBuffer()).toString("base64")}`;
      this.onload();
    }
  });
  const webm = server("\x1aE\xdf\xa3 and so on");
  assert.match((await setUp().checker.read(webm, OWNER))?.dataUrl ?? "", /^data:/);
  assert.equal(await setUp().checker.read(server("<!doctype html>"), OWNER), null);
  assert.equal(await setUp({ isAllowed: false }).checker.read(webm, OWNER), null);
});

test("times are minutes and seconds, with tenths in a short clip", () => {
  assert.deepEqual([0.125, 9.96, 59.96].map((time) => formatTime(time, 59)), ["0:00.1", "0:10.0", "1:00.0"]);
  assert.deepEqual([3.4, 61, 3605].map((time) => formatTime(time, 3605)), ["0:03", "1:01", "60:05"]);
});

test("every way a video fails is told in words of its own", () => {
  const t = (/** @type {string} */ key, /** @type {any[]} */ ...values) => [key, ...values].join(" ");
  for (const code of ["video_protected", "video_black", "video_paused", "video_unreadable", "too_few_frames"]) assert.equal(explain({ status: "failed", code }, t), `failed_${code}`);
  const clip = { times: [0, 1], framesWithFace: 1, tracks: [] };
  assert.equal(explain({ status: "no_face", clip }, t), "explain_no_face clipFrames 2 1");
});

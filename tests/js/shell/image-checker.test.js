// How one image is read: without cookies first, with them only on request, from the screen where it is refused.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CheckQueue } from "../../../extension/src/background/check-queue.js";
import { ImageChecker } from "../../../extension/src/background/image-checker.js";
import { PageVerdicts } from "../../../extension/src/background/page-verdicts.js";
import { ScreenCopyError } from "../../../extension/src/background/screen-copy.js";
import { MemoryArea } from "./memory-area.js";

const OWNER = { tabId: 7, frameId: 0, document: "d1" };
const CHECK = { key: "k", source: { kind: "url", url: "https://a.org/x.jpg" }, mode: "check", visible: true, screenCopy: true };
const OPERATING_POINTS = { automatic: { noTraces: [0.3], likelyFake: [0.95] }, check: { noTraces: [0.3], likelyFake: [0.8] } };
const SCORED = { status: "scored", band: "likely_fake", fakeScore: 0.93 };

/** A checker whose inference answers what `answer` says, with a log of what was asked. */
function setUp({ answer, isAllowed = true, read = async () => null, capture = async () => ({ dataUrl: "data:image/png,x", crop: { x: 0, y: 0, width: 1, height: 1 } }) }) {
  /** @type {any[]} */
  const asked = [];
  const host = {
    check: async (request) => (asked.push(request), answer(request.source)),
    describe: async () => ({ scoreTable: [{ score: 0.9, realOf100: 1, fakeOf100: 60 }], operatingPoints: OPERATING_POINTS }),
  };
  const verdicts = new PageVerdicts(/** @type {any} */ (new MemoryArea()), async () => true);
  const parts = { host, queue: new CheckQueue(), verdicts, permissions: { has: async () => isAllowed }, pageReader: { read }, screenCopy: { capture } };
  return { checker: new ImageChecker(/** @type {any} */ (parts)), asked, verdicts };
}

test("an image that can be read is read without cookies, and its score gets a meaning", async () => {
  const { checker, asked, verdicts } = setUp({ answer: () => SCORED });
  const result = await checker.check(/** @type {any} */ (CHECK), OWNER);
  assert.deepEqual(result?.meaning, { score: 0.9, realOf100: 1, fakeOf100: 60 });
  assert.deepEqual(asked.map(({ source }) => source.credentials), ["omit"]);
  assert.equal((await verdicts.list(7))[0].bands?.check, "likely_fake");
});

test("cookies go along only for a check that was asked for, and only after a refusal", async () => {
  const answer = ({ credentials }) => (credentials === "include" ? SCORED : { status: "failed", code: "refused", reason: "403" });
  const asked = setUp({ answer });
  assert.equal((await asked.checker.check(/** @type {any} */ (CHECK), OWNER))?.status, "scored");
  assert.deepEqual(asked.asked.map(({ source }) => source.credentials), ["omit", "include"]);
  const automatic = setUp({ answer });
  assert.equal((await automatic.checker.check(/** @type {any} */ ({ ...CHECK, mode: "automatic", screenCopy: false }), OWNER))?.status, "failed");
  assert.deepEqual(automatic.asked.map(({ source }) => source.credentials), ["omit"]);
});

test("from a private window no cookies go along: the page reads its own picture as its visitor, or the screen is copied", async () => {
  const answer = ({ kind }) => (kind === "url" ? { status: "failed", code: "refused", reason: "403" } : SCORED);
  const owner = { ...OWNER, isPrivate: true };
  const own = setUp({ answer, read: async () => ({ dataUrl: "data:image/png;base64,AA" }) });
  assert.equal((await own.checker.check(/** @type {any} */ (CHECK), owner))?.status, "scored");
  assert.deepEqual(own.asked.map(({ source }) => [source.kind, source.credentials, source.isPrivate]), [["url", "omit", true], ["data", undefined, undefined]]);
  const foreign = setUp({ answer });
  assert.equal((await foreign.checker.check(/** @type {any} */ (CHECK), owner))?.copy?.dataUrl, "data:image/png,x");
  assert.deepEqual(foreign.asked.map(({ source }) => source.credentials), ["omit", undefined]);
  const without = setUp({ answer });
  assert.equal((await without.checker.check(/** @type {any} */ ({ ...CHECK, screenCopy: false }), owner))?.code, "refused");
});

test("an automatic result has what its bands are with each sensitivity; one that was asked for is what it always is", async () => {
  const pointsOf = async (/** @type {any} */ answer, /** @type {string} */ mode) => {
    const { checker, asked } = setUp({ answer: () => answer });
    const result = await checker.check(/** @type {any} */ ({ ...CHECK, mode, screenCopy: false }), OWNER);
    assert.deepEqual(asked.map((request) => request.mode), [mode]);
    return result?.operatingPoints;
  };
  assert.equal(await pointsOf(SCORED, "automatic"), OPERATING_POINTS);
  assert.equal(await pointsOf({ ...SCORED, clip: { times: [], framesWithFace: 0, tracks: [] } }, "automatic"), OPERATING_POINTS);
  assert.equal(await pointsOf(SCORED, "check"), undefined);
  assert.equal(await pointsOf({ status: "no_face" }, "automatic"), undefined);
});

test("an image that comes into view while it waits runs before others that did not", async () => {
  const release = /** @type {(() => void)[]} */ ([]);
  const held = () => new Promise((resolve) => release.push(() => resolve(SCORED)));
  const { checker, asked } = setUp({ answer: held });
  const check = (/** @type {string} */ key) => {
    const source = { kind: "url", url: `https://a.org/${key}.jpg` };
    return checker.check(/** @type {any} */ ({ ...CHECK, key, source, mode: "automatic", visible: false, screenCopy: false }), OWNER);
  };
  const all = ["1", "2", "3", "4", "5", "6", "seen", "near"].map(check);
  checker.hurry("seen", OWNER);
  checker.hurry("near", { ...OWNER, document: "another page" });
  checker.hurry("unknown", OWNER);
  while (release.length > 0) {
    release.splice(0).forEach((end) => end());
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(all);
  assert.deepEqual(asked.slice(-2).map(({ source }) => source.url), ["https://a.org/seen.jpg", "https://a.org/near.jpg"]);
});

test("without the permission a check of one image copies the screen", async () => {
  const answer = ({ kind, via }) => (kind === "url" ? { status: "failed", code: "unreachable", reason: "CORS" } : { ...SCORED, via });
  const { checker } = setUp({ answer, isAllowed: false });
  const result = await checker.check(/** @type {any} */ (CHECK), OWNER);
  assert.equal(result?.via, "screen_copy");
  assert.equal(result?.copy?.dataUrl, "data:image/png,x", "the report shows what was judged");
});

test("bytes that a report holds are judged as asked for, and told to no page", async () => {
  const { checker, asked, verdicts } = setUp({ answer: () => SCORED });
  const crop = { x: 0, y: 0, width: 0.5, height: 1 };
  assert.deepEqual(await checker.checkBytes({ dataUrl: "data:image/png,x", crop, face: null, via: "screen_copy" }), SCORED);
  await checker.checkBytes({ dataUrl: "data:image/png,x", crop: null, face: null, via: "bytes" });
  assert.deepEqual(asked, [
    { source: { kind: "data", dataUrl: "data:image/png,x", via: "screen_copy", crop }, mode: "check" },
    { source: { kind: "data", dataUrl: "data:image/png,x", via: "bytes" }, mode: "check" },
  ]);
  assert.deepEqual(await verdicts.list(7), []);
});

test("a marked face is judged for itself, also while the whole picture is", async () => {
  const { checker, asked } = setUp({ answer: () => SCORED });
  const face = { x: 0, y: 0, width: 0.5, height: 1 };
  const image = /** @type {const} */ ({ dataUrl: "data:image/png,x", crop: null, via: "bytes" });
  await Promise.all([null, face, face, { ...face, x: 0.5 }].map((marked) => checker.checkBytes({ ...image, face: marked })));
  assert.deepEqual(asked.map((request) => /** @type {any} */ (request).face), [undefined, face, { ...face, x: 0.5 }]);
});

test("what the page itself may read is read there, and its failure is the answer", async () => {
  const answer = ({ kind, via }) => (kind === "url" ? { status: "failed", code: "unreachable", reason: "CORS" } : { ...SCORED, via });
  const own = setUp({ answer, isAllowed: false, read: async () => ({ dataUrl: "data:image/png;base64,AA" }) });
  assert.equal((await own.checker.check(/** @type {any} */ (CHECK), OWNER))?.via, "bytes");
  const failure = { status: "failed", code: "not_found", reason: "404" };
  const gone = setUp({ answer, isAllowed: false, read: async () => ({ failure }) });
  assert.deepEqual(await gone.checker.check(/** @type {any} */ (CHECK), OWNER), failure);
});

test("where no copy will do, or none can be made, the failure says why", async () => {
  const answer = () => ({ status: "failed", code: "unreachable", reason: "CORS" });
  const without = setUp({ answer, isAllowed: false });
  const refused = await without.checker.check(/** @type {any} */ ({ ...CHECK, screenCopy: false }), OWNER);
  assert.deepEqual([refused?.code, refused?.host], ["no_access", "a.org"]);
  const capture = () => Promise.reject(new ScreenCopyError("not on the screen", "off_screen"));
  const hidden = setUp({ answer, isAllowed: false, capture: /** @type {any} */ (capture) });
  assert.equal((await hidden.checker.check(/** @type {any} */ (CHECK), OWNER))?.code, "off_screen");
  // Nothing but a click in the browser's own menus lets the screen be copied; the picture's host can be allowed instead.
  const closed = setUp({ answer, isAllowed: false, capture: /** @type {any} */ (() => Promise.reject(new ScreenCopyError("no activeTab", "no_access"))) });
  const told = await closed.checker.check(/** @type {any} */ (CHECK), OWNER);
  assert.deepEqual([told?.code, told?.host], ["no_access", "a.org"]);
});

test("an image that is broken in itself is not copied from the screen", async () => {
  const { checker, asked } = setUp({ answer: () => ({ status: "failed", code: "not_an_image", reason: "HTML" }) });
  assert.equal((await checker.check(/** @type {any} */ (CHECK), OWNER))?.code, "not_an_image");
  assert.equal(asked.length, 1);
});

test("a verdict on another picture than the one that shows is none, and is told to nobody", async () => {
  const judged = async (/** @type {any} */ shown, /** @type {any} */ answer) => {
    const { checker, verdicts } = setUp({ answer: () => answer });
    const result = await checker.check(/** @type {any} */ ({ ...CHECK, shown }), OWNER);
    return [result?.code, (await verdicts.list(7))[0].bands?.check];
  };
  const upright = { ...SCORED, imageSize: { width: 1500, height: 2000 } };
  assert.deepEqual(await judged({ width: 600, height: 600 }, upright), ["not_as_shown", undefined]);
  assert.deepEqual(await judged({ width: 2000, height: 1500 }, { status: "no_face", imageSize: { width: 1500, height: 2000 } }), ["not_as_shown", undefined]);
  for (const shown of [{ width: 750, height: 1000 }, { width: 50, height: 67 }, { width: 1500, height: 1980 }, undefined]) {
    assert.deepEqual(await judged(shown, upright), [undefined, "likely_fake"]);
  }
  assert.deepEqual(await judged({ width: 600, height: 600 }, { ...upright, via: "screen_copy" }), [undefined, "likely_fake"], "a part of it may be out of view");
});

test("a page that cannot read what it shows has the screen copied", async () => {
  const { checker, asked } = setUp({ answer: ({ via }) => ({ ...SCORED, via }) });
  const result = await checker.check(/** @type {any} */ ({ ...CHECK, source: null }), OWNER);
  assert.deepEqual([result?.via, result?.copy?.dataUrl, asked.length], ["screen_copy", "data:image/png,x", 1]);
});

test("verdicts are kept by page, survive a new worker, and go with their page", async () => {
  const area = /** @type {any} */ (new MemoryArea());
  const alive = async () => true;
  const before = new PageVerdicts(area, alive, 0);
  const result = /** @type {any} */ ({ ...SCORED, faces: [{}] });
  await Promise.all([before.record(7, "d1", "a", result), before.record(7, "d1", "b", result), before.record(7, "d2", "a", result)]);
  const stored = () => Object.values(area.values["verdicts:7"] ?? {}).flatMap((/** @type {any} */ images) => Object.keys(images));
  while (stored().length < 3) await new Promise((resolve) => setImmediate(resolve));
  const after = new PageVerdicts(area, alive);
  assert.equal((await after.list(7)).length, 3);
  await after.dropDocument(7, "d1");
  assert.equal((await after.list(7)).length, 1);
  await after.dropTab(7);
  assert.deepEqual(area.values, {});
});

test("a page that went away unheard is forgotten when the next one has a verdict", async () => {
  const verdicts = new PageVerdicts(/** @type {any} */ (new MemoryArea()), async (_, document) => document !== "gone");
  for (const document of ["gone", "frame", "new"]) await verdicts.record(7, document, document, /** @type {any} */ (SCORED));
  assert.equal((await verdicts.list(7)).length, 2);
});

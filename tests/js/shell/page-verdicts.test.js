// The verdicts of the open pages: stored in few writes, there for the next worker, and gone with their page.

import assert from "node:assert/strict";
import test, { mock } from "node:test";

import { PageVerdicts } from "../../../extension/src/background/page-verdicts.js";
import { MemoryArea } from "./memory-area.js";

const FAKE = /** @type {any} */ ({ status: "scored", band: "likely_fake", fakeScore: 0.9, faces: [] });
const FAILED = /** @type {any} */ ({ status: "failed", code: "refused" });

/** Verdicts over an area that counts what it is asked, and takes a moment to write. */
function setUp(isAlive = async () => true) {
  const area = new MemoryArea();
  const get = mock.method(area, "get");
  const store = area.set.bind(area);
  // In a browser another process stores it.
  const set = mock.method(area, "set", async (items) => (await new Promise((resolve) => setImmediate(resolve)), store(items)));
  return { area, get, set, isAlive, verdicts: new PageVerdicts(/** @type {any} */ (area), isAlive) };
}

test("a thousand verdicts that come while one is written are one write more, and the tab is read once", async () => {
  const { area, get, set, verdicts } = setUp();
  const heard = mock.fn();
  verdicts.onChange(heard);
  await Promise.all(Array.from({ length: 1000 }, (_, index) => verdicts.record(7, "page", `image ${index}`, FAKE)));
  assert.ok(set.mock.callCount() <= 2, `${set.mock.callCount()} writes`);
  assert.equal(get.mock.callCount(), 1);
  assert.equal(heard.mock.callCount(), 1000);
  assert.equal(Object.keys(area.values["verdicts:7"].page).length, 1000);
  assert.deepEqual(area.values["verdicts:7"].page["image 999"].bands, { automatic: "likely_fake", check: "likely_fake" });
  assert.equal("faces" in area.values["verdicts:7"].page["image 999"], false);
});

test("a verdict is stored once it is recorded, and a worker that starts anew goes on from it", async () => {
  const { area, verdicts } = setUp();
  await verdicts.record(7, "page", "a", FAKE);
  const next = new PageVerdicts(/** @type {any} */ (area), async () => true);
  await next.record(7, "page", "b", FAILED);
  assert.deepEqual(Object.keys(area.values["verdicts:7"].page), ["a", "b"]);
  assert.deepEqual((await next.list(7)).map(({ status }) => status), ["scored", "failed"]);
  assert.deepEqual(await next.list(8), []);
});

test("what a document or a tab had goes with it, also what comes at the same moment", async () => {
  const { area, verdicts } = setUp();
  await Promise.all([verdicts.record(7, "page", "a", FAKE), verdicts.record(7, "frame", "b", FAKE), verdicts.dropDocument(7, "page")]);
  assert.deepEqual(Object.keys(area.values["verdicts:7"]), ["frame"]);
  await Promise.all([verdicts.record(7, "frame", "c", FAKE), verdicts.dropTab(7)]);
  assert.deepEqual(area.values, {});
  assert.deepEqual(await verdicts.list(7), []);
  await verdicts.record(7, "new page", "d", FAKE);
  assert.deepEqual(Object.keys(area.values["verdicts:7"]), ["new page"]);
});

test("a new document drops those that went away while nobody listened", async () => {
  const { area, verdicts } = setUp(/** @type {any} */ (async (_, document) => document !== "gone"));
  await verdicts.record(7, "gone", "a", FAKE);
  await verdicts.record(7, "new page", "b", FAKE);
  assert.deepEqual(Object.keys(area.values["verdicts:7"]), ["new page"]);
});

test("a write that fails is reported, its verdict counts all the same, and the next one works", async (context) => {
  const { area, set, verdicts } = setUp();
  const report = context.mock.method(console, "error", () => undefined);
  const heard = mock.fn();
  verdicts.onChange(heard);
  set.mock.mockImplementationOnce(async () => {
    throw new Error("quota");
  });
  await verdicts.record(7, "page", "a", FAKE);
  assert.match(String(report.mock.calls[0].arguments[1]), /quota/);
  assert.equal(heard.mock.callCount(), 1);
  assert.deepEqual((await verdicts.list(7)).map(({ bands }) => bands?.check), ["likely_fake"]);
  await verdicts.record(7, "page", "b", FAKE);
  assert.deepEqual(Object.keys(area.values["verdicts:7"].page), ["a", "b"]);
});

test("what its page shows no longer does not count, until it is shown again, also for a new worker", async () => {
  const { area, verdicts } = setUp();
  await Promise.all(["a", "b"].map((key) => verdicts.record(7, "page", key, FAKE)));
  await verdicts.record(7, "frame", "a", FAKE);
  const heard = mock.fn();
  verdicts.onChange(heard);
  await verdicts.setShown(7, "page", { gone: ["a", "slow"], back: [], forgotten: [] });
  assert.equal(heard.mock.callCount(), 1);
  assert.equal((await verdicts.list(7)).length, 2, "of another document it still counts");
  const next = new PageVerdicts(/** @type {any} */ (area), async () => true);
  assert.equal((await next.list(7)).length, 2);
  await next.record(7, "page", "slow", FAKE);
  assert.equal((await next.list(7)).length, 2, "a verdict that comes after its picture has gone");
  await next.setShown(7, "page", { gone: [], back: ["a", "slow"], forgotten: [] });
  assert.equal((await next.list(7)).length, 4);
  await next.setShown(7, "page", { gone: ["never judged"], back: [], forgotten: [] });
  await next.setShown(7, "page", { gone: [], back: ["never judged"], forgotten: [] });
  assert.deepEqual(Object.keys(area.values["verdicts:7"].page), ["a", "b", "slow"]);
  await next.setShown(7, "a page without verdicts", { gone: ["a"], back: [], forgotten: [] });
  assert.deepEqual(Object.keys(area.values["verdicts:7"]), ["page", "frame"]);
});

test("of what is gone for good nothing is kept, and if it comes back all the same, it counts once it is judged", async () => {
  const { area, verdicts } = setUp();
  await Promise.all(["a", "b", "c"].map((key) => verdicts.record(7, "page", key, FAKE)));
  await verdicts.setShown(7, "page", { gone: ["a"], back: [], forgotten: ["b"] });
  await verdicts.setShown(7, "page", { gone: [], back: [], forgotten: ["a", "never judged"] });
  assert.deepEqual(Object.keys(area.values["verdicts:7"].page), ["c"]);
  assert.equal((await verdicts.list(7)).length, 1);
  await verdicts.record(7, "page", "a", FAKE);
  assert.equal((await verdicts.list(7)).length, 2);
});

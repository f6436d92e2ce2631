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
  const start = () => new PageVerdicts(/** @type {any} */ (area), isAlive, 0);
  return { area, get, set, start, verdicts: start() };
}

/** @param {() => boolean} condition that comes true once what was recorded is stored */
async function until(condition) {
  const end = Date.now() + 5000;
  while (!condition()) {
    assert.ok(Date.now() < end, `never true: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const documentsOf = (/** @type {MemoryArea} */ area) => Object.keys(area.values["verdicts:7"] ?? {}).join();
const picturesOf = (/** @type {MemoryArea} */ area, page = "page") => Object.keys(area.values["verdicts:7"]?.[page] ?? {}).join();

test("a thousand verdicts that come while one is written are one write more, and the tab is read once", async () => {
  const { area, get, set, verdicts } = setUp();
  const heard = mock.fn();
  verdicts.onChange(heard);
  await Promise.all(Array.from({ length: 1000 }, (_, index) => verdicts.record(7, "page", `image ${index}`, FAKE)));
  assert.equal(get.mock.callCount(), 1);
  assert.equal(heard.mock.callCount(), 1000);
  await until(() => picturesOf(area).split(",").length === 1000);
  assert.ok(set.mock.callCount() <= 2, `${set.mock.callCount()} writes`);
  assert.deepEqual(area.values["verdicts:7"].page["image 999"].bands, { automatic: "likely_fake", check: "likely_fake" });
  assert.equal("faces" in area.values["verdicts:7"].page["image 999"], false);
});

test("a verdict counts at once, while the one before is still written", async () => {
  const { set, verdicts } = setUp();
  set.mock.mockImplementation(() => new Promise(() => undefined));
  await verdicts.record(7, "page", "a", FAKE);
  await verdicts.record(7, "page", "b", FAKE);
  assert.equal((await verdicts.list(7)).length, 2);
  assert.deepEqual(await verdicts.tabs(), [7]);
});

test("verdicts that come one after the other are stored together, after a pause", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const area = new MemoryArea();
  const set = mock.method(area, "set");
  const verdicts = new PageVerdicts(/** @type {any} */ (area), async () => true);
  await verdicts.record(7, "page", "first", FAKE);
  await until(() => picturesOf(area) === "first");
  for (const key of ["a", "b", "c"]) {
    await verdicts.record(7, "page", key, FAKE);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(set.mock.callCount(), 1, "within the pause");
  context.mock.timers.tick(500);
  await until(() => picturesOf(area) === "first,a,b,c");
  assert.equal(set.mock.callCount(), 2);
});

test("a verdict is stored, and a worker that starts anew goes on from it", async () => {
  const { area, start, verdicts } = setUp();
  await verdicts.record(7, "page", "a", FAKE);
  await until(() => picturesOf(area) === "a");
  const next = start();
  await next.record(7, "page", "b", FAILED);
  await until(() => picturesOf(area) === "a,b");
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
  await until(() => documentsOf(area) === "new page");
});

test("a tab that is closed is forgotten at once, within the pause too", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const area = new MemoryArea();
  const verdicts = new PageVerdicts(/** @type {any} */ (area), async () => true);
  await verdicts.record(7, "page", "a", FAKE);
  await until(() => picturesOf(area) === "a");
  await verdicts.record(7, "page", "b", FAKE);
  await verdicts.dropTab(7);
  assert.deepEqual(area.values, {});
  await verdicts.record(8, "page", "a", FAKE);
  await verdicts.record(8, "frame", "b", FAKE);
  await verdicts.dropDocument(8, "page");
  assert.deepEqual(Object.keys(area.values["verdicts:8"]), ["frame"]);
});

test("a new document drops those that went away while nobody listened", async () => {
  const { area, verdicts } = setUp(/** @type {any} */ (async (_, document) => document !== "gone"));
  await verdicts.record(7, "gone", "a", FAKE);
  await verdicts.record(7, "new page", "b", FAKE);
  await until(() => documentsOf(area) === "new page");
});

test("a verdict waits for no page that is frozen, and those are asked together", async () => {
  let answer = (/** @type {boolean} */ isThere) => void isThere;
  const answered = /** @type {Promise<boolean>} */ (new Promise((resolve) => (answer = resolve)));
  const isAlive = mock.fn(() => answered);
  const { area, start, verdicts } = setUp(isAlive);
  await verdicts.record(7, "frozen", "a", FAKE);
  await verdicts.record(7, "frozen too", "b", FAKE);
  await until(() => documentsOf(area) === "frozen,frozen too");
  isAlive.mock.resetCalls();
  const next = start();
  await next.record(7, "new page", "c", FAKE);
  assert.deepEqual(isAlive.mock.calls.map(({ arguments: [, document] }) => document), ["frozen", "frozen too"]);
  const heard = mock.fn();
  next.onChange(heard);
  answer(false);
  await until(() => documentsOf(area) === "new page");
  assert.equal(heard.mock.callCount(), 1);
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
  await until(() => report.mock.callCount() > 0);
  assert.match(String(report.mock.calls[0].arguments[1]), /quota/);
  assert.equal(heard.mock.callCount(), 1);
  assert.deepEqual((await verdicts.list(7)).map(({ bands }) => bands?.check), ["likely_fake"]);
  await verdicts.record(7, "page", "b", FAKE);
  await until(() => picturesOf(area) === "a,b");
});

test("what its page shows no longer does not count, until it is shown again, also for a new worker", async () => {
  const { area, start, verdicts } = setUp();
  await Promise.all(["a", "b"].map((key) => verdicts.record(7, "page", key, FAKE)));
  await verdicts.record(7, "frame", "a", FAKE);
  const heard = mock.fn();
  verdicts.onChange(heard);
  await verdicts.setShown(7, "page", { gone: ["a", "slow"], back: [], forgotten: [] });
  assert.equal(heard.mock.callCount(), 1);
  assert.equal((await verdicts.list(7)).length, 2, "of another document it still counts");
  await until(() => area.values["verdicts:7"]?.page?.a?.isGone === true);
  const next = start();
  assert.equal((await next.list(7)).length, 2);
  await next.record(7, "page", "slow", FAKE);
  assert.equal((await next.list(7)).length, 2, "a verdict that comes after its picture has gone");
  await next.setShown(7, "page", { gone: [], back: ["a", "slow"], forgotten: [] });
  assert.equal((await next.list(7)).length, 4);
  await next.setShown(7, "page", { gone: ["never judged"], back: [], forgotten: [] });
  await next.setShown(7, "page", { gone: [], back: ["never judged"], forgotten: [] });
  await next.setShown(7, "a page without verdicts", { gone: ["a"], back: [], forgotten: [] });
  await until(() => picturesOf(area) === "a,b,slow" && documentsOf(area) === "page,frame");
});

test("of what is gone for good nothing is kept, and if it comes back all the same, it counts once it is judged", async () => {
  const { area, verdicts } = setUp();
  await Promise.all(["a", "b", "c"].map((key) => verdicts.record(7, "page", key, FAKE)));
  await verdicts.setShown(7, "page", { gone: ["a"], back: [], forgotten: ["b"] });
  await verdicts.setShown(7, "page", { gone: [], back: [], forgotten: ["a", "never judged"] });
  await until(() => picturesOf(area) === "c");
  assert.equal((await verdicts.list(7)).length, 1);
  await verdicts.record(7, "page", "a", FAKE);
  assert.equal((await verdicts.list(7)).length, 2);
});

test("all is forgotten at once, also of tabs that only a worker before knew, and the toolbar is told", async () => {
  const { area, start, verdicts } = setUp();
  await verdicts.record(7, "page", "a", FAKE);
  await until(() => picturesOf(area) === "a");
  area.values["report:1"] = { tabId: 7 };
  const next = start();
  const heard = mock.fn();
  next.onChange(heard);
  await next.record(8, "page", "b", FAKE);
  await until(() => area.values["verdicts:8"] !== undefined);
  heard.mock.resetCalls();
  await next.dropAll();
  assert.deepEqual(heard.mock.calls.map(({ arguments: [tabId] }) => tabId).sort(), [7, 8]);
  assert.deepEqual([await next.list(7), await next.list(8)], [[], []]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(area.values, { "report:1": { tabId: 7 } });
});

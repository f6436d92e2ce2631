// Small parts of the content script: copies asked for once, a badge put back within bounds, work done in turns.

import assert from "node:assert/strict";
import { test } from "node:test";

import { askBackground } from "../../../extension/src/content/background-client.js";
import { takeTurns } from "../../../extension/src/content/idle-slices.js";
import { MountGuard } from "../../../extension/src/content/mount-guard.js";
import { SharedResults } from "../../../extension/src/content/shared-results.js";
import { ShownKeys } from "../../../extension/src/content/shown-keys.js";

const CALM = { isUrgent: false, mayBeOld: true };

/** Results of which each question must be answered by hand; wishes: what each has been told so far. */
function setUp() {
  /** @type {((result: string) => void)[]} */
  const answers = [];
  const wishes = /** @type {{isUrgent: boolean}[]} */ ([]);
  const hurried = /** @type {string[]} */ ([]);
  const shared = new SharedResults((result) => result !== "failed");
  const ask = (/** @type {{isUrgent: boolean}} */ wish) => (wishes.push(wish), new Promise((resolve) => answers.push(resolve)));
  const get = (key, wish = CALM) => shared.get(key, wish, /** @type {any} */ (ask), () => hurried.push(key));
  return { answers, wishes, hurried, get, shared };
}

test("the same picture many times is asked for once, also later", async () => {
  const { answers, get } = setUp();
  const copies = Array.from({ length: 500 }, () => get("a"));
  assert.equal(answers.length, 1);
  answers[0]("scored");
  assert.deepEqual(new Set(await Promise.all(copies)), new Set(["scored"]));
  assert.equal(await get("a"), "scored");
  assert.equal(answers.length, 1);
});

test("another picture, a check that was asked for, and a failure are asked for", async () => {
  const { answers, get } = setUp();
  const first = get("a");
  void get("b");
  assert.equal(answers.length, 2);
  answers[0]("failed");
  await first;
  const second = get("a");
  assert.equal(answers.length, 3, "a failure is not remembered");
  answers[2]("scored");
  await second;
  void get("a", { isUrgent: true, mayBeOld: false });
  assert.equal(answers.length, 4, "an old result will not do");
});

test("what comes into view is hurried once and not asked for again: its answer may be on its way", async () => {
  const { answers, wishes, hurried, get } = setUp();
  const seen = { isUrgent: true, mayBeOld: true };
  const all = [get("a"), get("a", seen), get("a", seen), get("b", seen), get("b", seen)];
  assert.equal(answers.length, 2);
  assert.deepEqual(hurried, ["a"], "the other was asked for in a hurry");
  assert.deepEqual(wishes.map(({ isUrgent }) => isUrgent), [true, true], "also told to what still reads the picture that it asks for");
  for (const answer of answers) answer("scored");
  assert.deepEqual(await Promise.all(all), Array(5).fill("scored"));
});

test("what was forgotten is not remembered from an answer that comes late", async () => {
  const { answers, get, shared } = setUp();
  const before = get("a");
  shared.clear();
  answers[0]("scored");
  await before;
  void get("a");
  assert.equal(answers.length, 2);
});

test("a message to a background that was stopped is sent again as things are by then", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const sent = /** @type {boolean[]} */ ([]);
  const sendMessage = async ({ visible }) => {
    sent.push(visible);
    if (sent.length === 1) throw new Error("A listener indicated an asynchronous response, but the message channel closed.");
    return { ok: true, value: "scored" };
  };
  const known = /** @type {any} */ (globalThis).chrome;
  Object.assign(globalThis, { chrome: { runtime: { id: "ours", sendMessage } } });
  const fields = { key: "k", source: null, mode: "automatic", screenCopy: true, get visible() { return sent.length > 0; } };
  const answer = askBackground("image.check", fields);
  while (sent.length < 2) {
    await new Promise((resolve) => setImmediate(resolve));
    context.mock.timers.tick(500);
  }
  assert.equal(await answer, "scored");
  assert.deepEqual(sent, [false, true]);
  Object.assign(globalThis, { chrome: known });
});

test("an element that a page removes comes back, ever more seldom, and at once where it was calm for long", () => {
  const guard = new MountGuard();
  const mountedAt = [];
  for (let now = 0; now < 600_000; now += 500) {
    if (guard.mayMount(now)) mountedAt.push(now);
  }
  assert.deepEqual(mountedAt.slice(0, 4), [0, 500, 1500, 3500]);
  assert.ok(mountedAt.length < 20, `${mountedAt.length} times in ten minutes against a page that removes it at once`);
  assert.ok(guard.mayMount(mountedAt.at(-1) + 60_000 + 10_001), "after a calm time");
  assert.ok(guard.mayMount(mountedAt.at(-1) + 60_000 + 10_501), "and then soon again");
  guard.reset();
  assert.ok(guard.mayMount(0), "what the extension itself took away comes back at once");
});

test("many checks are done in their order, a few at a time", async () => {
  let running = 0;
  let most = 0;
  /** @type {number[]} */
  const started = [];
  const items = Array.from({ length: 30 }, (_, index) => index);
  await takeTurns(items, 4, async (item) => {
    started.push(item);
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  });
  assert.deepEqual(started, items);
  assert.equal(most, 4);
});

/** Keys shown on a page that remembers some verdicts, and what is told of them. */
function setUpKeys() {
  /** @type {any[]} */
  const told = [];
  const remembered = new Set(["a", "b", "c", "d"]);
  const ask = async (/** @type {string} */ type, /** @type {any} */ fields) => {
    told.push([type, fields]);
    throw new Error("Nobody listens.");
  };
  const keys = new ShownKeys({ ask, isRemembered: (key) => remembered.has(key) });
  const show = (/** @type {string[]} */ ...names) => {
    keys.tell(/** @type {any} */ (names.map((key) => ({ key }))));
    return told.splice(0);
  };
  return { keys, remembered, show };
}

/** @param {{gone?: string[], back?: string[], forgotten?: string[]}} fields */
const shows = ({ gone = [], back = [], forgotten = [] }) => [["page.shows", { gone, back, forgotten }]];

test("what left the page and what came back is told once, and a picture is there for as long as one of its copies is", () => {
  const { show } = setUpKeys();
  assert.deepEqual(show("a", "b", "b"), []);
  assert.deepEqual(show("a", "b", "c"), []);
  assert.deepEqual(show("b", "c"), shows({ gone: ["a"] }));
  assert.deepEqual(show("b", "c"), []);
  assert.deepEqual(show("a", "c"), shows({ gone: ["b"], back: ["a"] }));
  assert.deepEqual(show("a", "c", "d"), []);
  assert.deepEqual(show(), shows({ gone: ["a", "c", "d"] }));
});

test("what has left is forgotten once its verdict is, and if it comes back all the same, it is new", () => {
  const { remembered, show } = setUpKeys();
  show("a", "never judged");
  assert.deepEqual(show("b"), shows({ gone: ["a"], forgotten: ["never judged"] }));
  remembered.delete("a");
  remembered.delete("b");
  assert.deepEqual(show("b"), shows({ forgotten: ["a"] }), "not what is still there");
  assert.deepEqual(show("b"), []);
  assert.deepEqual(show("a", "b", "never judged"), []);
});

test("what has left while it was being checked is not forgotten before its verdict has come", async () => {
  const { keys, remembered, show } = setUpKeys();
  /** @type {(() => void)[]} */
  const ends = [];
  const check = (/** @type {string} */ key) => keys.during(key, new Promise((resolve) => ends.push(() => resolve(key))));
  const checks = ["kept", "failed", "failed"].map(check);
  show("kept", "failed");
  assert.deepEqual(show(), shows({ gone: ["kept", "failed"] }));
  ends[0]();
  ends[1]();
  remembered.add("kept");
  assert.deepEqual(await Promise.all(checks.slice(0, 2)), ["kept", "failed"]);
  assert.deepEqual(show(), [], "one of two checks has not ended");
  ends[2]();
  await checks[2];
  assert.deepEqual(show("kept"), shows({ back: ["kept"], forgotten: ["failed"] }));
});

// A page that rests costs nothing: looks at what moved grow rare, sleep in a tab behind others, and automatic checks wait there.

import assert from "node:assert/strict";
import test, { afterEach, beforeEach, mock } from "node:test";

import { AutomaticPause } from "../../../extension/src/content/automatic-pause.js";
import { MotionWatch } from "../../../extension/src/content/motion-watch.js";

const MINUTE = 60_000;
/** @type {any} */
const browser = globalThis;

// Node has none of its own before version 21.
const navigatorBefore = Object.getOwnPropertyDescriptor(globalThis, "navigator") ?? { value: undefined, configurable: true };
const performanceObserver = browser.PerformanceObserver;

/** A layout shift, as Chromium tells of one. */
let tellShift = () => {};

class FakePerformanceObserver {
  static supportedEntryTypes = ["layout-shift"];
  observe = ({ type }) => assert.equal(type, "layout-shift");
  disconnect = () => (tellShift = () => {});

  constructor(callback) {
    tellShift = callback;
  }
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  browser.document = Object.assign(new EventTarget(), { hidden: false });
  browser.PerformanceObserver = FakePerformanceObserver;
  setBattery(undefined);
});

afterEach(() => {
  mock.timers.reset();
  delete browser.document;
  browser.PerformanceObserver = performanceObserver;
  Object.defineProperty(globalThis, "navigator", navigatorBefore);
});

/** @param {(() => Promise<any>) | undefined} getBattery of the browser */
function setBattery(getBattery) {
  Object.defineProperty(globalThis, "navigator", { value: { getBattery }, configurable: true });
}

/** @param {boolean} isHidden */
function setHidden(isHidden) {
  browser.document.hidden = isHidden;
  browser.document.dispatchEvent(new Event("visibilitychange"));
}

/** Moves time in small steps: a timer that is set by another counts too. */
function pass(ms) {
  for (let gone = 0; gone < ms; gone += 100) mock.timers.tick(100);
}

/** A watch that has been started, and its looks. */
function watched() {
  const look = mock.fn((_waitMs) => false);
  const watch = new MotionWatch(look);
  watch.start();
  const looksIn = (/** @type {number} */ ms) => {
    const before = look.mock.callCount();
    pass(ms);
    return look.mock.callCount() - before;
  };
  return { watch, look, looksIn };
}

test("nothing moves: looks grow rarer, to one in eight seconds", () => {
  const { looksIn, watch } = watched();
  assert.equal(looksIn(MINUTE), 10);
  assert.ok(looksIn(10 * MINUTE) <= 75);
  watch.stop();
  assert.equal(looksIn(10 * MINUTE), 0);
});

test("what moves is followed twice a second, for as long as it does", () => {
  const { look, looksIn } = watched();
  look.mock.mockImplementation(() => true);
  assert.equal(looksIn(10_000), 20);
  look.mock.mockImplementation(() => false);
  looksIn(MINUTE);
  assert.ok(looksIn(MINUTE) <= 8);
});

test("the browser tells that something moves: it is looked at soon, however long the page has rested", () => {
  const { looksIn, watch } = watched();
  for (const tell of [() => browser.document.dispatchEvent(new Event("transitionrun")), () => tellShift(), watch.soon]) {
    looksIn(MINUTE);
    tell();
    tell();
    assert.equal(looksIn(500), 1);
  }
});

test("a tab behind others is not looked at, and is at once when it comes to the front", () => {
  const { looksIn, watch } = watched();
  setHidden(true);
  tellShift();
  watch.soon();
  assert.equal(looksIn(10 * MINUTE), 0);
  setHidden(false);
  assert.equal(looksIn(500), 1);
});

test("a look that finds nothing to look at any more is the last", () => {
  const { look, looksIn, watch } = watched();
  look.mock.mockImplementation(() => (watch.stop(), false));
  assert.equal(looksIn(10 * MINUTE), 1);
});

test("automatic checks wait while the page is hidden, without a battery too", () => {
  const [onEnd, onStart] = [mock.fn(), mock.fn()];
  const pause = new AutomaticPause(onEnd, onStart);
  assert.equal(pause.isPaused, false);
  setHidden(true);
  assert.equal(pause.isPaused, true);
  setHidden(false);
  assert.equal(pause.isPaused, false);
  assert.deepEqual([onStart.mock.callCount(), onEnd.mock.callCount()], [1, 1]);
  pause.stop();
  setHidden(true);
  setHidden(false);
  assert.deepEqual([onStart.mock.callCount(), onEnd.mock.callCount()], [1, 1]);
});

test("automatic checks wait while the battery is low and not charged", async () => {
  const battery = Object.assign(new EventTarget(), { charging: false, level: 0.2 });
  setBattery(async () => battery);
  const [onEnd, onStart] = [mock.fn(), mock.fn()];
  const pause = new AutomaticPause(onEnd, onStart);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(pause.isPaused, false, "20 % is not low");
  const set = (change, name) => {
    Object.assign(battery, change);
    battery.dispatchEvent(new Event(name));
  };
  set({ level: 0.19 }, "levelchange");
  assert.equal(pause.isPaused, true);
  setHidden(true);
  set({ charging: true }, "chargingchange");
  assert.equal(pause.isPaused, true, "hidden all the same");
  assert.deepEqual([onStart.mock.callCount(), onEnd.mock.callCount()], [1, 0], "one pause, for two reasons");
  setHidden(false);
  assert.equal(pause.isPaused, false);
  assert.equal(onEnd.mock.callCount(), 1);
});

test("a frame that may not ask for the battery goes on as if there were none", async () => {
  setBattery(async () => {
    throw new DOMException("not here", "NotAllowedError");
  });
  const pause = new AutomaticPause(...[mock.fn(), mock.fn()]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(pause.isPaused, false);
});

// A page checker on a page of images, with a background whose queue is the real one.

import { afterEach, beforeEach, mock } from "node:test";

import { CheckQueue, PRIORITY } from "../../../extension/src/background/check-queue.js";
import { toFailure } from "../../../extension/src/background/image-checker.js";
import { PageChecker } from "../../../extension/src/content/page-checker.js";

/** @type {any} */
const browser = globalThis;
const VIEW_HEIGHT = 800;
/** An automatic result: inconclusive with the one sensitivity, likely fake with the other. */
const AUTOMATIC = {
  status: "scored",
  fakeScore: 0.9,
  faces: [{ fakeScore: 0.9 }],
  operatingPoints: { automatic: { noTraces: [0.3], likelyFake: [0.95] }, check: { noTraces: [0.3], likelyFake: [0.8] } },
};
// What runs and waits in the queue at most.
const MAX_QUEUED = 306;
/** What a look at the clock takes, as long as what a scan does between two of them. */
const LOOK_MS = 0.02;

/**
 * The page's clock: it goes with the timers and with the looks at it. A scan rests for ten times as long as it has worked:
 * by this machine's clock a busy one would rest for longer than `until` waits.
 */
let clockMs = 0;

class FakeElement {
  isConnected = true;
  shadowRoot = null;
  localName = "div";
}

/** An image that has loaded. */
class FakeImage extends FakeElement {
  localName = "img";
  complete = true;
  naturalWidth = 200;
  naturalHeight = 200;

  constructor(url, top) {
    super();
    Object.assign(this, { src: url, currentSrc: url, top });
  }

  getBoundingClientRect() {
    return { x: 0, y: this.top, top: this.top, bottom: this.top + 200, width: 200, height: 200 };
  }
}

const GLOBALS = {
  Element: FakeElement,
  ShadowRoot: class {},
  HTMLVideoElement: class {},
  HTMLStyleElement: class {},
  HTMLLinkElement: class {},
  NodeFilter: { SHOW_ELEMENT: 1 },
  innerHeight: VIEW_HEIGHT,
  getComputedStyle: () => ({ backgroundImage: "none", imageOrientation: "from-image" }),
};

/** The document, its images, and what a browser tells of them. */
export class FakePage {
  /** @type {FakeImage[]} */
  images = [];
  /** Idle time comes when there is some: see `isBusy`. */
  isBusy = false;
  #observers = /** @type {Set<(records: any[]) => void>} */ (new Set());

  constructor() {
    const page = this;
    class FakeObserver {
      #callback;
      constructor(callback) {
        this.#callback = callback;
      }
      observe = () => page.#observers.add(this.#callback);
      disconnect = () => page.#observers.delete(this.#callback);
    }
    const document = Object.assign(new EventTarget(), {
      hidden: false,
      isConnected: true,
      createTreeWalker: (top) => walkerOver(top === document ? page.images : []),
    });
    const requestIdleCallback = (callback) => setImmediate(() => (page.isBusy ? requestIdleCallback(callback) : callback()));
    Object.assign(browser, GLOBALS, { document, MutationObserver: FakeObserver, requestIdleCallback });
    mock.timers.enable({ apis: ["setTimeout"] });
    clockMs = 0;
    mock.method(performance, "now", () => (clockMs += LOOK_MS));
  }

  /** @param {string} url @param {number} [top] where it lies, from the top of the view */
  add(url, top = 0) {
    const image = new FakeImage(url, top);
    this.images.push(image);
    this.#tell({ type: "childList", target: new FakeElement(), addedNodes: [image], removedNodes: [] });
    return image;
  }

  /** @param {FakeImage} image @param {string} url that it shows from now on */
  change(image, url) {
    Object.assign(image, { src: url, currentSrc: url });
    this.#tell({ type: "attributes", target: image, addedNodes: [], removedNodes: [] });
  }

  /** @param {FakeImage} image */
  remove(image) {
    image.isConnected = false;
    this.images.splice(this.images.indexOf(image), 1);
    this.#tell({ type: "childList", target: new FakeElement(), addedNodes: [], removedNodes: [image] });
  }

  /** @param {boolean} isHidden */
  setHidden(isHidden) {
    browser.document.hidden = isHidden;
    browser.document.dispatchEvent(new Event("visibilitychange"));
  }

  close() {
    // What still waits for idle time ends; else it would keep the process for ever.
    this.isBusy = false;
    mock.timers.reset();
    mock.restoreAll();
    for (const name of [...Object.keys(GLOBALS), "document", "MutationObserver", "requestIdleCallback"]) delete browser[name];
  }

  #tell(record) {
    for (const callback of this.#observers) callback([record]);
  }
}

/** Checks images through the real queue, each when it is let; remembers which verdicts it has told the toolbar. */
export class FakeBackground {
  /** Addresses whose sites have not been allowed. */
  refused = new Set();
  recorded = new Map();
  /** What it was told has left the page, and may come back. */
  gone = new Set();
  /** Requests, in their order. @type {any[]} */
  asked = [];
  #queue = new CheckQueue();
  #isHeld = false;
  #release = /** @type {(() => void)[]} */ ([]);

  ask = async (type, { key, mode, visible, gone, back, forgotten } = /** @type {any} */ ({})) => {
    if (type === "page.pauses") return this.#queue.pause("page");
    if (type === "page.shows") {
      for (const name of gone) this.gone.add(name);
      for (const name of [...back, ...forgotten]) this.gone.delete(name);
      return undefined;
    }
    if (type === "image.hurry") return this.#queue.raise(`automatic ${key}`, PRIORITY.visible);
    this.asked.push({ key, mode, visible });
    const priority = mode === "check" ? PRIORITY.asked : visible ? PRIORITY.visible : PRIORITY.near;
    const result = await this.#queue.add({ key: `${mode} ${key}`, owner: "page", priority, run: () => this.#check(key, mode) }).catch(toFailure);
    if (result) this.recorded.set(key, result);
    return result;
  };

  /** Checks begin, and do not end. */
  hold() {
    this.#isHeld = true;
  }

  /** @param {number} [count] of checks that end, in the order in which they began; without, all do, also those to come */
  release(count = Infinity) {
    this.#isHeld = count !== Infinity;
    for (const release of this.#release.splice(0, count)) release();
  }

  /** Others have filled the queue with what they were asked for. */
  fill() {
    for (let index = 0; index < MAX_QUEUED; index += 1) {
      const run = () => new Promise(() => undefined);
      this.#queue.add({ key: `other ${index}`, owner: "other", priority: PRIORITY.asked, run }).catch(() => undefined);
    }
  }

  /** The others are gone. */
  empty() {
    this.#queue.cancel((owner) => owner === "other");
  }

  /** The document says that it goes away. */
  drop() {
    this.#queue.cancel((owner) => owner === "page");
    this.recorded.clear();
  }

  async #check(key, mode) {
    if (this.#isHeld) await new Promise((resolve) => this.#release.push(() => resolve(undefined)));
    return this.refused.has(key) ? { status: "failed", code: "no_access" } : mode === "automatic" ? AUTOMATIC : { status: "scored", band: "by check" };
  }
}

/** Reports, some time after it was asked, what is near and in view. */
class FakeWatch {
  #listener;
  #watched = new Set();

  constructor(listener) {
    this.#listener = listener;
  }

  watch(image) {
    this.#watched.add(image);
    this.lookAgain(image);
  }

  lookAgain(image) {
    setImmediate(async () => {
      const rect = image.getBoundingClientRect();
      if (this.#watched.has(image) && rect.bottom > 0 && rect.top < VIEW_HEIGHT + 400) this.#listener.onView(image, rect, false);
      // Two observers tell of it: what the first one's listener has begun goes on before the second one's is called.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#watched.has(image) && rect.bottom > 0 && rect.top < VIEW_HEIGHT) this.#listener.onView(image, rect, true);
    });
  }

  unwatch(image) {
    this.#watched.delete(image);
  }

  stop() {
    this.#watched.clear();
  }
}

/**
 * A page and its background, made anew for each test of a file, and the checker that the test starts on them.
 *
 * @returns {{page: FakePage, background: FakeBackground, on: ReturnType<typeof checkerOn>, start: () => void}}
 */
export function freshForEachTest() {
  const scene = /** @type {ReturnType<typeof freshForEachTest>} */ ({ start: () => (scene.on = checkerOn(scene.page, scene.background)) });
  beforeEach(() => Object.assign(scene, { page: new FakePage(), background: new FakeBackground() }));
  afterEach(() => {
    scene.on.checker.stop();
    scene.page.close();
  });
  return scene;
}

/** @param {FakePage} page @param {FakeBackground} background */
export function checkerOn(page, background) {
  /** What has a badge, by what it is of. */
  const badges = new Set();
  const overlay = {
    show: (tracked) => badges.add(tracked),
    remove: (tracked) => badges.delete(tracked),
    ...Object.fromEntries(["announce", "open", "setInView", "schedule", "destroy"].map((name) => [name, () => undefined])),
  };
  const pause = { isPaused: false, stop: () => undefined };
  let [endPause, startPause] = [() => {}, () => {}];
  /** @type {FakeWatch} */
  let watch;
  const checker = new PageChecker({
    createOverlay: () => /** @type {any} */ (overlay),
    createWatch: (listener) => /** @type {any} */ (watch = new FakeWatch(listener)),
    createPause: (onEnd, onStart) => (([endPause, startPause] = [onEnd, onStart]), /** @type {any} */ (pause)),
    ask: background.ask,
  });
  const setPaused = (isPaused) => {
    pause.isPaused = isPaused;
    if (isPaused) startPause();
    else endPause();
  };
  const configure = (sensitivity = "automatic") => {
    checker.configure(true, { badges: "all", sensitivity: /** @type {any} */ (sensitivity), report: "tab" });
  };
  configure();
  return { checker, badges, configure, setPaused, report: (image) => watch.lookAgain(image) };
}

/** @param {() => boolean} isMet @param {string} what is waited for */
export async function until(isMet, what) {
  for (let turns = 0; turns < 20_000; turns += 1) {
    if (isMet()) return;
    clockMs += 1;
    mock.timers.tick(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`It did not come to pass that ${what}.`);
}

/** Everything that waits for nothing else has happened. */
export async function settle() {
  for (let turns = 0; turns < 50; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

function walkerOver(elements) {
  let index = -1;
  return {
    nextNode: () => (index += 1) < elements.length,
    get currentNode() {
      return elements[index];
    },
  };
}

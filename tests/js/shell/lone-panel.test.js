// The panel without a badge: of several checks the last one asked for is told, and none once its panel is closed.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { LonePanel } from "../../../extension/src/content/lone-panel.js";
import { Panel } from "../../../extension/src/content/panel.js";
import "./no-styles.js";

const { PageChecker } = await import("../../../extension/src/content/page-checker.js");

const SCORED = /** @type {any} */ ({ status: "scored", band: "no_traces", fakeScore: 0.1 });
const FAILED = /** @type {any} */ ({ status: "failed", code: "timeout" });

/** An element that keeps what it is given. */
class FakeElement {
  dataset = {};
  hidden = false;
  /** @type {any[]} */
  children = [];
  #attributes = /** @type {Record<string, string>} */ ({});
  setAttribute = (/** @type {string} */ name, /** @type {string} */ value) => (this.#attributes[name] = value);
  append = (/** @type {any[]} */ ...children) => this.children.push(...children);
  replaceChildren = (/** @type {any[]} */ ...children) => (this.children = children);
  contains = () => false;
  getRootNode = () => ({ activeElement: null });
  addEventListener = () => undefined;
  showPopover = () => undefined;

  /** @param {string} name of a class @returns {FakeElement | undefined} */
  find(name) {
    if (this.#attributes.class === name) return this;
    return this.children.flatMap((child) => (child instanceof FakeElement ? (child.find(name) ?? []) : []))[0];
  }
}

before(() => {
  const createElement = () => new FakeElement();
  Object.assign(globalThis, { document: { createElement, createElementNS: createElement } });
});

/** A lone panel on an overlay that notes what it is told, and checks that are answered by hand. */
function setUp() {
  /** @type {any[]} */
  const told = [];
  const overlay = {
    opened: /** @type {any} */ (null),
    open: (/** @type {any} */ tracked) => {
      overlay.opened = tracked;
      told.push(["open", tracked.url, tracked.isChecking ? "checking" : tracked.result]);
    },
    close: () => {
      overlay.opened = null;
      told.push(["close"]);
    },
    announce: (/** @type {any} */ { url }) => told.push(["announce", url]),
  };
  /** @type {((result: any) => void)[]} */
  const answers = [];
  const resultOf = () => new Promise((/** @type {(result: any) => void} */ resolve) => answers.push(resolve));
  return { lone: new LonePanel(/** @type {any} */ (overlay)), overlay, told, answers, resultOf };
}

test("the result takes the place of the check, also of one that was asked for again", async () => {
  const { lone, told, answers, resultOf } = setUp();
  const first = lone.show("a", resultOf);
  answers[0](FAILED);
  await first;
  assert.deepEqual(told.splice(0), [["open", "a", "checking"], ["open", "a", FAILED], ["announce", "a"]]);
  const second = lone.again(/** @type {any} */ (lone.shown));
  answers[1](SCORED);
  await second;
  assert.deepEqual(told, [["open", "a", "checking"], ["open", "a", SCORED], ["announce", "a"]]);
});

test("an answer that comes late does not push away that of a later question", async () => {
  const { lone, overlay, told, answers, resultOf } = setUp();
  const [first, second] = [lone.show("a", resultOf), lone.show("b", resultOf)];
  answers[1](SCORED);
  await second;
  told.length = 0;
  answers[0](FAILED);
  await first;
  assert.deepEqual([told, overlay.opened.url, lone.shown?.url], [[], "b", "b"]);
});

test("a panel that was closed while it was checked stays closed", async () => {
  const { lone, overlay, told, answers, resultOf } = setUp();
  const shown = lone.show("a", resultOf);
  overlay.close();
  told.length = 0;
  answers[0](SCORED);
  await shown;
  assert.deepEqual(told, []);
});

test("a check that was dropped leaves no panel that waits for it", async () => {
  const { lone, overlay, answers, resultOf } = setUp();
  const shown = lone.show("a", resultOf);
  answers[0](null);
  await shown;
  assert.equal(overlay.opened, null);
});

test("its button checks once more what lies elsewhere, and gives it no badge", async () => {
  const { overlay, told } = setUp();
  /** @type {any[]} */
  const asked = [];
  /** @type {any} */
  let actions;
  const checker = new PageChecker(/** @type {any} */ ({
    createOverlay: (/** @type {any} */ given) => ((actions = given), Object.assign(overlay, { show: () => assert.fail("a badge"), remove: () => assert.fail("a badge") })),
    createWatch: () => ({}),
    createPause: () => ({}),
    ask: async (/** @type {string} */ type, /** @type {any} */ { source }) => (asked.push([type, source.url]), FAILED),
  }));
  await checker.checkElsewhere("https://a.org/x.jpg");
  told.length = 0;
  actions.onAgain(checker.shownAlone);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(asked, Array(2).fill(["image.check", "https://a.org/x.jpg"]));
  assert.deepEqual(told, [["open", "https://a.org/x.jpg", "checking"], ["open", "https://a.org/x.jpg", FAILED], ["announce", "https://a.org/x.jpg"]]);
});

test("where there is nothing to check, there is nothing to check again", () => {
  const panel = new Panel((key) => key, /** @type {any} */ ({}));
  const isOffered = (/** @type {string} */ code) => {
    panel.open({ status: "failed", code });
    return !(/** @type {any} */ (panel.element).find("again").hidden);
  };
  assert.equal(isOffered("nothing_here"), false);
  assert.equal(isOffered("timeout"), true);
});

// The badges of a page: each verdict moves its own badge only, and whatever comes between, each ends where its picture is.

import assert from "node:assert/strict";
import test, { afterEach, beforeEach, mock } from "node:test";

import { BadgeLayer } from "../../../extension/src/content/badge-layer.js";

const VIEW = { x: 0, y: 0, width: 1000, height: 800 };
const ORIGIN = { x: 0, y: 0 };
const RESULT = { status: "scored", band: "no_traces", fakeScore: 0.1 };

/** What a badge is made of, and the picture under it: as much of an element as the layer touches. */
class FakeElement {
  isConnected = true;
  localName = "img";
  parentNode = null;
  dataset = {};
  style = {};
  children = [];
  hidden = false;
  classList = { names: new Set(), toggle: (name, isOn) => this.classList.names[isOn ? "add" : "delete"](name) };
  addEventListener() {}
  setAttribute() {}
  contains() {
    return true;
  }
  append(...children) {
    for (const child of children) if (child instanceof FakeElement) [child.parentNode, this.children] = [this, [...this.children, child]];
  }
  replaceChildren() {}
  remove() {
    if (this.parentNode) this.parentNode.children = this.parentNode.children.filter((child) => child !== this);
    this.parentNode = null;
  }
  getBoundingClientRect() {
    return { x: 0, y: this.top, width: 200, height: 200 };
  }
}

const style = { getPropertyValue: () => "0px", objectFit: "fill", objectPosition: "50% 50%" };
const hitTest = mock.fn(() => new FakeElement());
const create = () => new FakeElement();
const GLOBALS = {
  document: { createElement: create, createElementNS: create, elementFromPoint: hitTest },
  getComputedStyle: () => style,
  SVGElement: class {},
  SVGImageElement: class {},
  HTMLImageElement: class {},
  ShadowRoot: class {},
};

beforeEach(() => Object.assign(globalThis, GLOBALS));
afterEach(() => {
  mock.restoreAll();
  for (const name of Object.keys(GLOBALS)) delete (/** @type {any} */ (globalThis)[name]);
});

/** @param {number} count of pictures, each with a badge that says that it is being checked */
function layerOf(count) {
  const layer = new BadgeLayer(/** @type {any} */ ((key) => key), () => undefined);
  const pictures = Array.from({ length: count }, (_, index) => {
    const image = Object.assign(new FakeElement(), { top: 10 * index });
    return { image, url: `https://a.test/${index}.jpg`, wasAsked: false, isChecking: true, result: /** @type {any} */ (null) };
  });
  const show = (/** @type {any} */ picture) => layer.show(picture);
  const enter = (/** @type {any} */ picture, /** @type {boolean} */ isInView) => {
    layer.setInView(picture.image, isInView);
    layer.isStale = true;
  };
  for (const picture of pictures) (show(picture), enter(picture, true));
  const badgeOf = (/** @type {any} */ picture) => /** @type {any} */ (layer.element).children.find(({ dataset }) => dataset.image === picture.url);
  return { layer, pictures, show, enter, badgeOf };
}

/** @param {BadgeLayer} layer @returns {number} frames that it took */
function drawAll(layer) {
  for (let frames = 1; frames < 1000; frames += 1) if (layer.draw(VIEW, ORIGIN)) return frames;
  return assert.fail("It never ends.");
}

test("a verdict finds a place for its own badge only", () => {
  const { layer, pictures, show, badgeOf } = layerOf(30);
  drawAll(layer);
  const [picture] = pictures.slice(3);
  assert.equal(badgeOf(picture).classList.names.has("compact"), true, "a check that nobody asked for is told by its icon");
  hitTest.mock.resetCalls();
  Object.assign(picture, { isChecking: false, result: RESULT });
  picture.image.top = 500;
  show(picture);
  assert.equal(drawAll(layer), 1);
  assert.equal(hitTest.mock.callCount(), 1);
  assert.equal(badgeOf(picture).style.transform, "translate(6px, 506px)");
  assert.equal(badgeOf(picture).classList.names.has("compact"), false);
});

test("verdicts in every frame do not keep the other badges from following a page that scrolls", () => {
  const { layer, pictures, show, badgeOf } = layerOf(5);
  drawAll(layer);
  const last = pictures[4];
  for (let frame = 1; frame <= 3; frame += 1) {
    for (const { image } of pictures) image.top += 100;
    layer.isStale = true;
    show(pictures[0]);
    layer.draw(VIEW, ORIGIN);
    assert.equal(badgeOf(last).style.transform, `translate(6px, ${46 + 100 * frame}px)`);
  }
});

test("what comes and goes while a frame's time is over is placed by a later one, and what is gone is not measured", () => {
  const { layer, pictures, show, enter, badgeOf } = layerOf(40);
  let now = 0;
  mock.method(performance, "now", () => (now += 3)); // a frame's time is over after two looks at the clock
  assert.equal(layer.draw(VIEW, ORIGIN), false);
  const [removed, left, moved] = [pictures[37], pictures[38], pictures[39]];
  layer.remove(/** @type {any} */ (removed));
  mock.method(removed.image, "getBoundingClientRect", () => assert.fail("It has no badge any more."));
  enter(left, false);
  moved.image.top = 700;
  Object.assign(moved, { isChecking: false, result: RESULT });
  show(moved);
  assert.ok(drawAll(layer) > 5);
  assert.equal(badgeOf(removed), undefined);
  for (const picture of pictures.filter((one) => one !== removed)) {
    assert.equal(badgeOf(picture).hidden, picture === left, picture.url);
    if (picture !== left) assert.equal(badgeOf(picture).style.transform, `translate(6px, ${picture.image.top + 6}px)`);
  }
});

// The button that asks for missing access, and what tells a step over radio buttons from a choice.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { AccessButton } from "../../../extension/src/shared/access-button.js";
import { watchSteps } from "../../../extension/src/shared/arrow-steps.js";

/** @type {any} */
const browser = globalThis;

beforeEach(() => (browser.document = { activeElement: null, querySelector: () => null }));
afterEach(() => delete browser.document);

const settled = () => new Promise((resolve) => setTimeout(resolve));

/** A browser that allows some origins, and whoever is asked for more says yes or no. */
function setUp({ allowed = /** @type {string[]} */ ([]), besides = /** @type {string[]} */ ([]), says = true } = {}) {
  /** @type {string[][]} */
  const asked = [];
  const listeners = /** @type {(() => void)[]} */ ([]);
  const event = { addListener: (/** @type {() => void} */ listener) => listeners.push(listener) };
  const permissions = {
    contains: async ({ origins }) => origins.every((origin) => allowed.includes(origin)),
    request: async ({ origins }) => {
      asked.push(origins);
      if (says) allowed.push(...origins);
      return says;
    },
    onAdded: event,
    onRemoved: event,
  };
  const button = Object.assign(new EventTarget(), { hidden: true });
  let changes = 0;
  const access = new AccessButton(/** @type {any} */ ({ button, permissions, besides: () => besides, onChange: () => (changes += 1) }));
  return { access, button, asked, allowed, permissions, tellOthers: () => listeners.forEach((listener) => listener()), changes: () => changes };
}

test("it is there while access is missing, and asks for it as often as it is pressed", async () => {
  const { access, button, asked, changes } = setUp({ says: false, besides: ["*://images.org/*"] });
  assert.equal(await access.show(["*://a.org/*"]), false);
  assert.equal(button.hidden, false);
  for (const count of [1, 2]) {
    button.dispatchEvent(new Event("click"));
    await settled();
    assert.deepEqual([asked.length, changes()], [count, count]);
  }
  assert.deepEqual(asked[1], ["*://a.org/*", "*://images.org/*"]);
  assert.equal(await access.show([]), true, "nothing is needed");
  assert.equal(button.hidden, true);
});

test("once the access is there it goes, and comes back when the access is taken away", async () => {
  const { access, button, allowed, tellOthers, changes } = setUp();
  await access.show(["<all_urls>"]);
  button.dispatchEvent(new Event("click"));
  await settled();
  assert.equal(await access.show(["<all_urls>"]), true);
  assert.equal(button.hidden, true);
  allowed.length = 0;
  tellOthers();
  assert.ok(changes() >= 2, "whoever shows it is told");
  assert.equal(await access.show(["<all_urls>"]), false);
  assert.equal(button.hidden, false);
});

test("the focus stays among the choices when the button goes", async () => {
  const { access, button, allowed } = setUp();
  await access.show(["<all_urls>"]);
  const focused = /** @type {string[]} */ ([]);
  browser.document = { activeElement: button, querySelector: (/** @type {string} */ selector) => ({ focus: () => focused.push(selector) }) };
  allowed.push("<all_urls>");
  await access.show(["<all_urls>"]);
  assert.deepEqual(focused, ['input[name="automatic"]:checked']);
});

test("of two questions whose answers cross, the later one counts", async () => {
  const { access, button, permissions } = setUp();
  /** @type {((isAllowed: boolean) => void)[]} */
  const answers = [];
  permissions.contains = () => new Promise((resolve) => answers.push(resolve));
  const [first, second] = [access.show(["<all_urls>"]), access.show(["*://a.org/*"])];
  answers[1](true);
  await second;
  answers[0](false);
  await first;
  assert.equal(button.hidden, true);
});

test("a browser that cannot ask has refused, and nothing is asked for nothing", async () => {
  const { access, asked, permissions } = setUp();
  assert.equal(await access.ask([]), true);
  assert.deepEqual(asked, []);
  permissions.request = async () => Promise.reject(new Error("This function must be called during a user gesture"));
  assert.equal(await access.ask(["<all_urls>"]), false);
});

test("an arrow key steps, while any other key and a press of the mouse choose", () => {
  const group = new EventTarget();
  const isStep = watchSteps(group);
  const send = (/** @type {string} */ type, key = "") => group.dispatchEvent(Object.assign(new Event(type), { key }));
  assert.equal(isStep(), false);
  send("keydown", "ArrowDown");
  assert.equal(isStep(), true);
  send("keyup", "ArrowDown");
  assert.equal(isStep(), false);
  send("keydown", " ");
  assert.equal(isStep(), false);
  send("keydown", "ArrowLeft");
  send("pointerdown");
  assert.equal(isStep(), false, "let go elsewhere");
});

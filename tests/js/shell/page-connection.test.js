// The popup's list: a frame that goes away takes its own images along and no others, a page that was loaded anew is let in
// again, and one question waits for the last.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { PageConnection } from "../../../extension/src/popup/page-connection.js";
import { repeat } from "../../../extension/src/popup/repeat.js";

/** @type {any} */
const browser = globalThis;

afterEach(() => delete browser.chrome);

/** A page of three frames, of which those in `gone` do not answer. */
async function connect(...gone) {
  /** @type {any[]} */
  const asked = [];
  const sendMessage = async (_, { type }, { frameId }) => {
    asked.push([type, frameId]);
    if (gone.includes(frameId)) throw new Error("The frame was removed.");
    return { ok: true, value: type === "content.list_images" ? [{ key: `of ${frameId}` }] : undefined };
  };
  browser.chrome = { tabs: { sendMessage }, scripting: { executeScript: async () => [{ frameId: 4 }, { frameId: 0 }, { frameId: 2 }] } };
  const connection = new PageConnection(7);
  await connection.open();
  return { connection, asked };
}

test("the images of all frames are listed, but for those of a frame that is gone", async () => {
  const keysOf = async (...gone) => (await (await connect(...gone)).connection.listImages()).map(({ key, frameId }) => [key, frameId]);
  assert.deepEqual(await keysOf(), [["of 0", 0], ["of 2", 2], ["of 4", 4]]);
  assert.deepEqual(await keysOf(2), [["of 0", 0], ["of 4", 4]]);
  await assert.rejects(keysOf(0), /removed/);
});

test("a frame that never loads holds up no other, and one that loads later joins", async () => {
  /** @type {((loaded: any) => void)[]} */
  const load = [];
  const { sendMessage } = (await connect(), browser.chrome.tabs);
  const executeScript = async ({ target }) => {
    if (target.allFrames) return [{ frameId: 4 }, { frameId: 0 }, { frameId: 2 }];
    return target.frameIds[0] === 0 ? [] : new Promise((resolve) => load.push(resolve));
  };
  browser.chrome = { tabs: { sendMessage }, scripting: { executeScript } };
  const connection = new PageConnection(7);
  await connection.open();
  const frames = async () => (await connection.listImages()).map(({ frameId }) => frameId);
  assert.deepEqual(await frames(), [0]);
  load[0]([]);
  await new Promise(setImmediate);
  assert.deepEqual(await frames(), [0, 2]);
});

test("a page that was loaded anew is let in again, and its images are listed", async () => {
  const { connection } = await connect();
  const { sendMessage } = browser.chrome.tabs;
  let isLetIn = false;
  browser.chrome.tabs.sendMessage = async (...message) => (isLetIn ? sendMessage(...message) : Promise.reject(new Error("Receiving end does not exist.")));
  browser.chrome.scripting.executeScript = async () => ((isLetIn = true), [{ frameId: 0 }]);
  assert.deepEqual((await connection.listImages()).map(({ key }) => key), ["of 0"]);
  isLetIn = false;
  browser.chrome.scripting.executeScript = async () => Promise.reject(new Error("Cannot access contents of the page."));
  await assert.rejects(connection.listImages(), /Cannot access/);
});

test("a frame that is gone does not keep the others from being checked", async () => {
  const { connection, asked } = await connect(2);
  await connection.checkPage();
  assert.deepEqual(asked, [0, 2, 4].map((frameId) => ["content.check_page", frameId]));
});

test("the next question is put a while after the answer to the last, however long that takes", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {(() => void)[]} */
  const answers = [];
  const first = repeat(() => new Promise((resolve) => answers.push(() => resolve(undefined))), 400);
  context.mock.timers.tick(10_000);
  assert.equal(answers.length, 1);
  answers[0]();
  await first;
  context.mock.timers.tick(399);
  assert.equal(answers.length, 1);
  context.mock.timers.tick(1);
  assert.equal(answers.length, 2);
});

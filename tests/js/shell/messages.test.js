// The message registry: shapes, senders, refusals.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createRouter, isFrom } from "../../../extension/src/shared/message-router.js";
import { createMessage, findProblem, unwrap } from "../../../extension/src/shared/messages.js";

const SELF = { id: "me", baseUrl: "chrome-extension://me/" };
const CONTENT = { id: "me", url: "https://a.org/", tab: { id: 1 }, frameId: 0 };
const POPUP = { id: "me", url: "chrome-extension://me/popup/popup.html" };
const CHECK = { key: "k", source: { kind: "url", url: "https://a.org/x.jpg" }, mode: "check", visible: true, screenCopy: false };

/** Sends through a router and gives what it answered. */
async function route(message, sender, handlers) {
  /** @type {string[]} */
  const log = [];
  const router = createRouter("background", handlers, SELF, (problem) => log.push(problem));
  /** @type {any} */
  let reply;
  const answered = new Promise((resolve) => {
    const isOpen = router(message, sender, (value) => resolve((reply = value)));
    if (!isOpen) resolve(undefined);
  });
  await answered;
  return { reply, log };
}

test("a registered message with all its fields is made", () => {
  assert.deepEqual(createMessage("image.check", CHECK), { ...CHECK, target: "background", type: "image.check" });
});

test("unknown types, missing, wrong and extra fields are refused", () => {
  assert.throws(() => createMessage("image.delete"), /unknown message type/);
  assert.throws(() => createMessage("constructor"), /unknown message type/);
  assert.throws(() => createMessage("image.check", { ...CHECK, mode: "always" }), /field mode/);
  assert.throws(() => createMessage("image.check", { ...CHECK, extra: 1 }), /unknown field extra/);
  assert.match(findProblem("text") ?? "", /must be an object/);
  assert.match(findProblem({ type: "cache.clear", target: "content" }) ?? "", /is for background/);
});

test("a page may not have files or scripts fetched for it", () => {
  for (const source of [{ kind: "url", url: "file:///etc/passwd" }, { kind: "data", dataUrl: "data:text/html,x" }, { kind: "blob" }, undefined]) {
    assert.throws(() => createMessage("image.check", { ...CHECK, source }), /field source/);
  }
  for (const shown of [null, { width: 1 }, { width: "1", height: 1 }]) {
    assert.throws(() => createMessage("image.check", { ...CHECK, shown }), /field shown/);
  }
  // The first-run page checks its picture as a content script does.
  for (const type of ["image.check", "welcome.check"]) {
    assert.ok(createMessage(type, { ...CHECK, source: null, shown: { width: 1, height: 1 } }));
    assert.ok(createMessage(type, { ...CHECK, shown: undefined }));
  }
});

test("bytes to be judged for a report are an image, whole or a part of a screen copy", () => {
  const fields = { dataUrl: "data:image/png;base64,AA==", crop: null, face: null, via: "bytes" };
  const crop = { x: 0, y: 0.5, width: 1, height: 0.5 };
  assert.equal(createMessage("report.check", fields).via, "bytes");
  assert.deepEqual(createMessage("report.check", { ...fields, crop, via: "screen_copy" }).crop, crop);
  for (const change of [{ dataUrl: "data:text/html,x" }, { dataUrl: "https://a.org/x.jpg" }, { crop: { ...crop, x: "0" } }, { crop: {} }, { crop: undefined }, { via: "cloud" }]) {
    assert.throws(() => createMessage("report.check", { ...fields, ...change }), /field (dataUrl|crop|via)/);
  }
});

test("a face that is marked for a report has an extent, and lies in the picture", () => {
  const fields = { dataUrl: "data:image/png;base64,AA==", crop: null, via: "bytes" };
  const face = { x: 0.25, y: 0.5, width: 0.5, height: 0.5 };
  for (const good of [null, face, { ...face, x: 0, width: 1 }, { ...face, x: 1 / 3, width: 2 / 3 }]) assert.equal(createMessage("report.check", { ...fields, face: good }).face, good);
  const changes = [{ width: 0 }, { height: -0.1 }, { x: -0.1 }, { y: -0.1 }, { x: 0.6 }, { height: 0.6 }, { x: NaN }, { width: Infinity }, { y: "0" }, { width: undefined }];
  for (const bad of [undefined, {}, "all", ...changes.map((change) => ({ ...face, ...change }))]) {
    assert.throws(() => createMessage("report.check", { ...fields, face: bad }), /report\.check: field face is missing or wrong/);
  }
});

test("a content script and the extension's own pages are told apart", () => {
  assert.ok(isFrom(CONTENT, "content", SELF));
  assert.ok(!isFrom(POPUP, "content", SELF));
  assert.ok(isFrom(POPUP, "extension", SELF));
  assert.ok(isFrom({ ...POPUP, tab: { id: 3 } }, "extension", SELF), "the settings page lies in a tab");
  assert.ok(!isFrom(CONTENT, "extension", SELF));
  assert.ok(!isFrom({ ...CONTENT, id: "other" }, "content", SELF));
});

test("a good message reaches its handler, and the answer comes back", async () => {
  const { reply } = await route(createMessage("image.check", CHECK), CONTENT, { "image.check": async ({ key }) => `checked ${key}` });
  assert.equal(unwrap(reply), "checked k");
});

test("an unknown message and a stranger's message are logged and refused", async () => {
  const called = { "cache.clear": () => assert.fail("must not be called") };
  const unknown = await route({ target: "background", type: "nonsense" }, CONTENT, called);
  assert.match(unknown.log[0], /unknown message type/);
  const stranger = await route(createMessage("cache.clear"), CONTENT, called);
  assert.match(stranger.log[0], /may not send/);
  assert.throws(() => unwrap(stranger.reply), /may not send/);
});

test("messages for other parts are left to them in silence", async () => {
  const { reply, log } = await route({ target: "offscreen", type: "check" }, POPUP, {});
  assert.equal(reply, undefined);
  assert.deepEqual(log, []);
});

test("a handler's error becomes the caller's error", async () => {
  const { reply } = await route(createMessage("page.gone"), CONTENT, { "page.gone": () => Promise.reject(new Error("broken")) });
  assert.throws(() => unwrap(reply), /broken/);
  assert.throws(() => unwrap(undefined), /No part of the extension answered/);
});

// The names of documents, and which of them count as gone: those that refuse, and not those that are busy.

import assert from "node:assert/strict";
import { test } from "node:test";

import { isAlive, ownerOf } from "../../../extension/src/background/page-document.js";

const SENDER = { tab: { id: 7, incognito: true }, frameId: 3, documentId: "D" };

test("a document is named by its tab, its frame and, where the browser tells it, its own name", () => {
  const nameOf = (sender) => ownerOf(sender).document;
  assert.deepEqual(ownerOf(SENDER), { tabId: 7, frameId: 3, document: nameOf(SENDER), isPrivate: true });
  const others = [{ ...SENDER, frameId: 4 }, { ...SENDER, documentId: "E" }, { ...SENDER, documentId: undefined }, { ...SENDER, tab: { id: 8 } }];
  assert.equal(new Set([SENDER, ...others].map(nameOf)).size, 5);
});

test("a document is asked by its frame and its name together: one in the back/forward cache has its name only", async () => {
  /** @type {any[]} */
  const asked = [];
  const tabs = { sendMessage: async (tabId, { type }, options) => asked.push([tabId, type, options]) };
  for (const sender of [SENDER, { ...SENDER, documentId: undefined }]) {
    assert.equal(await isAlive(/** @type {any} */ (tabs), ownerOf(sender).document), true);
  }
  assert.deepEqual(asked, [[7, "content.ping", { frameId: 3, documentId: "D" }], [7, "content.ping", { frameId: 3 }]]);
});

test("a document is gone where the browser cannot reach it, and not where it is too busy to answer", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { document } = ownerOf(SENDER);
  const gone = async () => {
    throw new Error("Could not establish connection. Receiving end does not exist.");
  };
  assert.equal(await isAlive(/** @type {any} */ ({ sendMessage: gone }), document), false);
  const busy = isAlive(/** @type {any} */ ({ sendMessage: () => new Promise(() => undefined) }), document);
  context.mock.timers.tick(1000);
  assert.equal(await busy, true);
});

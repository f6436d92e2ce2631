// Puts the content script into each frame of a page by itself: one with loading="lazy" may never load, and holds up no other.

import { CONTENT_SCRIPT } from "./content-script.js";

/** @typedef {{frameId: number, injected: Promise<unknown>}} InjectedFrame injected: once it has the script; never where it does not load */

/**
 * Works in each frame once it has the script. Nobody waits for a frame inside the page: it has its turn when it has loaded.
 *
 * @param {Pick<typeof chrome.scripting, "executeScript">} scripting
 * @param {number} tabId
 * @param {(frameId: number) => unknown} work
 * @returns {Promise<void>} once that of the page itself is done
 * @throws {Error} where the browser lets no extension in, and what `work` throws of the page itself
 */
export async function inEachFrame(scripting, tabId, work) {
  const frames = await injectIntoFrames(scripting, tabId);
  const done = frames.map(({ frameId, injected }) => injected.then(() => work(frameId)));
  for (const each of done) each.catch(() => undefined);
  await done[0];
}

/**
 * @param {Pick<typeof chrome.scripting, "executeScript">} scripting
 * @param {number} tabId
 * @returns {Promise<InjectedFrame[]>} the outermost first
 * @throws {Error} where the browser lets no extension in
 */
export async function injectIntoFrames(scripting, tabId) {
  // What runs immediately waits for no frame to load, and may find the empty document that comes before: nothing is left in it.
  const found = await scripting.executeScript({ target: { tabId, allFrames: true }, func: () => undefined, injectImmediately: true });
  return found
    .map(({ frameId }) => frameId)
    .sort((a, b) => a - b)
    .map((frameId) => {
      const injected = scripting.executeScript({ target: { tabId, frameIds: [frameId] }, files: [CONTENT_SCRIPT] });
      // Frames come and go; whoever waits for this one is told.
      injected.catch(() => undefined);
      return { frameId, injected };
    });
}

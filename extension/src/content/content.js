// The content script: starts once in a document, and wires its parts to the page, the settings and the background.

import { translate } from "../shared/i18n.js";
import { createRouter } from "../shared/messages.js";
import { isAutomaticOn, SettingsStore } from "../shared/settings.js";
import { askBackground, OrphanedError } from "./background-client.js";
import { HOST_NAME, Overlay } from "./overlay.js";
import { PageChecker } from "./page-checker.js";
import { PageSummary } from "./page-summary.js";
import { ScreenPlace } from "./screen-place.js";
import { ViewportWatch } from "./viewport-watch.js";

const RUNNING = "deepfakeDetectorIsRunning";
const ORPHAN_CHECK_MS = 1000;

/** Starts the script; the background may inject it again and again. */
function start() {
  const settings = new SettingsStore(chrome.storage.local);
  const abort = new AbortController();
  /** @type {Overlay | undefined} */
  let overlay;
  const checker = new PageChecker({
    createOverlay: (actions) => (overlay = new Overlay(translate, actions)),
    createWatch: (listener) => new ViewportWatch(listener),
    ask: (type, fields) => askBackground(type, fields).catch(stopIfOrphaned),
  });
  const summary = new PageSummary();
  const screenPlace = new ScreenPlace(/** @type {Overlay} */ (/** @type {unknown} */ (overlay)));

  /** @param {import("../shared/settings.js").Settings} values */
  const configure = (values) => checker.configure(isAutomaticOn(values, location.hostname), values.badges);
  const router = createRouter(
    "content",
    {
      "content.ping": () => true,
      "content.check_image": ({ url }) => checker.checkImage(url),
      "content.check_page": () => checker.checkPage(),
      "content.retry_refused": () => checker.retryRefused(),
      "content.list_images": () => summary.of(checker.list()),
      "content.reveal_image": ({ key }) => checker.reveal(key),
      "content.describe_image": ({ key }) => checker.describe(key),
      "content.screen_place": ({ key }) => {
        const tracked = checker.list().find((candidate) => candidate.key === key);
        return tracked ? screenPlace.prepare(tracked) : null;
      },
      "content.screen_copied": () => screenPlace.release(),
    },
    { id: chrome.runtime.id, baseUrl: chrome.runtime.getURL("") },
  );
  const stopListening = settings.onChange(configure);
  chrome.runtime.onMessage.addListener(router);
  addEventListener("pagehide", () => void askBackground("page.gone").catch(() => undefined), { signal: abort.signal });
  addEventListener("pageshow", (event) => event.persisted && checker.resume(), { signal: abort.signal });
  void settings.load().then(configure, stopIfOrphaned);
  // Chrome lets the script of a removed or updated extension run on: it makes room for its successor.
  const orphanCheck = setInterval(() => !chrome.runtime?.id && stop(), ORPHAN_CHECK_MS);

  function stop() {
    clearInterval(orphanCheck);
    abort.abort();
    checker.stop();
    stopListening();
    chrome.runtime?.onMessage?.removeListener(router);
  }

  /** @param {unknown} error */
  function stopIfOrphaned(error) {
    if (error instanceof OrphanedError) stop();
    throw error;
  }
}

const page = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (globalThis));
if (!page[RUNNING]) {
  page[RUNNING] = true;
  // Firefox stops the script of an extension that is updated or turned off at once, and its badges stay behind.
  for (const leftover of document.querySelectorAll(HOST_NAME)) leftover.remove();
  start();
}

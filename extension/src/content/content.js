// The content script: starts once in a document, and wires its parts to the page, the settings and the background.

import { hostNameOf } from "../shared/host-patterns.js";
import { translate, useLanguage } from "../shared/i18n.js";
import { createRouter } from "../shared/message-router.js";
import { isAutomaticOn, SettingsStore } from "../shared/settings.js";
import { AutomaticPause } from "./automatic-pause.js";
import { askBackground, OrphanedError } from "./background-client.js";
import { HOST_NAME } from "./host-name.js";
import { Overlay } from "./overlay.js";
import { PageChecker } from "./page-checker.js";
import { PageSummary } from "./page-summary.js";
import { PictureList } from "./picture-list.js";
import { PointedCheck } from "./pointed-check.js";
import { PointerWatch } from "./pointer-watch.js";
import { ScreenPlace } from "./screen-place.js";
import { ViewportWatch } from "./viewport-watch.js";

const RUNNING = "deepfakeDetectorIsRunning";

/** Starts the script; the background may inject it again and again. */
function start() {
  const settings = new SettingsStore(chrome.storage.local);
  const abort = new AbortController();
  /** @type {Overlay | undefined} */
  let overlay;
  const checker = new PageChecker({
    createOverlay: (actions) => (overlay = new Overlay(translate, { ...actions, onLook: stopIfGone })),
    createWatch: (listener) => new ViewportWatch(listener),
    createPause: (onEnd, onStart) => new AutomaticPause(onEnd, onStart),
    ask: (type, fields) => askBackground(type, fields).catch(stopIfOrphaned),
  });
  const pointer = new PointerWatch();
  const pointed = new PointedCheck(pointer, checker);
  const list = new PictureList(checker);
  const summary = new PageSummary();
  const screenPlace = new ScreenPlace(/** @type {Overlay} */ (/** @type {unknown} */ (overlay)));
  /** @type {import("../shared/settings.js").Language | null} */
  let language = null;

  /** @param {import("../shared/settings.js").Settings} values */
  async function configure(values) {
    if (values.language !== (language ?? "auto")) {
      // A page may not read the extension's files, and neither may a script in it: the background does.
      await useLanguage(values.language, (wanted) => askBackground("language.messages", { language: wanted }));
      overlay?.setLanguage();
    }
    language = values.language;
    checker.configure(isAutomaticOn(values, hostNameHere()), values);
  }
  const router = createRouter(
    "content",
    {
      "content.ping": () => true,
      "content.check_image": ({ url, targetElementId }) => pointed.checkAddress(url, targetElementId),
      "content.check_here": ({ targetElementId }) => pointed.checkHere(targetElementId),
      "content.check_closed_frame": () => checker.checkElsewhere(""),
      "content.check_page": () => checker.checkPage(),
      "content.retry_refused": () => checker.retryRefused(),
      "content.forget_results": () => checker.forgetResults(),
      "content.list_images": async () => summary.of(await list.all()),
      "content.reveal_image": ({ key }) => list.reveal(key),
      "content.reveal_next": () => list.revealNext(),
      "content.describe_image": ({ key }) => list.describe(key),
      "content.screen_place": ({ key }) => {
        // Of copies of one picture the one that somebody waits for, if there is one.
        const copies = checker.known().filter((candidate) => candidate.key === key);
        const tracked = copies.find(({ isChecking, wasAsked }) => isChecking && wasAsked) ?? copies[0];
        return tracked ? screenPlace.prepare(tracked) : null;
      },
      "content.screen_copied": () => screenPlace.release(),
    },
    { id: chrome.runtime.id, baseUrl: chrome.runtime.getURL("") },
  );
  const stopListening = settings.onChange((values) => void configure(values).catch(stopIfOrphaned));
  chrome.runtime.onMessage.addListener(router);
  addEventListener("pagehide", () => void askBackground("page.gone").catch(() => undefined), { signal: abort.signal });
  addEventListener("pageshow", (event) => event.persisted && void comeBack().catch(stopIfOrphaned), { signal: abort.signal });
  void settings.load().then(configure).catch(stopIfOrphaned);

  /** Out of the back/forward cache, where nobody told the page of other settings. */
  async function comeBack() {
    try {
      await configure(await settings.load());
    } finally {
      checker.resume();
    }
  }

  function stop() {
    abort.abort();
    pointer.stop();
    checker.stop();
    stopListening();
    chrome.runtime?.onMessage?.removeListener(router);
  }

  /** Chrome lets the script of a removed or updated extension run on: it makes room for its successor. */
  function stopIfGone() {
    if (!chrome.runtime?.id) stop();
  }

  /** @param {unknown} error */
  function stopIfOrphaned(error) {
    if (error instanceof OrphanedError) stop();
    throw error;
  }
}

/** @returns {string} also in a frame without an address of its own, such as about:srcdoc: that of the page it belongs to */
function hostNameHere() {
  return location.hostname || (hostNameOf(self.origin) ?? "");
}

const page = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (globalThis));
if (!page[RUNNING]) {
  // Firefox stops the script of an extension that is updated or turned off at once, and its badges stay behind.
  for (const leftover of document.querySelectorAll(HOST_NAME)) leftover.remove();
  start();
  page[RUNNING] = true;
}

// The first-run page: words in the user's language, what each verdict means, and a picture that is checked as on any page.

import { AutomaticPause } from "../content/automatic-pause.js";
import { Overlay } from "../content/overlay.js";
import { PageChecker } from "../content/page-checker.js";
import { PictureList } from "../content/picture-list.js";
import { ViewportWatch } from "../content/viewport-watch.js";
import { createElement, createIcon } from "../shared/dom.js";
import { localisePage, translate as t, useLanguage } from "../shared/i18n.js";
import { createRouter } from "../shared/message-router.js";
import { createMessage, unwrap } from "../shared/messages.js";
import { openReport } from "../shared/report-tab.js";
import { DEFAULT_SETTINGS, SettingsStore } from "../shared/settings.js";
import { explain, explainState, labelOf } from "../shared/verdict-wording.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */

const STATES = /** @type {const} */ (["no_traces", "inconclusive", "likely_fake", "no_face", "face_too_small", "failed"]);

const image = /** @type {HTMLImageElement} */ (document.getElementById("try-image"));
const button = /** @type {HTMLButtonElement} */ (document.getElementById("try"));
const settings = new SettingsStore(chrome.storage.local);

function showVerdicts() {
  const items = STATES.map((state) => {
    const term = createElement("dt", { "data-state": state }, [createIcon(state), labelOf(state, t)]);
    return createElement("div", {}, [term, createElement("dd", {}, [explainState(state, t)])]);
  });
  document.getElementById("verdicts")?.replaceChildren(...items);
}

/** The page's own files have no address that a check can be given: the picture is shown from its bytes. */
async function showPicture() {
  const response = await fetch("try-it.webp");
  image.src = URL.createObjectURL(await response.blob());
  image.alt = t("welcomeTryAlt");
  await image.decode();
}

/**
 * Does what the background does for a content script.
 *
 * @param {string} type of a content script's message
 * @param {Record<string, any>} [fields]
 * @returns {Promise<any>}
 */
async function ask(type, fields = {}) {
  if (type === "image.check") return check(fields);
  if (type !== "report.open") throw new Error(`The first-run page does not send ${type}.`);
  const tab = await chrome.tabs.getCurrent();
  return openReport({ tabId: tab?.id ?? -1, frameId: 0, key: fields.key }, "tab");
}

/**
 * @param {Record<string, unknown>} fields of a check
 * @returns {Promise<Result | null>}
 */
async function check(fields) {
  button.disabled = true;
  try {
    const result = unwrap(await chrome.runtime.sendMessage(createMessage("welcome.check", fields)));
    const words = document.getElementById("try-result");
    if (words && result) words.textContent = explain(result, t);
    return result;
  } finally {
    button.disabled = false;
  }
}

async function start() {
  await useLanguage((await settings.load()).language);
  localisePage(document);
  showVerdicts();
  await showPicture();
  const checker = new PageChecker({
    createOverlay: (actions) => new Overlay(t, { ...actions, onLook: () => undefined }),
    createWatch: (listener) => new ViewportWatch(listener),
    createPause: (onEnd, onStart) => new AutomaticPause(onEnd, onStart),
    ask,
  });
  checker.configure(false, DEFAULT_SETTINGS);
  const list = new PictureList(checker);
  const self = { id: chrome.runtime.id, baseUrl: chrome.runtime.getURL("") };
  // A report asks the tab that shows its picture.
  chrome.runtime.onMessage.addListener(createRouter("content", { "content.describe_image": ({ key }) => list.describe(key) }, self));
  button.addEventListener("click", () => checker.checkElement(image));
}

void start();

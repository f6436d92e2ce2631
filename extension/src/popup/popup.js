// The popup: wires the page's image list and its filter, the check button and the switches.

import { writeText } from "../shared/dom.js";
import { hostNameOf, patternOf } from "../shared/host-patterns.js";
import { localisePage, translate as t, useLanguage } from "../shared/i18n.js";
import { ModelLine } from "../shared/model-line.js";
import { openReport } from "../shared/report-tab.js";
import { DEFAULT_SETTINGS, SettingsStore } from "../shared/settings.js";
import { AutomaticSwitch } from "./automatic-switch.js";
import { ImageFilter } from "./image-filter.js";
import { ImageList } from "./image-list.js";
import { PageConnection } from "./page-connection.js";
import { repeat } from "./repeat.js";
import { SiteControls } from "./site-controls.js";

/** @typedef {import("./page-connection.js").PageImage} PageImage */

const POLL_MS = 400;

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @returns {T}
 */
const byId = (id) => /** @type {T} */ (document.getElementById(id));

const checkButton = /** @type {HTMLButtonElement} */ (byId("check-page"));
const settings = new SettingsStore(chrome.storage.local);
/** @type {PageImage[]} */
let images = [];
/** @type {string | null} */
let site = null;
/** Known before the click: nothing may be awaited in it. */
let reportPlace = DEFAULT_SETTINGS.report;

/** @param {string | null} key of the message that stands in for the list; null when there is a list */
function showMessage(key) {
  byId("message").hidden = key === null;
  writeText(byId("message"), key === null ? "" : t(key));
}

/** @param {unknown} error a choice was not saved because of it */
function tellFailure(error) {
  byId("failure").textContent = t("notSaved", error instanceof Error ? error.message : String(error));
  byId("failure").hidden = false;
}

/** @returns {string[]} host names of the page's images */
function imageHosts() {
  return [...new Set(images.map(({ url }) => hostNameOf(url)).filter((host) => host !== null))];
}

/**
 * @param {ImageList} list
 * @param {ImageFilter} filter
 * @param {string} [emptyKey] of the message that says why there is no image
 */
function showImages(list, filter, emptyKey = "popupEmpty") {
  const chosen = filter.apply(images);
  list.show(chosen);
  byId("filtered-out").hidden = chosen.length > 0 || images.length === 0;
  showMessage(images.length === 0 ? emptyKey : null);
  writeText(byId("count"), images.length === 1 ? t("popupCountOne") : images.length > 0 ? t("popupCount", images.length) : "");
  const pending = images.filter(({ isChecking }) => isChecking).length;
  const done = images.filter(({ result, isChecking }) => result && !isChecking).length;
  checkButton.disabled = images.length === 0 || pending > 0;
  const idleKey = done > 0 && done === images.length ? "popupCheckAgain" : "popupCheckPage";
  writeText(checkButton, pending > 0 ? t("popupChecking", done, done + pending) : t(idleKey));
  const refused = new Set(images.filter(({ result }) => result?.code === "no_access").map(({ url }) => hostNameOf(url)));
  byId("refused").hidden = refused.size === 0 || pending > 0;
  writeText(byId("refused"), t("popupRefused", refused.size));
}

/** @param {PageConnection} connection */
function startCheck(connection) {
  // The page's own site is readable as it is; the prompt for the others needs the click, so nothing is awaited before it.
  const origins = imageHosts().filter((host) => host !== site).map(patternOf);
  if (origins.length > 0) void chrome.permissions.request({ origins }).catch(() => false);
  // Not awaited: a prompt may close the popup. Images that are allowed later are checked when they are.
  return connection.checkPage();
}

/** @param {number} tabId @param {boolean} isPrivate whether in a private window */
async function showPage(tabId, isPrivate) {
  const connection = new PageConnection(tabId);
  const list = new ImageList(
    byId("images"),
    t,
    (image) => void connection.reveal(image).then(() => close()),
    ({ frameId, key }) => void openReport({ tabId, frameId, key }, reportPlace).then(() => close()),
    isPrivate,
  );
  const filter = new ImageFilter(byId("filter"), t, () => showImages(list, filter));
  try {
    await connection.open();
  } catch {
    showMessage("popupForbidden");
    return;
  }
  checkButton.addEventListener("click", () => void startCheck(connection).then(update, update));
  async function update() {
    const listed = await connection.listImages().catch(() => null);
    images = listed ?? [];
    showImages(list, filter, listed ? "popupEmpty" : "popupGone");
  }
  // The popup lives for seconds, and the page's images may change under it.
  await repeat(update, POLL_MS);
}

async function start() {
  const values = await settings.load();
  reportPlace = values.report;
  settings.onChange(({ report }) => (reportPlace = report));
  await useLanguage(values.language);
  localisePage(document);
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  site = hostNameOf(tab?.url ?? "");
  const siteOf = () => site;
  const shared = { settings, translate: t, siteOf, onFailure: tellFailure };
  const places = { group: byId("automatic"), hint: byId("automatic-hint"), allow: /** @type {HTMLButtonElement} */ (byId("automatic-allow")) };
  const automaticSwitch = new AutomaticSwitch({ ...shared, ...places, hostsOf: imageHosts });
  const siteControls = new SiteControls(shared);
  settings.onChange(() => (byId("failure").hidden = true));
  await Promise.all([automaticSwitch.show(values), siteControls.show(values), showPage(tab?.id ?? -1, tab?.incognito ?? false), new ModelLine(byId("model")).show()]);
}

void start();

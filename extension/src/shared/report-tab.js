// Opens the report page, and tells it of which image: in memory only, so that no address of an image lands in the history.

import { hasSidePanel, openSidePanel } from "#platform/side-panel.js";

/** @typedef {{tabId: number, frameId: number, key: string}} ReportedImage an image of an open page; key: its name within its frame */

/** Where the build puts the page, from the extension's root. */
export const REPORT_PAGE = "report/report.html";
const PREFIX = "report:";

/** @typedef {Pick<chrome.storage.StorageArea, "get" | "set" | "remove">} SessionArea normally chrome.storage.session */

// Firefox takes an address as lying beside the page that asks, Chrome as lying in the extension's root.
const createTab = (/** @type {{url: string}} */ { url }) => chrome.tabs.create({ url: chrome.runtime.getURL(url) });

/**
 * @typedef {object} ReportBrowser the parts of the browser that it takes
 * @property {Pick<SessionArea, "set">} [area]
 * @property {(properties: {url: string}) => Promise<unknown>} [create] opens a tab
 * @property {((tabId: number, path: string) => Promise<void>) | null} [openBeside] null where the browser has no side panel
 * @property {() => string} [newId]
 */

/**
 * Call it in a click, and before anything is awaited: a side panel is opened for nothing else. Where there is none, or it does
 * not open, the report is shown in a tab.
 *
 * @param {ReportedImage} image
 * @param {import("./settings.js").Settings["report"]} place
 * @param {ReportBrowser} [browser]
 * @returns {Promise<void>}
 */
export async function openReport({ tabId, frameId, key }, place, { area = chrome.storage.session, create = createTab, openBeside = besideIfAny(), newId = () => crypto.randomUUID() } = {}) {
  const id = newId();
  const path = `${REPORT_PAGE}#${id}`;
  const stored = area.set({ [PREFIX + id]: { tabId, frameId, key } });
  const isBeside = place === "beside" && openBeside !== null && (await Promise.all([stored, openBeside(tabId, path)]).then(() => true, () => false));
  await stored;
  if (!isBeside) await create({ url: path });
}

function besideIfAny() {
  return hasSidePanel() ? openSidePanel : null;
}

/**
 * @param {string} hash of the report page's address
 * @param {Pick<SessionArea, "get">} area
 * @returns {Promise<ReportedImage | null>} null where none is named, or the browser was closed meanwhile
 */
export async function reportedImage(hash, area) {
  const id = hash.replace(/^#/, "");
  if (!id) return null;
  const stored = await area.get(PREFIX + id);
  return /** @type {ReportedImage | undefined} */ (stored[PREFIX + id]) ?? null;
}

/**
 * Open reports stay as they are; reloaded, they are for no image any more.
 *
 * @param {Pick<SessionArea, "get" | "remove">} area
 */
export async function forgetReports(area) {
  const stored = await area.get(null);
  await area.remove(Object.keys(stored).filter((key) => key.startsWith(PREFIX)));
}

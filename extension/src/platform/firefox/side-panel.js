// Firefox: shows a page of the extension in the sidebar, beside a page.

/**
 * @typedef {object} SidebarAction Firefox's own; the types of Chrome's interfaces do not have it
 * @property {(panel: {tabId: number, panel: string}) => Promise<void>} setPanel
 * @property {() => Promise<void>} open
 * @property {(window: {windowId?: number}) => Promise<boolean>} isOpen
 */

/** @returns {SidebarAction | undefined} */
const sidebar = () => /** @type {any} */ (chrome).sidebarAction;

/** @returns {boolean} Firefox for Android has none */
export function hasSidePanel() {
  return sidebar() !== undefined;
}

/**
 * Call it in a click, and before anything is awaited. Firefox opens the sidebar for a click in a page of the extension only; what
 * a content script asks for is shown where the sidebar stands open already.
 *
 * @param {number} tabId of the page
 * @param {string} path of the extension's page, from its root
 * @returns {Promise<void>}
 * @throws {Error} when the browser does not open it
 */
export async function openSidePanel(tabId, path) {
  const action = /** @type {SidebarAction} */ (sidebar());
  const set = action.setPanel({ tabId, panel: chrome.runtime.getURL(path) });
  const opened = action.open().catch(async (error) => {
    if (!(await action.isOpen({}))) throw error;
  });
  await Promise.all([set, opened]);
}

// The background: registers the listeners, synchronously, and wires the parts together.

import { createInferenceHost } from "#platform/inference-host.js";
import { AutoCheck } from "./background/auto-check.js";
import { BadgeCount } from "./background/badge-count.js";
import { CheckQueue } from "./background/check-queue.js";
import { ContextMenu } from "./background/context-menu.js";
import { ImageChecker } from "./background/image-checker.js";
import { ImagePermissions } from "./background/image-permissions.js";
import { PageVerdicts } from "./background/page-verdicts.js";
import { ScreenCopy } from "./background/screen-copy.js";
import { translate } from "./shared/i18n.js";
import { createRouter } from "./shared/messages.js";
import { SettingsStore } from "./shared/settings.js";

const { scripting, tabs } = chrome;
const host = createInferenceHost();
const queue = new CheckQueue();
const settings = new SettingsStore(chrome.storage.local);
const permissions = new ImagePermissions(chrome.permissions);
const verdicts = new PageVerdicts(chrome.storage.session);
const badgeCount = new BadgeCount(chrome.action, verdicts, translate);
const screenCopy = new ScreenCopy(tabs);
const checker = new ImageChecker({ host, queue, permissions, screenCopy, verdicts });
const autoCheck = new AutoCheck({ scripting, permissions: chrome.permissions, tabs, settings });
const menu = new ContextMenu({ menus: chrome.contextMenus, scripting, tabs, permissions, translate });

/**
 * @param {import("./shared/messages.js").MessageSender} sender a content script
 * @returns {import("./background/image-checker.js").ImageOwner}
 */
function ownerOf({ tab, frameId = 0, documentId }) {
  const tabId = tab?.id ?? -1;
  return { tabId, frameId, document: documentId ?? `${tabId}/${frameId}` };
}

/** @param {(owner: string) => boolean} isGone */
const cancel = (isGone) => queue.cancel(isGone);

/** @param {unknown} error */
const report = (error) => console.error(error);

verdicts.onChange((tabId) => void badgeCount.update(tabId));

chrome.runtime.onMessage.addListener(
  createRouter(
    "background",
    {
      "image.check": (message, sender) => checker.check(message, ownerOf(sender)),
      "page.gone": (_, sender) => {
        const { tabId, document } = ownerOf(sender);
        cancel((owner) => owner === document);
        return verdicts.dropDocument(tabId, document);
      },
      "model.describe": () => host.describe(),
      "cache.clear": () => host.clearCache(),
    },
    { id: chrome.runtime.id, baseUrl: chrome.runtime.getURL("") },
  ),
);
chrome.runtime.onInstalled.addListener(() => {
  menu.install().catch(report);
  autoCheck.sync().catch(report);
});
chrome.runtime.onStartup.addListener(() => autoCheck.sync().catch(report));
chrome.contextMenus.onClicked.addListener((info, tab) => menu.handleClick(info, tab).catch(report));
chrome.tabs.onRemoved.addListener((tabId) => verdicts.dropTab(tabId).catch(report));
chrome.permissions.onAdded.addListener(() => {
  autoCheck.sync().catch(report);
  autoCheck.retryRefused().catch(report);
});
chrome.permissions.onRemoved.addListener(() => autoCheck.sync().catch(report));
settings.onChange(() => autoCheck.sync().catch(report));

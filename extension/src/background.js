// The background: registers the listeners, synchronously, and wires the parts together.

import { createInferenceHost } from "#platform/inference-host.js";
import { AutoCheck } from "./background/auto-check.js";
import { BadgeCount } from "./background/badge-count.js";
import { CheckQueue } from "./background/check-queue.js";
import { Commands } from "./background/commands.js";
import { ContextMenu } from "./background/context-menu.js";
import { ImageChecker, REPORT_OWNER } from "./background/image-checker.js";
import { ImagePermissions } from "./background/image-permissions.js";
import { isAlive, ownerOf } from "./background/page-document.js";
import { PageReader } from "./background/page-reader.js";
import { PageVerdicts } from "./background/page-verdicts.js";
import { ScreenCopy } from "./background/screen-copy.js";
import { tellPages } from "./background/tell-pages.js";
import { VideoChecker } from "./background/video-checker.js";
import { loadMessages, translate, useLanguage } from "./shared/i18n.js";
import { createRouter } from "./shared/message-router.js";
import { forgetReports, openReport } from "./shared/report-tab.js";
import { SettingsStore } from "./shared/settings.js";

const WELCOME_PAGE = "welcome/welcome.html";

const { scripting, tabs } = chrome;
const settings = new SettingsStore(chrome.storage.local);
const backendWanted = () => settings.load().then(({ backend }) => backend);
const host = createInferenceHost(backendWanted);
const queue = new CheckQueue();
const permissions = new ImagePermissions(chrome.permissions);
const verdicts = new PageVerdicts(chrome.storage.session, (_, document) => isAlive(tabs, document));
const badgeCount = new BadgeCount(chrome.action, verdicts, translate, settings);
const screenCopy = new ScreenCopy(tabs);
const pageReader = new PageReader(scripting);
const checker = new ImageChecker({ host, queue, permissions, pageReader, screenCopy, verdicts });
const videoChecker = new VideoChecker({ host, queue, permissions, screenCopy, verdicts });
const autoCheck = new AutoCheck({ scripting, permissions: chrome.permissions, tabs, settings });
const commands = new Commands({ scripting, tabs, settings });
const menu = new ContextMenu({ menus: chrome.contextMenus, scripting, tabs, permissions, translate });

/** @param {unknown} error */
const report = (error) => console.error(error);

// A worker that starts anew has forgotten the language; the menu keeps its words. One change at a time: two menus that are built
// together would have every entry twice.
let languageSet = settings.load().then(({ language }) => useLanguage(language)).catch(report);

/** Says everything in the language of the settings. */
function applyLanguage() {
  languageSet = languageSet
    .then(async () => {
      await useLanguage((await settings.load()).language);
      await menu.install();
    })
    .catch(report);
  return languageSet;
}

/** @param {chrome.tabs.Tab} [tab] where nothing could be drawn on the page itself */
const showForbidden = (tab) => languageSet.then(() => badgeCount.showForbidden(tab?.id ?? -1));

/** @param {(owner: string) => boolean} isGone */
const cancel = (isGone) => queue.cancel(isGone);

/** Forgets what was found, here and in the open pages; reports that are open stay as they are. */
async function forgetResults() {
  // What a page still waits for would be found for it afterwards.
  cancel((owner) => owner !== REPORT_OWNER);
  await Promise.all([verdicts.dropAll(), host.clearCache(), forgetReports(chrome.storage.session), tellPages(tabs, "content.forget_results")]);
}

verdicts.onChange((tabId) => void languageSet.then(() => badgeCount.update(tabId)));

chrome.runtime.onMessage.addListener(
  createRouter(
    "background",
    {
      "image.check": (message, sender) => checker.check(message, ownerOf(sender)),
      "image.hurry": ({ key }, sender) => checker.hurry(key, ownerOf(sender)),
      "video.rule": () => videoChecker.rule(),
      "video.frame": (message, sender) => videoChecker.checkFrame(message, ownerOf(sender)),
      "video.verdict": (message, sender) => videoChecker.judge(message, ownerOf(sender)),
      "video.read": ({ url }, sender) => videoChecker.read(url, ownerOf(sender)),
      "page.shows": (message, sender) => {
        const { tabId, document } = ownerOf(sender);
        return verdicts.setShown(tabId, document, message);
      },
      "page.gone": (_, sender) => {
        const { tabId, document } = ownerOf(sender);
        cancel((owner) => owner === document);
        return verdicts.dropDocument(tabId, document);
      },
      "page.pauses": (_, sender) => queue.pause(ownerOf(sender).document),
      "report.open": ({ key, place }, { tab, frameId = 0 }) => openReport({ tabId: tab?.id ?? -1, frameId, key }, place),
      "report.check": (message) => checker.checkBytes(message),
      "welcome.check": (message, sender) => checker.check(message, ownerOf(sender)),
      "language.messages": ({ language }) => loadMessages(language),
      "model.describe": () => host.describe(),
      // What computes is chosen when the model is loaded: it is loaded anew.
      "model.reload": () => host.close(),
      "cache.clear": forgetResults,
    },
    { id: chrome.runtime.id, baseUrl: chrome.runtime.getURL("") },
  ),
);
chrome.runtime.onInstalled.addListener(({ reason }) => {
  void applyLanguage();
  autoCheck.sync({ isInstalled: true }).catch(report);
  // Once, and not after an update.
  if (reason === "install") tabs.create({ url: chrome.runtime.getURL(WELCOME_PAGE) }).catch(report);
});
chrome.runtime.onStartup.addListener(() => autoCheck.sync().catch(report));
chrome.contextMenus.onClicked.addListener((info, tab) =>
  menu.handleClick(info, tab).catch((error) => {
    report(error);
    return showForbidden(tab);
  }),
);
chrome.tabs.onRemoved.addListener((tabId) => verdicts.dropTab(tabId).catch(report));
// A tab that was thrown out of memory has another number in Chrome.
chrome.tabs.onReplaced?.addListener((_, removedTabId) => verdicts.dropTab(removedTabId).catch(report));
chrome.permissions.onAdded.addListener(() => {
  autoCheck.sync().catch(report);
  tellPages(tabs, "content.retry_refused").catch(report);
});
chrome.permissions.onRemoved.addListener(() => autoCheck.sync().catch(report));
chrome.commands.onCommand.addListener((command, tab) =>
  commands.run(command, tab).catch((error) => {
    report(error);
    return showForbidden(tab);
  }),
);
settings.onChange(() => {
  autoCheck.sync().catch(report);
  applyLanguage().then(() => badgeCount.updateAll()).catch(report);
});

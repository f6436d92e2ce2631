// Puts the content script on the pages that the user wants to be checked automatically.

import { CONTENT_SCRIPT } from "../shared/content-script.js";
import { automaticOrigins, patternWithSubdomains } from "../shared/host-patterns.js";

const SCRIPT_ID = "automatic";

/** Keeps the registered content script equal to what the settings want and the permissions allow. */
export class AutoCheck {
  #scripting;
  #permissions;
  #tabs;
  #settings;
  #turn = /** @type {Promise<unknown>} */ (Promise.resolve());

  /**
   * @param {object} parts
   * @param {Pick<typeof chrome.scripting, "registerContentScripts" | "unregisterContentScripts" | "getRegisteredContentScripts" | "executeScript">} parts.scripting
   * @param {Pick<typeof chrome.permissions, "contains">} parts.permissions
   * @param {Pick<typeof chrome.tabs, "query">} parts.tabs
   * @param {import("../shared/settings.js").SettingsStore} parts.settings
   */
  constructor({ scripting, permissions, tabs, settings }) {
    this.#scripting = scripting;
    this.#permissions = permissions;
    this.#tabs = tabs;
    this.#settings = settings;
  }

  /**
   * Brings the registration up to date: after a start, a change of the settings or of the permissions.
   *
   * @param {{isInstalled?: boolean}} [options] isInstalled: just now, and open pages have no script, or one of the version before
   */
  sync({ isInstalled = false } = {}) {
    const done = this.#turn.then(() => this.#sync(isInstalled));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** @param {boolean} isInstalled */
  async #sync(isInstalled) {
    const { matches, excludeMatches } = await this.#patterns();
    const [registered] = await this.#scripting.getRegisteredContentScripts({ ids: [SCRIPT_ID] });
    /** @type {(a?: string[], b?: string[]) => boolean} */
    const hasSame = (a = [], b = []) => [...a].sort().join() === [...b].sort().join();
    const isSame = hasSame(matches, registered?.matches) && hasSame(excludeMatches, registered?.excludeMatches);
    if (registered && !isSame) await this.#scripting.unregisterContentScripts({ ids: [SCRIPT_ID] });
    if (matches.length === 0) return;
    if (!isSame) await this.#register(matches, excludeMatches);
    if (!isSame || isInstalled) await this.#injectIntoOpenTabs(matches);
  }

  /** @param {string[]} matches @param {string[]} excludeMatches */
  async #register(matches, excludeMatches) {
    await this.#scripting.registerContentScripts([
      {
        id: SCRIPT_ID,
        js: [CONTENT_SCRIPT],
        matches,
        ...(excludeMatches.length > 0 ? { excludeMatches } : {}),
        // Frames of other sites, and those without an address of their own, such as about:srcdoc.
        allFrames: true,
        matchOriginAsFallback: true,
        // And not when the browser finds the page idle, which waits for its pictures, up to 200 ms.
        runAt: "document_end",
      },
    ]);
  }

  async #patterns() {
    const settings = await this.#settings.load();
    const wanted = automaticOrigins(settings);
    const allowed = await Promise.all(wanted.map((origin) => this.#permissions.contains({ origins: [origin] })));
    return { matches: wanted.filter((_, index) => allowed[index]), excludeMatches: settings.deniedSites.map(patternWithSubdomains) };
  }

  /**
   * Nobody waits until the script is there: a tab that is frozen or hangs, or a frame that never loads, would hold up every later
   * change.
   *
   * @param {string[]} matches
   */
  async #injectIntoOpenTabs(matches) {
    for (const { id: tabId = -1 } of await this.#tabs.query({ url: matches })) {
      const injection = this.#scripting.executeScript({ target: { tabId, allFrames: true }, files: [CONTENT_SCRIPT] });
      // Pages of the browser itself and of the extension store refuse every extension.
      injection.catch(() => undefined);
    }
  }
}

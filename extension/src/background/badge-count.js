// Shows on the toolbar button how many images of the tab are likely fake.

/** @typedef {import("../shared/i18n.js").Translate} Translate */

const COUNT_COLOUR = "#b3261e";
// A failure must not look like a finding.
const FAILURE_COLOUR = "#57606a";

/** The number on the toolbar button. */
export class BadgeCount {
  #action;
  #verdicts;
  #translate;
  #settings;

  /**
   * @param {Pick<typeof chrome.action, "setBadgeText" | "setBadgeBackgroundColor" | "setBadgeTextColor" | "setTitle">} action
   * @param {import("./page-verdicts.js").PageVerdicts} verdicts
   * @param {Translate} translate
   * @param {Pick<import("../shared/settings.js").SettingsStore, "load">} settings
   */
  constructor(action, verdicts, translate, settings) {
    this.#action = action;
    this.#verdicts = verdicts;
    this.#translate = translate;
    this.#settings = settings;
  }

  /** @param {number} tabId */
  async update(tabId) {
    const verdicts = await this.#verdicts.list(tabId);
    const { sensitivity } = await this.#settings.load();
    const count = verdicts.filter(({ bands }) => bands?.[sensitivity] === "likely_fake").length;
    const title = count === 0 ? this.#translate("extensionName") : this.#translate("toolbarCount", count);
    await this.#write(tabId, count === 0 ? "" : String(count), title, COUNT_COLOUR);
  }

  /** The user may have chosen another sensitivity. */
  async updateAll() {
    await Promise.all((await this.#verdicts.tabs()).map((tabId) => this.update(tabId)));
  }

  /** @param {number} tabId where nothing could be drawn on the page itself */
  showForbidden(tabId) {
    return this.#write(tabId, "–", this.#translate("failed_forbidden_page"), FAILURE_COLOUR);
  }

  /**
   * @param {number} tabId
   * @param {string} text
   * @param {string} title
   * @param {string} color of the text's ground
   */
  async #write(tabId, text, title, color) {
    try {
      await this.#action.setBadgeText({ tabId, text });
      await this.#action.setBadgeBackgroundColor({ tabId, color });
      await this.#action.setBadgeTextColor({ tabId, color: "#ffffff" });
      await this.#action.setTitle({ tabId, title });
    } catch {
      // The tab was closed meanwhile: there is no button to write on.
    }
  }
}

// The popup's automatic switch: off, this site, all sites; asks for the access inside the click.

import { isLow, readBattery } from "../shared/battery.js";
import { ALL_SITES, patternOf } from "../shared/host-patterns.js";
import { isAutomaticOn } from "../shared/settings.js";

/** @typedef {import("../shared/settings.js").Settings} Settings */

/** Three radio buttons and a line that says what they mean. */
export class AutomaticSwitch {
  #inputs;
  #hint;
  #settings;
  #translate;
  #siteOf;
  #hostsOf;

  /**
   * @param {object} parts
   * @param {HTMLInputElement[]} parts.inputs with the values off, site, all
   * @param {HTMLElement} parts.hint
   * @param {import("../shared/settings.js").SettingsStore} parts.settings
   * @param {import("../shared/i18n.js").Translate} parts.translate
   * @param {() => string | null} parts.siteOf host name of the page; null when it has none
   * @param {() => string[]} parts.hostsOf host names of the page's images
   */
  constructor({ inputs, hint, settings, translate, siteOf, hostsOf }) {
    this.#inputs = inputs;
    this.#hint = hint;
    this.#settings = settings;
    this.#translate = translate;
    this.#siteOf = siteOf;
    this.#hostsOf = hostsOf;
    for (const input of inputs) input.addEventListener("change", () => void this.#choose(input.value));
    settings.onChange((values) => void this.show(values));
  }

  /** @param {Settings} settings */
  async show(settings) {
    const site = this.#siteOf();
    const { automatic } = settings;
    const isOn = site !== null && isAutomaticOn(settings, site);
    const choice = automatic === "all" ? "all" : isOn ? "site" : "off";
    for (const input of this.#inputs) {
      input.checked = input.value === choice;
      input.disabled = input.value === "site" && site === null;
    }
    const isElsewhere = automatic === "sites" && settings.sites.length > 0 && site !== null;
    const key = { all: "automaticAllHint", site: "automaticSiteHint", off: isElsewhere ? "automaticOtherHint" : "automaticOffHint" }[choice];
    const isDenied = site !== null && settings.deniedSites.includes(site);
    this.#hint.textContent = this.#translate(settings.paused ? "automaticPausedHint" : isDenied ? "automaticDeniedHint" : key, site ?? "");
    this.#inputs[0].closest(".segments")?.toggleAttribute("data-idle", settings.paused || isDenied);
    if (choice === "off" || settings.paused || isDenied) return;
    const origins = choice === "all" ? [ALL_SITES] : [patternOf(site ?? "")];
    const isAllowed = await chrome.permissions.contains({ origins });
    if (!isAllowed) this.#hint.textContent = this.#translate("automaticRefused");
    else if (isLow(await readBattery())) this.#hint.textContent = this.#translate("automaticBatteryHint");
  }

  /** @param {string} choice off, site or all */
  async #choose(choice) {
    const site = this.#siteOf();
    const hosts = choice === "site" && site !== null ? [site, ...this.#hostsOf()] : [];
    const origins = choice === "all" ? [ALL_SITES] : [...new Set(hosts)].map(patternOf);
    // Asked before anything is awaited: the prompt needs the click. It may close the popup: the setting is saved meanwhile,
    // and takes effect when the access is granted.
    const answered = origins.length > 0 ? chrome.permissions.request({ origins }).catch(() => false) : null;
    const { automatic, sites } = await this.#settings.load();
    const others = sites.filter((other) => other !== site);
    /** @type {Partial<Settings>} */
    const change =
      choice === "all" ? { automatic: "all" }
      : choice === "site" && site !== null ? { automatic: "sites", sites: [...others, site] }
      : { automatic: automatic === "all" || others.length === 0 ? "off" : "sites", sites: others };
    const changed = await this.#settings.save(change);
    await answered;
    await this.show(changed);
  }
}

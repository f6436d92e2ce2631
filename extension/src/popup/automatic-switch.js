// The popup's automatic switch: off, this site, all sites; asks for the access inside the click.

import { AccessButton } from "../shared/access-button.js";
import { watchSteps } from "../shared/arrow-steps.js";
import { isLow, readBattery } from "../shared/battery.js";
import { ALL_SITES, patternOf } from "../shared/host-patterns.js";
import { denialOf, isAutomaticOn } from "../shared/settings.js";

/** @typedef {import("../shared/settings.js").Settings} Settings */

/** Three radio buttons, a line that says what they mean, and a button where access is missing. */
export class AutomaticSwitch {
  #inputs;
  #hint;
  #settings;
  #translate;
  #siteOf;
  #access;
  #onFailure;

  /**
   * @param {object} parts
   * @param {HTMLElement} parts.group holds radio buttons with the values off, site, all
   * @param {HTMLElement} parts.hint
   * @param {HTMLButtonElement} parts.allow
   * @param {import("../shared/settings.js").SettingsStore} parts.settings
   * @param {import("../shared/i18n.js").Translate} parts.translate
   * @param {() => string | null} parts.siteOf host name of the page; null when it has none
   * @param {() => string[]} parts.hostsOf host names of the page's images
   * @param {(error: unknown) => void} parts.onFailure a choice could not be saved
   */
  constructor({ group, hint, allow, settings, translate, siteOf, hostsOf, onFailure }) {
    this.#inputs = /** @type {HTMLInputElement[]} */ ([...group.querySelectorAll("input")]);
    this.#hint = hint;
    this.#settings = settings;
    this.#translate = translate;
    this.#siteOf = siteOf;
    this.#onFailure = onFailure;
    const isAll = () => this.#inputs.some(({ value, checked }) => checked && value === "all");
    this.#access = new AccessButton({
      button: allow,
      permissions: chrome.permissions,
      besides: () => (isAll() ? [] : hostsOf().map(patternOf)),
      onChange: () => void this.#showStored(),
    });
    const isStep = watchSteps(group);
    for (const input of this.#inputs) input.addEventListener("change", () => void this.#choose(input.value, isStep()));
    settings.onChange((values) => void this.show(values));
  }

  /** @param {Settings} settings */
  async show(settings) {
    const site = this.#siteOf();
    const { automatic, sites, deniedSites, paused } = settings;
    const isOn = site !== null && isAutomaticOn(settings, site);
    const choice = automatic === "all" ? "all" : isOn ? "site" : "off";
    for (const input of this.#inputs) {
      input.checked = input.value === choice;
      input.disabled = input.value === "site" && site === null;
    }
    const isElsewhere = automatic === "sites" && sites.length > 0 && site !== null;
    const key = { all: "automaticAllHint", site: "automaticSiteHint", off: isElsewhere ? "automaticOtherHint" : "automaticOffHint" }[choice];
    const denied = site === null ? null : denialOf(deniedSites, site);
    const hintKey = paused ? "automaticPausedHint" : denied === null ? key : "automaticDeniedHint";
    this.#hint.textContent = this.#translate(hintKey, denied ?? site ?? "");
    this.#inputs[0].closest(".segments")?.toggleAttribute("data-idle", paused || denied !== null);
    const rests = choice === "off" || paused || denied !== null;
    const isAllowed = await this.#access.show(rests ? [] : this.#originsOf(choice));
    if (rests) return;
    if (!isAllowed) this.#hint.textContent = this.#translate("automaticRefused");
    else if (isLow(await readBattery())) this.#hint.textContent = this.#translate("automaticBatteryHint");
  }

  /** @param {string} choice off, site or all @returns {string[]} access that it cannot do without */
  #originsOf(choice) {
    const site = this.#siteOf();
    return choice === "all" ? [ALL_SITES] : choice === "site" && site !== null ? [patternOf(site)] : [];
  }

  async #showStored() {
    await this.show(await this.#settings.load());
  }

  /**
   * @param {string} choice off, site or all
   * @param {boolean} isStep on the way to another: it is kept, and the button asks for the access when it is wanted
   */
  async #choose(choice, isStep) {
    const site = this.#siteOf();
    // Asked before anything is awaited: the prompt needs the click. It may close the popup: the setting is saved meanwhile,
    // and takes effect when the access is granted.
    const answered = isStep ? null : this.#access.ask(this.#originsOf(choice));
    try {
      const { automatic, sites } = await this.#settings.load();
      const others = sites.filter((other) => other !== site);
      /** @type {Partial<Settings>} */
      const change =
        choice === "all" ? { automatic: "all" }
        : choice === "site" && site !== null ? { automatic: "sites", sites: [...others, site] }
        : { automatic: automatic === "all" || others.length === 0 ? "off" : "sites", sites: others };
      await this.#settings.save(change);
    } catch (error) {
      this.#onFailure(error);
    }
    await answered;
    await this.#showStored();
  }
}

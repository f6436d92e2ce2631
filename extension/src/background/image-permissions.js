// Asks for and knows the right to read images of other hosts.

import { hostNameOf, patternOf } from "../shared/host-patterns.js";

/** Permissions to read the images of hosts. */
export class ImagePermissions {
  #permissions;

  /** @param {Pick<typeof chrome.permissions, "request" | "contains">} permissions */
  constructor(permissions) {
    this.#permissions = permissions;
  }

  /**
   * Asks the user for the host of an image. Call it inside the click, before any await: a prompt needs the gesture.
   *
   * @param {string} imageUrl
   * @param {string | undefined} pageUrl its own origin is readable through activeTab, and nothing is asked
   * @returns {Promise<boolean>} whether the image may be read
   */
  requestInClick(imageUrl, pageUrl) {
    const hostName = hostNameOf(imageUrl);
    const isReadable = hostName === null || (pageUrl !== undefined && new URL(pageUrl).origin === new URL(imageUrl).origin);
    if (isReadable) return Promise.resolve(true);
    // A browser that cannot prompt (or a policy that forbids it) rejects: the same as a refusal.
    return this.#permissions.request({ origins: [patternOf(hostName)] }).catch(() => false);
  }

  /**
   * @param {string} imageUrl
   * @returns {Promise<boolean>} whether its host was allowed for good
   */
  async has(imageUrl) {
    const hostName = hostNameOf(imageUrl);
    return hostName === null || this.#permissions.contains({ origins: [patternOf(hostName)] });
  }
}

// Where to look further: reverse image searches, whose links open only when they are clicked.

/**
 * By an address that anybody can open, and by hand where there is none.
 *
 * @type {{name: string, search: string, upload: string}[]}
 */
const SEARCHES = [
  { name: "Google Lens", search: "https://lens.google.com/uploadbyurl?url=", upload: "https://images.google.com/" },
  { name: "TinEye", search: "https://tineye.com/search?url=", upload: "https://tineye.com/" },
  { name: "Yandex", search: "https://yandex.com/images/search?rpt=imageview&url=", upload: "https://yandex.com/images/" },
];

/**
 * @param {string} url of an image, or ""
 * @returns {boolean} whether a search engine could fetch it: a host of the open web
 */
export function isPublicAddress(url) {
  if (!/^https?:/i.test(url) || !URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  const isNumber = /^[\d.]+$|^\[/.test(hostname);
  return hostname.includes(".") && !isNumber && !/\.(local|localhost|internal|home|lan|test|invalid)$/.test(hostname);
}

/**
 * @param {string} url of the image, or ""
 * @returns {{name: string, url: string, sendsAddress: boolean}[]}
 */
export function imageSearches(url) {
  const sendsAddress = isPublicAddress(url);
  return SEARCHES.map(({ name, search, upload }) => ({ name, url: sendsAddress ? search + encodeURIComponent(url) : upload, sendsAddress }));
}

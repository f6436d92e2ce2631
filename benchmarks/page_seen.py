"""When the pictures of a page and their badges were painted, by the page's own clock, told as it happens: nothing polls."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import CDPSession, Page

from extension.demo.browser import wait_until

LIMIT_S = 240
# By the number of the picture's file. Whoever waits, one at a time, is told.
STORE = f"""
globalThis.seen = {{
  times: new Map(),
  numberOf: (address) => Number(address.match(/(\\d+)\\.jpg/)[1]),
  add(number, time) {{
    if (!seen.times.has(number)) seen.times.set(number, time);
    seen.tell();
  }},
  has: (first) => [...seen.times.keys()].filter((number) => number < first).length,
  tell: () => {{}},
  come: (first) => new Promise((resolve, reject) => {{
    const timer = setTimeout(() => reject(new Error(`${{seen.has(first)}} of the first ${{first}} were painted`)), {1000 * LIMIT_S});
    seen.tell = () => {{
      if (seen.has(first) < first) return;
      clearTimeout(timer);
      resolve();
    }};
    seen.tell();
  }}),
}};
"""
PICTURES = f"""{STORE}
new PerformanceObserver((list) => list.getEntries().forEach(({{ url, renderTime }}) => seen.add(seen.numberOf(url), renderTime)))
  .observe({{ type: "element", buffered: true }});
"""
# A badge has its place once it is no longer hidden; the frame after the one that drew it finds it painted.
BADGES = f"""{STORE}
(() => {{
  const note = (badges) => {{
    const numbers = badges
      .filter(({{ dataset, hidden }}) => dataset.score !== undefined && !hidden)
      .map(({{ dataset }}) => seen.numberOf(dataset.image))
      .filter((number) => !seen.times.has(number));
    if (numbers.length > 0) requestAnimationFrame(() => numbers.forEach((number) => seen.add(number, performance.now())));
  }};
  const watch = () => {{
    const host = document.querySelector(":root > deepfake-detector-overlay");
    if (!host) return false;
    const root = chrome.dom.openOrClosedShadowRoot(host);
    new MutationObserver((changes) => note(changes.map(({{ target }}) => target)))
      .observe(root, {{ subtree: true, attributeFilter: ["hidden", "data-score"] }});
    note([...root.querySelectorAll("button")]);
    return true;
  }};
  if (watch()) return;
  new MutationObserver((_, observer) => watch() && observer.disconnect()).observe(document.documentElement, {{ childList: true }});
}})();
"""


class Seen:
    """What was painted of a page, in the world of scripts that notes it."""

    def __init__(self, session: CDPSession, world: int | None = None):
        self._session = session
        self._world = {} if world is None else {"contextId": world}

    def wait_for(self, first: int) -> None:
        """Returns when the page's `first` pictures were all painted.

        Raises:
            TimeoutError: they were not within `LIMIT_S` seconds.
        """
        self.evaluate(f"seen.come({first})")

    def times(self) -> dict[int, float]:
        """Milliseconds from the navigation on, by the number of the picture."""
        return dict(self.evaluate("[...seen.times]"))

    def evaluate(self, script: str) -> Any:
        """What a script answers, or the promise that it answers with.

        Raises:
            TimeoutError: it threw; nothing does here but what waits too long.
        """
        options = {"awaitPromise": True, "returnByValue": True, **self._world}
        answer = self._session.send("Runtime.evaluate", {"expression": script, **options})
        if "exceptionDetails" in answer:
            raise TimeoutError(answer["exceptionDetails"]["exception"]["description"])
        return answer["result"].get("value")


def pictures_of(page: Page) -> Seen:
    """The pictures of a page that has the init script `PICTURES`."""
    return Seen(page.context.new_cdp_session(page))


def badges_of(page: Page) -> Seen:
    """The badges of a page that the extension checks by itself: those with a score, each when it first had its place.

    They lie in a closed shadow root. The extension's own world of scripts may look into it, and there an observer is told
    of each change: that costs the page's thread next to nothing, and the extension's service worker nothing.

    Raises:
        TimeoutError: the extension did not start on the page.
    """
    session = page.context.new_cdp_session(page)
    worlds: list[dict] = []
    session.on("Runtime.executionContextCreated", lambda event: worlds.append(event["context"]))
    session.send("Runtime.enable")

    def ours() -> list[int]:
        return [world["id"] for world in worlds if world["origin"].startswith("chrome-extension://")]

    [world] = wait_until(page, ours, LIMIT_S, "the extension is on the page", interval_s=0.01)
    badges = Seen(session, world)
    badges.evaluate(BADGES)
    return badges

"""What the browser tests do with the extension: settings, right-clicks, the toolbar button, and reading badges."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from playwright.sync_api import BrowserContext, Page, Worker

from extension.demo.browser import wait_until
from tests.e2e.shadow_dom import ShadowElement, ShadowReader

SCORED = frozenset({"no_traces", "inconclusive", "likely_fake"})
# A wait ends when what it waits for has come: these say only how long a test that fails takes, and must not make one fail
# whose machine has other work. With several busy processes beside the browser, ten seconds were too few.
PATIENCE_S = 60  # for what comes at once on a quiet machine
FIRST_CHECK_S = 180  # the model is loaded with the first check
# Points of 100, of one frame's score: browsers and FFmpeg turn YUV into RGB with other rounding. 5.1 is the most that was seen; the
# same frame converted more exactly than either is 8 from FFmpeg's.
CLIP_TOLERANCE = 6

FIND_TAB = "const tab = (await chrome.tabs.query({})).find(({ url }) => url === address);"
DISPATCH_CLICK = f"""async ([address, srcUrl]) => {{
  {FIND_TAB}
  const info = {{ menuItemId: "check-image", srcUrl, pageUrl: address, frameId: 0, mediaType: "image", editable: false }};
  chrome.contextMenus.onClicked.dispatch(info, {{ ...tab, url: address }});
}}"""


def set_settings(
    worker: Worker,
    automatic: str = "off",
    sites: Collection[str] = (),
    badges: str = "all",
    language: str = "auto",
    paused: bool = False,
    report: str = "tab",
) -> None:
    """Stores settings, as the popup does, and waits until the automatic content script follows them."""
    worker.evaluate(
        "settings => chrome.storage.local.set({ settings })",
        {
            "version": 2,
            "automatic": automatic,
            "sites": list(sites),
            "badges": badges,
            "language": language,
            "paused": paused,
            "report": report,
        },
    )
    worker.evaluate(
        """async (count) => {
          while ((await chrome.scripting.getRegisteredContentScripts()).length !== count) await new Promise((done) => setTimeout(done, 20));
        }""",
        0 if automatic == "off" or paused else 1,
    )


def right_click(worker: Worker, page: Page, image_url: str, tab_id: int | None = None) -> None:
    """Chooses "Check for deepfake" for an image. No driver can click the browser's own menu: its event is dispatched.

    Args:
        tab_id: of the page, for a build that may not read the addresses of tabs.
    """
    if tab_id is None:
        worker.evaluate(DISPATCH_CLICK, [page.url, image_url])
    else:
        worker.evaluate(
            DISPATCH_CLICK.replace("({ url }) => url === address", f"({{ id }}) => id === {tab_id}"),
            [page.url, image_url],
        )


def right_click_here(worker: Worker, page: Page, position: tuple[float, float]) -> None:
    """Opens the context menu at a place of the page where the browser sees no image, and chooses the entry."""
    page.mouse.click(*position, button="right")
    worker.evaluate(DISPATCH_CLICK.replace('mediaType: "image", ', ""), [page.url, None])


def press_command(worker: Worker, page: Page, command: str) -> None:
    """Runs a command of the manifest, as its keys do: no driver can press the browser's own."""
    worker.evaluate(
        f"async ([address, name]) => {{ {FIND_TAB} chrome.commands.onCommand.dispatch(name, tab); }}",
        [page.url, command],
    )


def checked_images(worker: Worker) -> dict[str, dict]:
    """What the background knows of every image of every page, frames included, by the image's key."""
    stored = worker.evaluate("chrome.storage.session.get(null)")
    return {
        key: verdict
        for documents in stored.values()
        for images in documents.values()
        for key, verdict in images.items()
    }


def trigger_action(context: BrowserContext, worker: Worker, page: Page) -> None:
    """Clicks the toolbar button on a page, which grants activeTab."""
    browser = context.browser.new_browser_cdp_session()
    tabs = browser.send("Target.getTargets", {"filter": [{"type": "tab"}]})["targetInfos"]
    [target] = [tab["targetId"] for tab in tabs if tab["url"] == page.url]
    browser.send("Extensions.triggerAction", {"id": worker.url.split("/")[2], "targetId": target})
    browser.detach()


def kill_worker(own_page: Page) -> None:
    """Stops the service worker, as the browser does when it has been idle; returns when it has stopped.

    Args:
        own_page: any open page of the extension.
    """
    session = own_page.context.new_cdp_session(own_page)
    statuses: dict[str, str] = {}

    def note(event: dict) -> None:
        statuses.update({version["versionId"]: version["runningStatus"] for version in event["versions"]})

    session.on("ServiceWorker.workerVersionUpdated", note)
    session.send("ServiceWorker.enable")
    # It may have been stopped before and not been needed since: where a verdict came before the stop, nothing wakes it.
    wait_until(
        own_page,
        lambda: statuses and "starting" not in statuses.values(),
        PATIENCE_S,
        "the service worker runs, or has stopped",
    )
    session.send("ServiceWorker.stopAllWorkers")
    wait_until(own_page, lambda: set(statuses.values()) == {"stopped"}, PATIENCE_S, "the service worker has stopped")
    session.detach()


def badges_by_image(reader: ShadowReader) -> dict[str, ShadowElement]:
    """The badges of a page by the address of their image."""
    found = reader.elements(lambda element: element.tag == "button" and element.has_class("badge"))
    return {badge.attributes["data-image"]: badge for badge in found}


def state_of(reader: ShadowReader, image_url: str) -> str | None:
    """State of an image's badge; None when it has none."""
    badge = badges_by_image(reader).get(image_url)
    return badge.attributes["data-state"] if badge else None


def wait_for_states(
    page: Page, reader: ShadowReader, expected: Mapping[str, Collection[str]], timeout_s: float = FIRST_CHECK_S
):
    """Waits until the badges of the images have one of their states; returns the badges by image."""
    seen: dict[str, str | None] = {}

    def reached():
        badges = badges_by_image(reader)
        seen.update({url: badges[url].attributes["data-state"] if url in badges else None for url in expected})
        return badges if all(seen[url] in allowed for url, allowed in expected.items()) else None

    try:
        return wait_until(page, reached, timeout_s, "the badges")
    except TimeoutError as error:
        wrong = {url: state for url, state in seen.items() if state not in expected[url]}
        raise AssertionError(f"After {timeout_s:.0f} s these badges are not as expected: {wrong}") from error


def open_report(context: BrowserContext, reader: ShadowReader) -> Page:
    """Clicks the open panel's button for it, and returns the report's page."""
    [button] = reader.elements(lambda element: element.tag == "button" and element.has_class("report"))
    with context.expect_page() as opened:
        reader.click(button)
    return opened.value


def panel_text(reader: ShadowReader) -> str:
    """What the open panel says; empty when none is open."""
    panels = reader.elements(lambda element: element.has_class("panel"))
    return panels[0].text if panels else ""

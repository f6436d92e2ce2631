"""What the Firefox tests do: settings, the browser's own menu and prompts, the popup, and reading badges."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extension.demo.wait import wait_for
from tests.e2e.bidi import Bidi, launch_firefox
from tests.e2e.extension_driver import FIRST_CHECK_S, PATIENCE_S

ID = "deepfake-detector@example.org"
# Firefox gives each installation a random host name unless it is told one.
UUID = "6d1f3a52-9f0b-4b8e-8a55-3f6f0a1c2b3d"
BASE = f"moz-extension://{UUID}"
REVOKE_HOSTS = "async () => chrome.permissions.remove({ origins: (await chrome.permissions.getAll()).origins })"
OVERLAYS = "() => [...document.querySelectorAll('deepfake-detector-overlay')]"
MENU_ITEM = "deepfake-detector_example_org-menuitem-_check-image"


@dataclass(frozen=True)
class Element:
    """One element inside the overlay's closed shadow root, as it was when read."""

    tag: str
    attributes: dict[str, str]
    text: str
    shared_id: str

    def has_class(self, name: str) -> bool:
        """True when the class attribute holds the name."""
        return name in self.attributes.get("class", "").split()


class FirefoxTab:
    """A tab with a page, or with a page of the extension."""

    def __init__(self, bidi: Bidi, context: str):
        self.bidi = bidi
        self.context = context

    def goto(self, url: str, wait: str = "complete") -> None:
        """Loads a page and waits until it is complete, or "interactive": without its pictures."""
        self.bidi.send("browsingContext.navigate", context=self.context, url=url, wait=wait)

    def evaluate(self, function: str, *arguments: Any) -> Any:
        """Calls a function in the page."""
        return self.bidi.call(self.context, function, *arguments)

    def activate(self) -> None:
        """Brings the tab to the front."""
        self.bidi.send("browsingContext.activate", context=self.context)

    def close(self) -> None:
        """Closes the tab."""
        self.bidi.send("browsingContext.close", context=self.context)

    def elements(self) -> list[Element]:
        """Every element of the extension's overlay, in document order."""
        # Beside the page's scripts: a page that changed document.querySelectorAll must not change the test.
        hosts = self.bidi.call(self.context, OVERLAYS, raw=True, sandbox="test")["value"]
        return [element for host in hosts for element in _elements(host["value"]["shadowRoot"])]

    def badges(self) -> dict[str, Element]:
        """The badges by the address of their image."""
        return {element.attributes["data-image"]: element for element in self.elements() if element.has_class("badge")}

    def panel_text(self) -> str:
        """What the open panel says; empty when none is open."""
        return next((element.text for element in self.elements() if element.has_class("panel")), "")

    def wait_for_states(self, expected: Mapping[str, Collection[str]], timeout_s: float = FIRST_CHECK_S):
        """Waits until the badges of the images have one of their states; returns the badges by image."""

        def states() -> dict[str, Element] | None:
            badges = self.badges()
            found = {url: badges[url].attributes["data-state"] if url in badges else None for url in expected}
            wrong = {url: state for url, state in found.items() if state not in expected[url]}
            seen.clear()
            seen.update(wrong)
            return None if wrong else badges

        seen: dict[str, str | None] = {}
        try:
            return wait_for(states, timeout_s, "the badges")
        except TimeoutError as error:
            raise AssertionError(f"After {timeout_s:.0f} s these badges are not as expected: {seen}") from error

    def click(self, element: Element, button: int = 0) -> None:
        """Clicks the middle of an element with the mouse, once it has a place: a badge may have it some frames after its words."""
        wait_for(lambda: self._has_place(element), PATIENCE_S, f"{element} has a place on the page")
        self._click({"type": "element", "element": {"sharedId": element.shared_id}}, 0, 0, button)

    def right_click(self, selector: str) -> None:
        """Opens the browser's menu on the first element that the selector names."""
        self.click_on(selector, 2)

    def click_on(self, selector: str, button: int = 0) -> None:
        """Clicks the first element that the selector names with the mouse: a permission is only asked for in a click."""
        place = """(selector) => {
          const element = document.querySelector(selector);
          element.scrollIntoView({ block: "center" });
          const { x, y, width, height } = element.getBoundingClientRect();
          return [x + width / 2, y + height / 2];
        }"""
        x, y = self.evaluate(place, selector)
        self._click("viewport", round(x), round(y), button)

    def press(self, key: str) -> None:
        """Presses and releases one key."""
        actions = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self._perform({"type": "key", "id": "keyboard", "actions": actions})

    def _has_place(self, element: Element) -> bool:
        outcome = self.bidi.send(
            "script.callFunction",
            functionDeclaration="(element) => element.getClientRects().length > 0",
            target={"context": self.context, "sandbox": "test"},
            arguments=[{"sharedId": element.shared_id}],
            awaitPromise=False,
        )
        return outcome["type"] == "success" and outcome["result"]["value"]

    def _click(self, origin: Any, x: int, y: int, button: int) -> None:
        move = {"type": "pointerMove", "x": x, "y": y, "origin": origin}
        actions = [move, {"type": "pointerDown", "button": button}, {"type": "pointerUp", "button": button}]
        self._perform({"type": "pointer", "id": "mouse", "actions": actions})

    def _perform(self, source: dict) -> None:
        self.bidi.send("input.performActions", context=self.context, actions=[source])


class Firefox:
    """A running Firefox with the extension."""

    def __init__(self, bidi: Bidi):
        self.bidi = bidi
        [window] = bidi.send("browsingContext.getTree", **{"moz:scope": "chrome"})["contexts"]
        self._window = window["context"]
        self.reopen_own_page()

    def open_tab(self, background: bool = False) -> FirefoxTab:
        """A new tab, in front unless told otherwise."""
        created = self.bidi.send("browsingContext.create", type="tab", background=background)
        return FirefoxTab(self.bidi, created["context"])

    def reopen_own_page(self) -> None:
        """Opens the page behind `in_extension`: Firefox closes it with the extension that it belongs to."""
        self.own_page = self.open_tab(background=True)
        self.own_page.goto(f"{BASE}/options/options.html")

    def in_extension(self, function: str, *arguments: Any) -> Any:
        """Calls a function in a page of the extension, where `chrome` is the extension's."""
        return self.own_page.evaluate(function, *arguments)

    def in_browser(self, function: str, *arguments: Any) -> Any:
        """Calls a function in the browser's own window, with all its rights."""
        return self.bidi.call(self._window, function, *arguments)

    def set_settings(
        self, automatic: str = "off", sites: Collection[str] = (), badges: str = "all", report: str = "tab"
    ) -> None:
        """Stores settings, as the popup does, and waits until the automatic content script follows them."""
        settings = {"automatic": automatic, "sites": list(sites), "badges": badges, "report": report}
        self.in_extension("(settings) => chrome.storage.local.set({ settings })", settings)
        count = 0 if automatic == "off" else 1
        registered = "async () => (await chrome.scripting.getRegisteredContentScripts()).length"
        wait_for(
            lambda: self.in_extension(registered) == count, PATIENCE_S, "the content script is registered as wanted"
        )

    def choose_menu_entry(self) -> None:
        """Chooses "Check for deepfake" in the open menu, as the user does: this grants activeTab."""
        choose = """(id) => {
          const menu = document.getElementById("contentAreaContextMenu");
          const item = document.getElementById(id);
          if (menu.state !== "open" || !item || item.hidden) return false;
          menu.activateItem(item);
          return true;
        }"""
        wait_for(lambda: self.in_browser(choose, MENU_ITEM), PATIENCE_S, "the menu with our entry")
        closed = "() => document.getElementById('contentAreaContextMenu').state === 'closed'"
        wait_for(lambda: self.in_browser(closed), PATIENCE_S, "the menu has closed")

    def answer_prompt(self, allow: bool) -> str:
        """Answers the browser's question for a permission; returns what it said."""
        answer = """(allow) => {
          const notification = document.getElementById("addon-webext-permissions-notification");
          if (PopupNotifications.panel.state !== "open" || !notification) return "";
          const text = notification.textContent + notification.getAttribute("label") + notification.innerHTML;
          (allow ? notification.button : notification.secondaryButton).click();
          return text;
        }"""
        return wait_for(lambda: self.in_browser(answer, allow), PATIENCE_S, "the question for a permission")

    def is_prompt_open(self) -> bool:
        """Whether the browser asks for something."""
        return self.in_browser("() => PopupNotifications.panel.state === 'open'")

    def background_state(self) -> str:
        """State of the event page: starting, running, suspending or stopped."""
        return self.in_browser("(id) => WebExtensionPolicy.getByID(id).extension.backgroundState", ID)


@contextmanager
def launch_with_extension(
    program: str, extension: Path, profile: Path, preferences: Mapping[str, bool | int | str] | None = None
) -> Iterator[Firefox]:
    """Runs Firefox with the extension from a built folder."""
    wanted = {
        "extensions.webextensions.uuids": json.dumps({ID: UUID}),
        # The buttons of a permission prompt ignore clicks that come at once, as a user's never do.
        "security.notification_enable_delay": 0,
        **(preferences or {}),
    }
    with launch_firefox(program, profile, wanted) as bidi:
        bidi.send("webExtension.install", extensionData={"type": "path", "path": str(extension)})
        yield Firefox(bidi)


def _elements(node: dict) -> Iterator[Element]:
    value = node["value"]
    if value["nodeType"] == 1:
        text = " ".join(_text(node).split())
        yield Element(value["localName"], value.get("attributes", {}), text, node["sharedId"])
    for child in value.get("children", []):
        yield from _elements(child)


def _text(node: dict) -> str:
    value = node["value"]
    return value.get("nodeValue", "") + "".join(_text(child) for child in value.get("children", []))

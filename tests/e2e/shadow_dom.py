"""Reads and clicks what lies in closed shadow roots, which Playwright's selectors cannot enter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import CDPSession, Page
from playwright.sync_api import Error as PlaywrightError

from extension.demo.browser import wait_until

PLACE_S = 60  # longer than any page takes: see PATIENCE_S


@dataclass(frozen=True)
class ShadowElement:
    """One element inside a shadow root, as it was when read."""

    tag: str
    attributes: dict[str, str]
    text: str
    backend_node_id: int
    host_attributes: dict[str, str]

    def has_class(self, name: str) -> bool:
        """True when the class attribute holds the name."""
        return name in self.attributes.get("class", "").split()


class ShadowReader:
    """Pierces the shadow roots of one page through the DevTools protocol."""

    def __init__(self, page: Page):
        self._page = page
        self._session: CDPSession = page.context.new_cdp_session(page)

    def elements(self, match: Callable[[ShadowElement], bool] = lambda element: True) -> list[ShadowElement]:
        """Every matching element inside any shadow root of the page, open or closed, in document order."""
        root = self._session.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
        return [element for element in _shadow_elements(root, None) if match(element)]

    def buttons(self) -> list[ShadowElement]:
        """The buttons inside shadow roots: the badges."""
        return self.elements(lambda element: element.tag == "button")

    def texts(self) -> list[str]:
        """What the badges say, in document order."""
        return [button.text for button in self.buttons()]

    def centre(self, element: ShadowElement) -> tuple[float, float] | None:
        """Middle of the element in CSS pixels of the viewport; None when it takes no space or is gone."""
        try:
            box = self._session.send("DOM.getBoxModel", {"backendNodeId": element.backend_node_id})
        except PlaywrightError:
            return None
        quad = box["model"]["border"]
        return sum(quad[0::2]) / 4, sum(quad[1::2]) / 4

    def style(self, element: ShadowElement, *names: str) -> list[str]:
        """The computed values of these properties, custom ones among them."""
        node = self._session.send("DOM.resolveNode", {"backendNodeId": element.backend_node_id})["object"]
        read = "function (...names) { return names.map((name) => getComputedStyle(this).getPropertyValue(name)); }"
        arguments = {"arguments": [{"value": name} for name in names], "returnByValue": True}
        call = {"objectId": node["objectId"], "functionDeclaration": read, **arguments}
        return self._session.send("Runtime.callFunctionOn", call)["result"]["value"]

    def click(self, element: ShadowElement) -> None:
        """Scrolls the element into view and clicks its middle with the mouse.

        Raises:
            TimeoutError: it takes no space on the page.
        """
        # A badge that has its words may have its place some frames later.
        wait_until(self._page, lambda: self.centre(element), PLACE_S, f"{element} has a place on the page")
        self._session.send("DOM.scrollIntoViewIfNeeded", {"backendNodeId": element.backend_node_id})
        centre = self.centre(element)
        assert centre is not None, f"{element} takes no space on the page"
        self._page.mouse.click(*centre)


def _shadow_elements(node: dict, host: dict | None) -> Iterator[ShadowElement]:
    if host is not None and node["nodeType"] == 1:
        yield ShadowElement(
            tag=node["nodeName"].lower(),
            attributes=_attributes(node),
            text=" ".join(_text(node).split()),
            backend_node_id=node["backendNodeId"],
            host_attributes=_attributes(host),
        )
    for root in node.get("shadowRoots", []):
        # The browser's own widgets (video controls, inputs) have shadow roots too; they are not ours.
        if root.get("shadowRootType") != "user-agent":
            for child in root.get("children", []):
                yield from _shadow_elements(child, node)
    for child in node.get("children", []):
        yield from _shadow_elements(child, host)


def _attributes(node: dict) -> dict[str, str]:
    flat = node.get("attributes", [])
    return dict(zip(flat[0::2], flat[1::2], strict=True))


def _text(node: dict) -> str:
    if node["nodeName"] in ("STYLE", "SCRIPT"):
        return ""
    return node.get("nodeValue", "") + "".join(_text(child) for child in node.get("children", []))

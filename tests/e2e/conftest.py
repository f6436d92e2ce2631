"""The browser tests' fixtures: the built extension, a Chromium that runs it, and a site on two hosts."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from extension.demo.browser import launch_extension
from extension.demo.ensure_firefox import NoFirefoxError, find_firefox
from extension.demo.extension_build import build_extension
from tests.e2e.extension_driver import PATIENCE_S
from tests.e2e.firefox_driver import REVOKE_HOSTS, launch_with_extension
from tests.e2e.shadow_dom import ShadowReader
from tests.e2e.two_host_server import serve_site

expect.set_options(timeout=1000 * PATIENCE_S)


@pytest.fixture(scope="session")
def extension_dir(models_dir, tmp_path_factory) -> Path:
    """The extension for Chrome, built once with host permissions (nobody can answer a prompt here)."""
    return build_extension(tmp_path_factory.mktemp("extension"), models=models_dir, test_permissions=True)


@pytest.fixture(scope="session")
def shipped_dir(models_dir, tmp_path_factory) -> Path:
    """The extension for Chrome as users get it, built once: no host may be read until they allow it."""
    return build_extension(tmp_path_factory.mktemp("shipped"), models=models_dir, test_permissions=False)


@pytest.fixture(scope="module")
def build(extension_dir) -> Path:
    """What the browsers of a test file run, Firefox's beside it; a file that tests permissions overrides it."""
    return extension_dir


@pytest.fixture(scope="package")
def playwright():
    """Playwright, started once and stopped before tests elsewhere start their own: it allows one at a time."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright, build):
    """(context, service worker) of a Chromium with the extension and a fresh profile, one per test file.

    The extra flag lets a test click the toolbar button (CDP Extensions.triggerAction): it grants activeTab.
    """
    flags = ["--enable-unsafe-extension-debugging"]
    with launch_extension(playwright, build, extra_args=flags, start_timeout_s=PATIENCE_S) as started:
        started[0].set_default_timeout(1000 * PATIENCE_S)
        yield started


@pytest.fixture
def context(browser):
    """The browser context."""
    return browser[0]


@pytest.fixture
def worker(browser):
    """The extension's service worker: `worker.evaluate("() => chrome.…")`."""
    return browser[1]


@pytest.fixture
def site(fixtures_dir):
    """The site, serving tests/fixtures on two hosts, with an empty request log; see SiteHandler."""
    with serve_site(fixtures_dir) as running:
        yield running


@pytest.fixture
def page(context):
    """A new tab, closed at the end."""
    tab = context.new_page()
    yield tab
    tab.close()


@pytest.fixture
def report(context, worker):
    """The report page, opened for no image."""
    page = context.new_page()
    page.goto(worker.url.replace("background.js", "report/report.html"))
    expect(page.get_by_role("heading", name="Check a picture")).to_be_visible()
    yield page
    page.close()


@pytest.fixture
def badges(page):
    """Reads and clicks the badges of `page`."""
    return ShadowReader(page)


@pytest.fixture(scope="session")
def firefox_program() -> str:
    """Path of a Firefox; without one the test is skipped, and the summary says why."""
    try:
        return find_firefox()
    except NoFirefoxError as error:
        pytest.skip(f"NEEDS FIREFOX: {error}")


@pytest.fixture(scope="module")
def firefox(firefox_program, build, tmp_path_factory):
    """A Firefox with the extension and a fresh profile, one per test file."""
    profile = tmp_path_factory.mktemp("firefox")
    with launch_with_extension(firefox_program, build.parent / "firefox", profile) as running:
        yield running


@pytest.fixture
def firefox_tab(firefox):
    """A new tab in front, closed at the end."""
    tab = firefox.open_tab()
    yield tab
    tab.close()


@pytest.fixture
def nothing_allowed(firefox):
    """What a test has the user allow is taken back after it."""
    yield
    firefox.in_extension(REVOKE_HOSTS)


@pytest.fixture
def own_page(context, worker, page):
    """Opens a page of the extension, the popup as it is on top of `page`."""
    opened = []

    def open_page(path: str, init_script: str | None = None):
        page.bring_to_front()
        tab = worker.evaluate("chrome.tabs.query({ active: true, lastFocusedWindow: true }).then(([tab]) => tab.id)")
        own = context.new_page()
        # In a tab of its own the popup would find itself as the active tab.
        own.add_init_script(f"chrome.tabs.query = async () => [await chrome.tabs.get({tab})];")
        if init_script:
            own.add_init_script(f"({init_script})()")
        own.goto(worker.url.replace("background.js", path))
        opened.append(own)
        return own

    yield open_page
    for own in opened:
        own.close()

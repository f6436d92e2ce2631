"""What the benchmark of pages reads from outside: when badges were painted, and the workers' tensors."""

from __future__ import annotations

from itertools import islice

from benchmarks.page_seen import PICTURES, badges_of, pictures_of
from benchmarks.page_tensors import tensors_alive
from benchmarks.photos import copies, photo
from tests.e2e.extension_driver import set_settings


def test_badges_and_pictures_are_told_when_they_are_painted(page, badges, site, worker):
    addresses = [site.add_image(file, f"{number}.jpg") for number, file in enumerate(islice(copies(photo(320)), 3))]
    images = "".join(f'<img src="{address}" width="320" height="240" elementtiming="picture">' for address in addresses)
    set_settings(worker, "all")
    page.add_init_script(PICTURES)
    page.goto(site.add_page(images))
    seen = badges_of(page)
    seen.wait_for(3)
    pictures_of(page).wait_for(3)
    scored = badges.elements(lambda badge: "data-score" in badge.attributes and "hidden" not in badge.attributes)
    assert len(scored) == 3
    now = page.evaluate("performance.now()")
    for times in (seen.times(), pictures_of(page).times()):
        assert sorted(times) == [0, 1, 2]
        assert all(0 < time <= now for time in times.values())
    # A network's weights are tensors; a worker that has checked nothing yet may hold none.
    assert max(tensors_alive(page)) > 100

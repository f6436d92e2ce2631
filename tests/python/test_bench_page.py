"""What is told of a page of pictures: times by the page's clock, what the extension adds, the table, and the pages themselves."""

import pytest

from benchmarks.growth import Scenario
from benchmarks.page_figures import OVER_THE_BROWSER, TOTALS, UNITS, compared, measured_series, times_of
from benchmarks.page_site import page_of, write_pictures


def test_times_are_of_the_first_and_the_last_whatever_their_order():
    seen = {2: 300.0, 0: 200.0, 1: 100.0, 3: 2000.0}
    assert times_of(seen, in_view=3) == {
        "first in view": 100,
        "all in view": 300,
        "all": 2000,
        "pictures a second": 2,
    }


def test_what_the_extension_takes_is_the_difference_within_a_round():
    alone = dict.fromkeys(OVER_THE_BROWSER.values(), 3.0)
    checked = alone | {"processor time": 5.0, "peak memory of the browser": 2.0, "layout shift": 0.0}
    found = compared(alone, checked)
    assert found["processor time over the browser alone"] == 2
    assert found["memory over the browser alone"] == -1
    assert {figure: found[figure] for figure in checked} == checked


def test_a_figure_is_only_told_of_pages_that_have_it_in_the_order_of_the_table():
    alone, checked = Scenario(10, "static", False), Scenario(10, "static", True)
    rounds = {
        alone: [{"long tasks": 0.0, "all": 1.0}, {"long tasks": 2.0, "all": 3.0}],
        checked: [{"all": 4.0, "tensors of a worker": 329.0}, {"all": 5.0, "tensors of a worker": 329.0}],
    }
    found = [
        (scenario, series.group, series.values, series.unit, series.name)
        for scenario, series in measured_series(rounds)
    ]
    assert found == [
        (alone, "all", [1, 3], "ms", alone.name),
        (checked, "all", [4, 5], "ms", checked.name),
        (checked, "tensors of a worker", [329, 329], "", checked.name),
        (alone, "long tasks", [0, 2], "", alone.name),
    ]


def test_every_difference_and_every_total_is_in_the_table():
    assert {*OVER_THE_BROWSER, *OVER_THE_BROWSER.values(), *TOTALS} <= set(UNITS)
    assert all(UNITS[over] == UNITS[taken] for over, taken in OVER_THE_BROWSER.items())


@pytest.mark.parametrize("kind", ["static", "endless"])
def test_a_page_asks_for_its_pictures_by_number_at_addresses_of_its_own(kind):
    page, other = page_of(12, kind, run="4"), page_of(12, kind, run="5")
    assert "/copy-4/" in page
    assert "/copy-4/" not in other
    assert page.count("<img") == (12 if kind == "static" else 0)
    assert kind == "static" or "Math.min(next + 20, 12)" in page


def test_no_two_pictures_are_the_same_file(tmp_path):
    write_pictures(tmp_path, 3)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    write_pictures(tmp_path, 3)
    after = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert sorted(before) == sorted(after) == ["0.jpg", "1.jpg", "2.jpg"]
    assert len({*before.values(), *after.values()}) == 6

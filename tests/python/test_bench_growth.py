"""A page's figures by its number of pictures: names in the table, points of the lines, slopes, and the plot."""

import pytest

from benchmarks.growth import Point, Scenario, growth_figure, growth_lines, plot_growth, slopes
from benchmarks.results import Series


def measured(figure: str, scenario: Scenario, *values: float) -> tuple[Scenario, Series]:
    return scenario, Series(figure, scenario.name, values)


def test_names_in_the_table():
    assert Scenario(100, "static", True).name == "100, static, checked"
    assert Scenario(1000, "endless", False).name == "1000, endless, extension off"


def test_a_line_goes_from_few_pictures_to_many_with_its_own_figures_alone():
    checked, left_alone = Scenario(10, "static", True), Scenario(10, "static", False)
    found = [
        measured("all", Scenario(1000, "static", True), 70),
        measured("all", checked, 1, 2, 9),
        measured("all", left_alone, 4, 4, 4),
        measured("long tasks", checked, 0, 1),
    ]
    lines = growth_lines(found)
    assert lines["all"] == {
        "static, checked": [Point(10, 1, 2, 9), Point(1000, 70, 70, 70)],
        "static, extension off": [Point(10, 4, 4, 4)],
    }
    assert lines["long tasks"] == {"static, checked": [Point(10, 0, 0.5, 1)]}


def test_there_are_as_many_panels_as_figures():
    found = [measured(str(figure), Scenario(10, "static", True), 1) for figure in range(4)]
    assert [axes.axison for axes in growth_figure(found).axes] == [True] * 4 + [False] * 2


def test_slopes_tell_from_step_to_step_and_round_by_round_how_a_total_grows():
    checked = [Scenario(count, "static", True) for count in (10, 100, 1000)]
    found = [
        measured("all", checked[2], 1000, 400_000),  # in whatever order they were visited
        measured("all", checked[0], 10, 40),
        measured("all", checked[1], 100, 40),
        measured("layout shift", checked[0], 1, 1),
    ]
    steps = slopes(found, ["all"])
    names = ["static, checked, 10 to 100", "static, checked, 100 to 1,000"]
    assert [(series.group, series.name) for series in steps] == [("slope of all", name) for name in names]
    assert steps[0].values == pytest.approx([1, 0])
    assert steps[1].values == pytest.approx([1, 4])


def test_where_nothing_was_taken_there_is_no_slope():
    few, many = Scenario(10, "static", True), Scenario(100, "static", True)
    found = [measured("all", few, -3, 1), measured("all", many, 5, 10)]
    assert slopes(found, ["all"])[0].values == pytest.approx([1])
    assert slopes([measured("all", few, 0), measured("all", many, 5)], ["all"]) == []
    assert slopes([measured("all", few, 1)], ["all"]) == []


@pytest.mark.parametrize(
    "values", [(0, 0, 0), (1, 10, 1000), (-3, -2, -1), (-2, 0, 2)], ids=["zeros", "wide", "below zero", "around zero"]
)
def test_every_figure_can_be_drawn(tmp_path, values):
    scenarios = [Scenario(count, kind, True) for count in (10, 100) for kind in ("static", "endless")]
    plot_growth(tmp_path / "growth.png", [measured("all", scenario, *values) for scenario in scenarios])
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")


def test_values_below_zero_lie_within_their_panel():
    [axes] = growth_figure([measured("more", Scenario(10, "static", True), -3, -2, -1)]).axes[:1]
    low, high = axes.get_ylim()
    assert low < -3
    assert high > -1

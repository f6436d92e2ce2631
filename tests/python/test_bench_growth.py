"""A page's figures by its number of pictures: names in the table, points of the lines, and the plot."""

import pytest

from benchmarks.growth import Point, Scenario, growth_figure, growth_lines, plot_growth
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
        "static, checked": [Point(10, 1.5, 2, 5.5), Point(1000, 70, 70, 70)],
        "static, extension off": [Point(10, 4, 4, 4)],
    }
    assert lines["long tasks"] == {"static, checked": [Point(10, 0.25, 0.5, 0.75)]}


def test_there_are_as_many_panels_as_figures():
    found = [measured(str(figure), Scenario(10, "static", True), 1) for figure in range(4)]
    assert [axes.axison for axes in growth_figure(found).axes] == [True] * 4 + [False] * 2


@pytest.mark.parametrize("values", [(0, 0, 0), (1, 10, 1000)], ids=["zeros", "wide"])
def test_every_figure_can_be_drawn(tmp_path, values):
    scenarios = [Scenario(count, kind, True) for count in (10, 100) for kind in ("static", "endless")]
    plot_growth(tmp_path / "growth.png", [measured("all", scenario, *values) for scenario in scenarios])
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")

"""A benchmark's table: medians, quartiles and ratios within a round; rounds are interleaved."""

import json

from benchmarks.results import Series, interleave, ratio_to, results_table, write_results


def test_rounds_take_turns_and_start_with_another_each_time():
    order = []
    contestants = {name: lambda name=name: order.append(name) or float(len(order)) for name in "abc"}
    values = interleave(contestants, 3)
    assert "".join(order) == "abcbcacab"
    assert values == {"a": [1, 6, 8], "b": [2, 4, 9], "c": [3, 5, 7]}


def test_the_ratio_is_taken_round_by_round():
    slow_minute = Series("g", "ours", [10, 100, 12]), Series("g", "peer", [20, 200, 24])
    assert ratio_to(*slow_minute) == 0.5
    assert ratio_to(Series("g", "ours", [10]), Series("g", "peer", [20, 40, 60])) == 0.25


def test_the_table_names_medians_and_the_ratio_within_a_group():
    rows = [
        Series("one", "ours", [1, 2, 9], notes={"size": "3 MB"}),
        Series("one", "peer", [4, 4, 4]),
        Series("two", "ours", [5]),
    ]
    lines = results_table(rows, "peer").splitlines()
    assert lines[2] == "| one | ours | 2 ms | 1.5–5.5 | 3 | 0.50 | 3 MB |"
    assert lines[3] == "| one | peer | 4 ms | 4–4 | 3 | 1.00 |  |"
    assert lines[4] == "| two | ours | 5 ms | 5–5 | 1 |  |  |"


def test_what_is_written(tmp_path, capsys):
    write_results(tmp_path, "speed", [Series("g", "ours", [1, 2, 3])], about="A sentence.")
    written = json.loads((tmp_path / "speed.json").read_text())
    assert written["series"][0]["values"] == [1, 2, 3]
    assert "| g | ours | 2 ms |" in (tmp_path / "speed.md").read_text()
    assert (tmp_path / "speed.png").read_bytes().startswith(b"\x89PNG")
    assert "A sentence." in capsys.readouterr().out

"""A benchmark's table and files: medians, spread, ratios within a round, and what made them; rounds are interleaved."""

import json

from benchmarks.results import (
    RATIO_LEGEND,
    SPREAD_LEGEND,
    Series,
    interleave,
    ratio_to,
    results_table,
    spread,
    write_results,
)
from python_trainer.files import ROOT


def test_rounds_take_turns_and_start_with_another_each_time():
    order = []
    contestants = {name: lambda name=name: order.append(name) or float(len(order)) for name in "abc"}
    values = interleave(contestants, 3)
    assert "".join(order) == "abcbcacab"
    assert values == {"a": [1, 6, 8], "b": [2, 4, 9], "c": [3, 5, 7]}


def test_quartiles_take_five_rounds():
    assert spread([4, 1, 2, 9]) == (1, 9)
    assert spread([5, 1, 4, 2, 3]) == (2, 4)


def test_the_ratio_is_taken_round_by_round():
    slow_minute = Series("g", "ours", [10, 100, 12]), Series("g", "peer", [20, 250, 20])
    assert ratio_to(*slow_minute) == "0.50 (0.40–0.60)"
    many = Series("g", "ours", [1, 2, 3, 4, 5]), Series("g", "peer", [1, 1, 1, 1, 1])
    assert ratio_to(*many) == "3.00 (2.00–4.00)"
    assert ratio_to(Series("g", "ours", [1]), Series("g", "peer", [4])) == "0.25"


def test_a_ratio_of_medians_says_so():
    assert ratio_to(Series("g", "ours", [10]), Series("g", "peer", [20, 40, 60])) == "0.25 (of medians)"


def test_the_table_names_medians_and_the_ratio_within_a_group():
    rows = [
        Series("one", "ours", [1, 2, 9], notes={"size": "3 MB"}),
        Series("one", "peer", [4, 4, 4]),
        Series("two", "ours", [5], unit=""),
    ]
    lines = results_table(rows, "peer").splitlines()
    assert lines[0] == "|  |  | median | spread | rounds | ÷ peer | size |"
    assert lines[2] == "| one | ours | 2 ms | 1–9 | 3 | 0.50 (0.25–2.25) | 3 MB |"
    assert lines[3] == "| one | peer | 4 ms | 4–4 | 3 | 1 |  |"
    assert lines[4] == "| two | ours | 5 |  | 1 |  |  |"
    assert lines[5:] == ["", f"{SPREAD_LEGEND} {RATIO_LEGEND}"]
    assert results_table(rows).splitlines()[5:] == ["", SPREAD_LEGEND]


def test_what_is_written(tmp_path, capsys):
    write_results(tmp_path, "speed", [Series("g", "ours", [1, 2, 3])], about="A sentence.")
    written = json.loads((tmp_path / "speed.json").read_text())
    assert written["series"][0]["values"] == [1, 2, 3]
    assert "| g | ours | 2 ms |" in (tmp_path / "speed.md").read_text()
    assert (tmp_path / "speed.png").read_bytes().startswith(b"\x89PNG")
    assert "A sentence." in capsys.readouterr().out


def test_what_made_it_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["speed.py", "--rounds", "3", "--out", "some where"])
    write_results(tmp_path, "speed", [Series("g", "ours", [1])], versions={"Chromium": "140.0"})
    found = json.loads((tmp_path / "speed.json").read_text())
    model = json.loads((ROOT / "converted_models" / "ifmd" / "manifest.json").read_text())
    made_by, machine = found["made_by"], found["machine"]
    assert made_by["model"] == {"name": model["name"], "version": model["version"]}
    assert made_by["arguments"] == ["--rounds", "3", "--out", "some where"]
    assert made_by["versions"].keys() == {"Python", "Chromium"}
    assert machine.keys() == {"processor", "cores", "architecture", "system", "load_at_start"}
    line = (tmp_path / "speed.md").read_text().splitlines()[-1]
    assert f"code {made_by['code_version']}, model {model['name']} {model['version']}, " in line
    assert "arguments: --rounds 3 --out 'some where';" in line
    assert line.endswith("Chromium 140.0")

"""The demo's own rules: which verdicts make it fail, what its table and its page hold."""

import pytest

from extension.demo import browser
from extension.demo.demo import Row, problems, table, wrong_alarms
from extension.demo.demo_page import PAGE_SIZE, fixture_pages, folder_pages, write_page


def scored(name, kind, band):
    return Row(name, kind, status="scored", fake_score=0.5, band=band, faces=1)


def test_no_problem_when_real_faces_pass_and_one_altered_face_is_caught():
    rows = [
        scored("a", "real", "no_traces"),
        scored("b", "real", "inconclusive"),
        scored("c", "altered", "likely_fake"),
        scored("d", "altered", "no_traces"),
    ]
    assert problems(rows) == []


def test_a_real_face_called_fake_is_told_and_two_are_a_problem():
    rows = [scored("a.jpg", "real", "likely_fake"), scored("c", "altered", "likely_fake")]
    assert wrong_alarms(rows) == ["a.jpg is not altered, and was called likely fake."] and problems(rows) == []
    [problem] = problems([*rows, scored("b.jpg", "real", "likely_fake")])
    assert problem.startswith("2 pictures that are not altered were called likely fake")


def test_no_altered_face_called_fake_is_a_problem():
    rows = [scored("a", "real", "no_traces"), scored("c", "altered", "inconclusive")]
    assert problems(rows) == ["None of the altered pictures was called likely fake."]


def test_a_missing_verdict_and_a_failure_are_problems():
    rows = [Row("a", "real"), Row("b", "real", "failed", reason="too large"), scored("c", "altered", "likely_fake")]
    assert problems(rows) == ["a got no verdict in time.", "b was not scored: failed (too large)."]


def test_of_the_users_own_pictures_only_a_missing_verdict_is_a_problem():
    rows = [scored("a", "yours", "likely_fake"), Row("b", "yours", "failed", reason="x"), Row("c", "yours")]
    assert problems(rows) == ["c got no verdict in time."]


def test_the_table_says_why_there_is_no_score():
    text = table([scored("a.jpg", "real", "no_traces"), Row("b.jpg", "real", "failed", reason="too large")])
    assert text.splitlines()[2].split() == ["a.jpg", "scored", "0.500", "no_traces", "1"]
    assert "failed" in text and "too large" in text


def test_every_fixture_face_is_on_the_page(fixtures_dir, tmp_path):
    (groups,) = fixture_pages()
    images = [image for group in groups for image in group]
    assert {image.path for image in images} == {*fixtures_dir.glob("faces/*.jpg"), *fixtures_dir.glob("altered/*.jpg")}
    write_page(tmp_path, "index.html", groups, "http://127.0.0.1:1")
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert all(image.address in html and (tmp_path / image.address).is_file() for image in images)


def test_the_users_file_names_are_escaped(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / '<b onload="x">.png').write_bytes(b"")
    (groups,) = folder_pages(tmp_path / "own")
    write_page(tmp_path, "index.html", groups, "http://127.0.0.1:1")
    assert "<b onload" not in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_a_large_folder_takes_several_pages(tmp_path):
    for number in range(PAGE_SIZE + 1):
        (tmp_path / f"{number:03d}.PNG").touch()
    pages = folder_pages(tmp_path)
    assert [len(groups[0]) for groups in pages] == [PAGE_SIZE, 1]


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_without_images_is_refused_in_words(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"is no folder|holds no image"):
        folder_pages(tmp_path / name)


def test_a_wrong_chromium_variable_is_named(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/nonexistent/chromium")
    with pytest.raises(browser.BrowserError, match="/nonexistent/chromium"):
        browser.find_chromium(None)

"""The benchmark of faces marked by hand: which images need a mark, and what all images together then give."""

from benchmarks.marked_faces import read_unfound, summarize


def test_images_without_a_score_are_those_to_mark(tmp_path):
    lines = ["image,source,split,label,score,faces,status", "a,openforensics,test,1,0.9,1,ok"]
    lines += ["b,openforensics,test,0,,0,no_face", "c,dfdc,test,0,,0,no_face", "d,openforensics,val,0,,0,no_face"]
    (tmp_path / "scores.csv").write_text("\n".join(lines))
    assert read_unfound(tmp_path) == ([{"label": 1, "score": 0.9}], {"b"})


def test_marked_faces_count_with_the_others():
    scored = [{"label": 1, "score": 0.9}, {"label": 0, "score": 0.6}]
    marked = [{"label": 0, "score": 0.1, "band": "no_traces"}, {"label": 1, "score": 0.5, "band": "inconclusive"}]
    found = summarize(scored, marked, 0.5)
    assert found["bands"]["real"] == {"no_traces": 1, "inconclusive": 0, "likely_fake": 0}
    assert found["bands"]["fake"] == {"no_traces": 0, "inconclusive": 1, "likely_fake": 0}
    assert (found["n"], found["accuracy"], found["auc"]) == (4, 0.75, 0.75)

"""The benchmark of the start: what a network's first run takes more than its second, and what that is called."""

from benchmarks.cold_start import network_steps


def test_the_first_run_less_the_second_is_named_for_what_it_does():
    runs = {"load": 5, "first": 70, "second": 20}
    steps = network_steps("P-Net", runs, "webgl")
    assert steps == {
        "load P-Net": 5,
        "first run of P-Net": 70,
        "second run of P-Net": 20,
        "compile shaders of P-Net": 50,
    }
    assert network_steps("P-Net", runs, "wasm")["warm up P-Net"] == 50

"""The benchmark of training on several workers: what counts, and where its workers meet."""

import pytest

from benchmarks.several_workers import local_addresses, rate_after_the_first


def test_the_epoch_that_compiles_does_not_count():
    assert rate_after_the_first([60, 2, 3], 100) == pytest.approx(40)


def test_each_worker_has_a_port_of_its_own():
    ports = [int(address.removeprefix("127.0.0.1:")) for address in local_addresses(3).split(",")]
    assert len(set(ports)) == 3 and min(ports) > 0

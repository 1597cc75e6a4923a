"""Locks between processes."""

import os

import pytest

from shuke.runtime import locks


def test_a_held_lock_names_its_holder_and_is_free_afterwards(tmp_path):
    path = tmp_path / "lock"
    with locks.held(path):
        assert locks.is_held(path)
        with pytest.raises(locks.Busy, match=str(os.getpid())), locks.held(path, patience=0.1):
            pass
    assert not locks.is_held(path)
    with locks.held(path, patience=0):
        pass


def test_shared_holders_stand_side_by_side_and_keep_others_out(tmp_path):
    path = tmp_path / "lock"
    first, second = locks.held(path, shared=True), locks.held(path, shared=True, patience=0)
    with first, second, pytest.raises(locks.Busy), locks.held(path, patience=0):
        pass
    assert not locks.is_held(path)


def test_asking_leaves_no_trace(tmp_path):
    assert not locks.is_held(tmp_path / "none")
    assert not (tmp_path / "none").exists()

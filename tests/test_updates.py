"""One step downhill."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import gdlib

numbers = st.floats(-1e6, 1e6)


@pytest.mark.parametrize("step", [gdlib.update_parameters, gdlib.plain_step])
def test_by_hand(step):
    w, b = step(np.array([1.0, 2.0]), 3.0, np.array([10.0, -20.0]), 30.0, 0.1)
    assert (w.tolist(), b, type(b)) == ([0.0, 4.0], 0.0, float)


@given(arrays(float, 3, elements=numbers), numbers, arrays(float, 3, elements=numbers), numbers)
def test_both_rules_agree_and_a_step_back_returns(w, b, dw, db):
    new = gdlib.update_parameters(w, b, dw, db, 0.25)
    plain = gdlib.plain_step(w, b, dw, db, 0.25)
    assert (new[0].tolist(), new[1]) == (plain[0].tolist(), plain[1])
    back = gdlib.update_parameters(new[0], new[1], -dw, -db, 0.25)
    np.testing.assert_allclose(back[0], w, atol=1e-9)
    assert back[1] == pytest.approx(b, abs=1e-9)


def test_arguments_are_left_as_they_were():
    w, dw = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    new, _ = gdlib.update_parameters(w, 0.0, dw, 0.0, 1.0)
    assert (w.tolist(), dw.tolist(), new.tolist()) == ([1, 2], [3, 4], [-2, -2])
    assert not np.shares_memory(new, w)

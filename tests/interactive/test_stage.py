"""States over a background: what a state adds, and that nothing of it stays."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from gdlib.interactive.stage import Stage

SIZE = (4, 3)


def frame(ax):
    ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="w", ylabel="b")
    ax.plot([0, 1], [1, 1], color="#b8b8b8")


def stage(draw, background=frame, panels=1):
    made = Stage(draw, background, panels, SIZE)
    made.settle([{"k": 1}])
    return made


class TestAState:
    def test_is_only_what_it_adds(self):
        made = stage(lambda ax, k: ax.plot([0, 1], [0, k / 10], color="#d55e00"))
        [layer], [under] = made.layers({"k": 5}), made.backgrounds()
        assert layer.count("<path") == 1
        assert "#d55e00" in layer
        assert "#b8b8b8" not in layer
        assert "#b8b8b8" in under
        assert "#d55e00" not in under

    def test_is_the_same_whatever_was_drawn_before(self):
        def draw(ax, k):
            ax.plot([0, 1], [0, k / 10], label=f"k = {k}")
            ax.errorbar([0.5], [0.5], yerr=[k / 100])
            ax.bar([0.5], [0.1])
            ax.set_title(f"{k}", loc="left")
            ax.legend()

        made = stage(draw)
        first = made.layers({"k": 1})
        under = made.backgrounds()
        made.layers({"k": 2})
        assert made.layers({"k": 1}) == first
        assert made.backgrounds() == under

    def test_fits_a_background_of_equal_aspect_from_the_first(self):
        def square(ax):
            ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")

        made = stage(lambda ax, k: ax.plot([0, 1], [0, 1]), square)
        first = made.layers({"k": 1})
        made.backgrounds()
        assert made.layers({"k": 1}) == first

    def test_leaves_nothing_behind(self):
        seen = []

        def draw(ax, k):
            seen.append((len(ax.get_children()), len(ax.containers), ax.get_legend()))
            ax.bar([0.5], [0.1], label="bar")
            ax.annotate("here", (0.2, 0.2), (0.6, 0.6), arrowprops={"arrowstyle": "->"})
            ax.legend()

        made = stage(draw)
        for k in range(3):
            made.layers({"k": k})
        assert len(set(seen)) == 1

    def test_lies_in_the_order_of_zorder(self):
        def draw(ax, k):
            ax.plot([0, 1], [0, 1], color="#111111", zorder=9)
            ax.plot([0, 1], [0, 1], color="#222222", zorder=3)

        [layer] = stage(draw).layers({"k": 1})
        assert layer.index("#222222") < layer.index("#111111")

    def test_carries_the_title_which_it_may_change(self):
        def titled(ax):
            frame(ax)
            ax.set_title("all")

        made = stage(lambda ax, k: k > 1 and ax.set_title(f"k = {k}"), titled)
        assert ">all<" not in made.backgrounds()[0]
        assert ">all<" in made.layers({"k": 1})[0]
        assert ">k = 2<" in made.layers({"k": 2})[0]
        assert ">all<" in made.layers({"k": 1})[0]

    def test_does_not_move_the_limits_by_what_it_plots(self):
        made = stage(lambda ax, k: ax.plot([0, 50], [0, 50]), lambda ax: ax.plot([0, 1], [0, 1]))
        made.layers({"k": 1})
        assert "50<" not in made.backgrounds()[0]

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            (lambda ax, k: ax.set_xlim(0, 2), "x limits from"),
            (lambda ax, k: ax.set(ylim=(0, 2)), "y limits from"),
            (lambda ax, k: ax.set_yscale("log"), "limits from|scales from"),
            (lambda ax, k: ax.set_xlabel("v"), "axis labels from"),
            (lambda ax, k: ax.twinx(), "number of axes from"),
        ],
    )
    def test_must_fit_the_background(self, change, named):
        with pytest.raises(RuntimeError, match=f"k=1: ValueError: draw changed the ({named})"):
            stage(change)

    def test_that_fails_is_named_and_leaves_nothing_behind(self):
        def draw(ax, k):
            ax.plot([0, 1], [0, 1], color="#d55e00")
            if k == 3:
                raise ZeroDivisionError("k is three")

        made = stage(draw)
        whole = made.layers({"k": 1})
        with pytest.raises(RuntimeError, match="draw k=3: ZeroDivisionError: k is three"):
            made.layers({"k": 3})
        assert made.layers({"k": 1}) == whole


class TestWithoutABackground:
    def test_each_state_draws_its_axes(self):
        made = stage(lambda ax, k: ax.plot([0, 10**k], [0, 1]), None)
        assert made.backgrounds() == [""]
        assert ">1000<" in made.layers({"k": 3})[0]
        assert ">1000<" not in made.layers({"k": 1})[0]

    def test_axes_that_a_state_adds_go_with_it(self):
        def draw(ax, k):
            ax.plot([0, 1], [0, k])
            if k == 2:
                ax.twinx().plot([0, 1], [0, 7], color="#d55e00")

        made = stage(draw, None)
        one = made.layers({"k": 1})
        assert "#d55e00" in made.layers({"k": 2})[0]
        assert made.layers({"k": 1}) == one

    def test_the_axes_stay_where_the_labels_of_all_states_fit(self):
        """As matplotlib's own layout says for each state: the largest margin on every side."""

        def draw(ax, k):
            ax.plot([0, 1], [0, 10**k])
            ax.set(title="\n".join("title"[:k]), xlabel="\n".join("label"[k:]))
            ax.set_xticks([0, 1], ["0", "1" * (13 - 2 * k)])

        states = [{"k": 0}, {"k": 6}, {"k": 3}]
        margins = []
        for state in states:
            figure = Figure(figsize=SIZE, dpi=72, layout="constrained")
            draw(figure.add_subplot(), **state)
            figure.draw_without_rendering()
            box = figure.axes[0].get_position()
            margins.append([box.x0, 1 - box.y1, 1 - box.x1, box.y0])  # left, top, right, bottom
        left, top, right, bottom = np.max(margins, axis=0)
        assert len(set(np.argmax(margins, axis=0))) > 1  # no state decides alone
        width, height = (720 * side for side in SIZE)
        made = Stage(draw, None, 1, SIZE)
        made.settle(states)
        for k in range(7):
            data = re.findall(r' d="m(\d+) (\d+) (\d+) 0 0-(\d+)', made.layers({"k": k})[0])[0]
            x, y, wide, high = map(int, data)
            frame = [x, y - high, width - x - wide, height - y]
            expected = [left * width, top * height, right * width, bottom * height]
            np.testing.assert_allclose(frame, expected, atol=1)


def test_panels_are_drawn_together_and_apart():
    def both(axes):
        for ax in axes:
            frame(ax)

    def draw(axes, k):
        axes[0].set_title("left")
        axes[1].set_title("right")

    made = stage(draw, both, panels=2)
    left, right = made.layers({"k": 1})
    assert ">left<" in left
    assert ">right<" in right
    assert ">right<" not in left
    assert len(made.backgrounds()) == 2


def test_pyplot_is_left_alone():
    before = plt.get_fignums()
    stage(lambda ax, k: ax.plot([0, 1], [0, k])).layers({"k": 2})
    assert plt.get_fignums() == before

"""The drawings of chapter 02 show what they are given."""

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest

from gdlib import article_example, squared_error
from gdlib.plots import CONTOUR, MINIMUM, MODEL, PATH
from gdlib.plots.initialization import draw_ends, draw_floor, draw_models, draw_run, draw_section


def test_models_are_lines_through_their_values_at_both_ends(ax):
    draw_models(ax, [2.0, -1.0], [5.0, 0.0], (10, 20), label="starts")
    first, second = ax.lines
    assert first.get_xdata().tolist() == second.get_xdata().tolist() == [10, 20]
    assert first.get_ydata().tolist() == [25, 45]
    assert second.get_ydata().tolist() == [-10, -20]
    assert {line.get_color() for line in ax.lines} == {MODEL}


def test_models_share_one_entry_in_the_legend(ax):
    draw_models(ax, [2.0, -1.0], [5.0, 0.0], (10, 20), label="starts")
    assert ax.get_legend_handles_labels()[1] == ["starts"]


def test_models_want_as_many_weights_as_biases(ax):
    with pytest.raises(ValueError, match="zip"):
        draw_models(ax, [2.0, -1.0], [5.0], (10, 20))


def test_section_has_its_level_lines_where_the_loss_has_that_value(ax):
    def objective(w, b):
        return float(w[0] ** 2), 2 * w, 0.0

    draw_section(ax, objective, [3.0, 0.0], [0.0, 1.0], [1.0, 0.0], reach=2, levels=[16.0])
    vertices = np.concatenate([path.vertices for path in ax.collections[0].get_paths()])
    assert vertices[:, 1] == pytest.approx(1, abs=1e-3)  # w = 3 + t, so the loss is 16 where t is 1
    assert vertices[:, 0].min() == -2
    assert vertices[:, 0].max() == 2
    assert matplotlib.colors.to_hex(ax.collections[0].get_edgecolor()[0]).upper() == CONTOUR


def test_section_through_the_articles_solutions_is_a_trough(ax):
    objective = squared_error(*article_example())
    blind, steep = np.array([-1, 1, 0, -1]) / np.sqrt(3), np.array([1, 2, 3, 0]) / np.sqrt(14)
    draw_section(ax, objective, np.array([-1, 1, 3, 2]) / 3, blind, steep, reach=1, levels=[5.0])
    vertices = np.concatenate([path.vertices for path in ax.collections[0].get_paths()])
    assert np.ptp(np.abs(vertices[:, 1])) < 1e-6  # level lines run along the blind direction


def test_floor_runs_at_height_zero(ax):
    draw_floor(ax, 1.5, label="perfect fits")
    (line,) = ax.lines
    assert line.get_xdata().tolist() == [-1.5, 1.5]
    assert line.get_ydata().tolist() == [0, 0]
    assert line.get_color() == MINIMUM
    assert line.get_label() == "perfect fits"


def test_run_is_a_path_with_a_hollow_start_and_a_star_at_its_end(ax):
    draw_run(ax, [1.0, 2.0, 4.0], [8.0, 6.0, 5.0], "ends at 4")
    path, start, end = ax.lines
    assert path.get_xydata().tolist() == [[1, 8], [2, 6], [4, 5]]
    assert path.get_color() == PATH
    assert start.get_xydata().tolist() == [[1, 8]]
    assert start.get_markerfacecolor() == "white"
    assert end.get_xydata().tolist() == [[4, 5]]
    assert end.get_marker() == "*"
    assert [text.get_text() for text in ax.texts] == ["ends at 4"]
    assert not ax.texts[0].get_in_layout()
    assert ax.get_children().index(ax.texts[0]) < ax.get_children().index(path)
    assert ax.texts[0].get_zorder() == path.get_zorder()  # so the path is drawn over the words


def test_run_without_words_writes_none(ax):
    draw_run(ax, [1.0, 2.0], [3.0, 4.0])
    assert not ax.texts


def test_ends_are_told_from_starts(ax):
    draw_ends(ax, [[0, 1], [2, 3]], [[4, 5], [6, 7]])
    starts, ends = ax.lines
    assert starts.get_xydata().tolist() == [[0, 1], [2, 3]]
    assert ends.get_xydata().tolist() == [[4, 5], [6, 7]]
    assert starts.get_markerfacecolor() == "none"
    assert ends.get_markerfacecolor() == PATH
    assert [starts.get_label(), ends.get_label()] == ["start", "end"]
    assert ax.get_aspect() == 1

"""The drawings that several chapters share."""

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from nbclient import NotebookClient
from nbformat import v4

from gdlib import plots

# A person's settings, of matplotlib and of IPython, that would each change a figure.
MATPLOTLIBRC = """
axes.grid: True
axes.prop_cycle: cycler("color", ["red"])
font.family: serif
savefig.facecolor: pink
text.usetex: True
"""
PROFILE = """
c = get_config()
c.InlineBackend.rc = {"figure.figsize": (1, 1)}
c.InlineBackend.print_figure_kwargs = {"pad_inches": 3}
"""


def figure_from_a_notebook() -> str:
    """Run a small notebook in a fresh kernel and return the one picture that it shows."""
    cells = [
        "import matplotlib.pyplot as plt\nfrom gdlib.plots import use_book_style",
        "use_book_style()",
        "_, ax = plt.subplots()\nax.plot([1, 3, 2], label='a line')\nax.legend();",
    ]
    nb = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells])
    NotebookClient(nb, timeout=120, kernel_name="python3").execute()
    outputs = [output for cell in nb.cells for output in cell.outputs]
    assert [output.output_type for output in outputs] == ["display_data"]
    return outputs[0].data["image/svg+xml"]


def test_a_notebook_shows_the_same_figures_whatever_a_person_has_set(monkeypatch, tmp_path):
    matplotlibrc, profile = tmp_path / "matplotlibrc", tmp_path / "profile_default"
    profile.mkdir()
    matplotlibrc.touch()
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("MATPLOTLIBRC", str(matplotlibrc))
    monkeypatch.delenv("MPLBACKEND", raising=False)
    without = figure_from_a_notebook()
    matplotlibrc.write_text(MATPLOTLIBRC, encoding="utf-8")
    (profile / "ipython_kernel_config.py").write_text(PROFILE, encoding="utf-8")
    monkeypatch.setenv("MPLBACKEND", "agg")
    assert figure_from_a_notebook() == without


def test_style_replaces_what_was_set_before():
    with plt.rc_context(
        {"axes.grid": True, "axes.spines.top": True, "lines.dashed_pattern": (9, 9)}
    ):
        backend = plt.get_backend()
        plots.use_book_style()
        assert not plt.rcParams["axes.grid"]
        assert not plt.rcParams["axes.spines.top"]
        assert plt.rcParams["lines.dashed_pattern"] == plt.rcParamsDefault["lines.dashed_pattern"]
        assert plt.get_backend() == backend


def test_a_terminal_keeps_its_backend(monkeypatch):
    monkeypatch.setattr("IPython.get_ipython", object)
    with plt.rc_context():
        backend = plt.get_backend()
        plots.use_book_style()
        assert plt.get_backend() == backend


def test_data_are_drawn_as_they_are(ax):
    plots.draw_data(ax, [[1], [2]], [3, 4], "feature", "target")
    assert ax.lines[0].get_xydata().tolist() == [[1, 3], [2, 4]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("feature", "target")


def test_line_is_the_model(ax):
    plots.draw_line(ax, np.array([2.0]), 1.0, (0, 10))
    assert ax.lines[0].get_xydata().tolist() == [[0, 1], [10, 21]]


def valley(w, b):
    """Return a loss whose level lines are ellipses around (3, 0), twice as long as wide."""
    return float((w[0] - 3) ** 2 + 4 * b**2), 2 * (w - 3), 8 * b


def half_lengths(contours):
    """Return the least and the greatest half-length of each ellipse, measured point by point."""
    for path in contours.get_paths():
        w, b = path.vertices.T
        radii = np.hypot(w - 3, 2 * b)
        yield radii.min(), radii.max()


def test_contours_of_a_quadratic_loss_stand_at_even_distances(ax):
    plots.draw_contours(ax, valley, (1, 5), (-1, 1))
    corner = np.sqrt(8)
    for part, radii in zip(range(1, 12), half_lengths(ax.collections[0]), strict=False):
        assert radii == pytest.approx([part / 12 * corner] * 2, abs=0.01)


def test_contours_take_levels_of_the_caller(ax):
    plots.draw_contours(ax, valley, (1, 5), (-1, 1), levels=[0.25, 1.0])
    small, large = half_lengths(ax.collections[0])
    assert small == pytest.approx((0.5, 0.5), rel=0.01)
    assert large == pytest.approx((1, 1), rel=0.01)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("w", "b")


def test_path_shows_its_start(ax):
    plots.draw_path(ax, [[0.0], [1.0]], [2.0, 3.0])
    path, start = ax.lines
    assert path.get_xydata().tolist() == [[0, 2], [1, 3]]
    assert start.get_xydata().tolist() == [[0, 2]]


def test_minimum_is_one_point(ax):
    plots.draw_minimum(ax, 1.0, 2.0)
    assert ax.lines[0].get_xydata().tolist() == [[1, 2]]


def test_targets_leave_a_place_for_what_has_none(ax):
    plots.draw_targets(ax, ["a", "b", "c"], [5.0, 6.0])
    assert ax.lines[0].get_xydata().tolist() == [[0, 5], [1, 6]]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b", "c"]


def test_predictions_stand_above_their_names(ax):
    plots.draw_predictions(ax, [5.0, 6.0, 7.0])
    assert ax.lines[0].get_xydata().tolist() == [[0, 5], [1, 6], [2, 7]]


def test_weights_are_sorted_by_length_and_keep_their_sign(ax):
    plots.draw_weights(ax, ["small", "large", "middle"], [1.0, -3.0, 2.0])
    assert [bar.get_width() for bar in ax.patches] == [1, 2, -3]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["small", "middle", "large"]


# How the colours look to a reader without one kind of cone, in linear RGB: G. M. Machado,
# M. M. Oliveira and L. A. F. Fernandes, IEEE Trans. Vis. Comput. Graph. 15(6), 2009, severity 1.
COLOUR_VISION = {
    "all three cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def in_dark_mode(rgb):
    """Return what the style sheet's invert(.92) hue-rotate(180deg) makes of a colour."""
    rotate = [[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]]
    return np.clip(rotate @ (0.92 - 0.84 * np.asarray(rgb)), 0, 1)


def in_cielab(rgb, vision):
    rgb = np.asarray(rgb)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(to_xyz @ np.clip(vision @ linear, 0, 1) / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", COLOUR_VISION.values(), ids=COLOUR_VISION)
@pytest.mark.parametrize("seen", [np.asarray, in_dark_mode], ids=["light", "dark"])
def test_colours_are_told_apart(vision, seen):
    names = ("DATA", "MODEL", "PATH", "GRADIENT", "RESIDUAL", "MINIMUM", "CONTOUR")
    places = {n: in_cielab(seen(to_rgb(getattr(plots, n))), np.array(vision)) for n in names}
    for one, other in combinations(names, 2):
        distance = np.linalg.norm(places[one] - places[other])
        assert distance > 14, f"{one} and {other} differ by {distance:.1f}; 2.3 is just noticeable"


def test_chinese_is_measured_without_a_font_for_it(tmp_path):
    """No warning, no boxes: the text stays text, about one em a character."""
    with plt.rc_context():
        plots.use_book_style("zh_CN")
        figure, ax = plt.subplots()
        label = ax.set_xlabel("学习率（每步）")
        figure.canvas.draw()
        width = label.get_window_extent().width / figure.dpi * 72 / label.get_fontsize()
        figure.savefig(tmp_path / "it.svg")
    plots.use_book_style()
    assert 7 <= width < 8.5
    assert "学习率（每步）</text>" in (tmp_path / "it.svg").read_text(encoding="utf-8")
    assert plt.rcParams["svg.fonttype"] == "path"

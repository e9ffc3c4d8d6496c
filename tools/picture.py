"""Draw the picture that README.md opens with, and the card that stands beside links to the site.

The line settles while the point runs downhill. In Chinese the picture's text is set by the reader's
browser; the card needs Noto Sans CJK (Debian: fonts-noto-cjk).
"""

from pathlib import Path

import isolation  # noqa: F401  a person's settings reach no picture
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager

import gdlib
from gdlib.plots import draw_contours, draw_data, draw_line, draw_minimum, draw_path, use_book_style

SITE = Path(__file__).resolve().parent.parent / "site"
WORDS = {
    "en": (
        "Gradient descent, step by step",
        ("body mass index in kg/m²", "progression of the disease", "each step, a better line"),
        ("w, per 10 kg/m²", "b, at 20 kg/m²", "each step, downhill"),
    ),
    "zh_CN": (
        "一步一步学梯度下降",
        ("体重指数（kg/m²）", "病情进展", "每走一步，直线更好"),
        ("w，每 10 kg/m²", "b，20 kg/m² 时", "每走一步，都在下坡"),
    ),
}


def draw(language: str = "en") -> plt.Figure:
    """Draw the fit of disease progression to body mass index, and its path over the loss."""
    _, (x, y, better), (w_label, b_label, downhill) = WORDS[language]
    bmi, progression = gdlib.load_diabetes(["bmi"])
    objective = gdlib.squared_error((bmi - 20) / 10, progression)
    steps = list(gdlib.descend(objective, [-20.0], 20.0, learning_rate=0.6, num_iterations=60))

    figure, (line, loss) = plt.subplots(ncols=2, figsize=(9, 3.6), layout="constrained")
    draw_data(line, bmi, progression, x, y)
    for k in (0, 1, 3, 8, 20, 60):
        w, b = steps[k].w[0] / 10, steps[k].b - 2 * steps[k].w[0]
        draw_line(line, w, b, (17, 43))
        line.lines[-1].set(alpha=1.0 if k == 60 else 0.4)
    line.set(xlim=(17, 43), ylim=(0, 360), title=better)

    draw_contours(loss, objective, (-40, 150), (0, 190))
    draw_path(loss, [step.w[0] for step in steps], [step.b for step in steps])
    draw_minimum(loss, *np.polyfit((bmi[:, 0] - 20) / 10, progression, 1))
    loss.set(xlabel=w_label, ylabel=b_label, title=downhill)
    return figure


def write(language: str) -> None:
    """Write both; without date and creator the same bytes come out every time."""
    end = "" if language == "en" else "-zh"
    use_book_style(language)
    picture = SITE / "pictures" / f"picture{end}.svg"
    draw(language).savefig(picture, facecolor="white", metadata={"Date": None, "Creator": None})
    if end:
        font_manager.findfont("Noto Sans CJK SC", fallback_to_default=False)
        plt.rcParams["font.family"] = ["DejaVu Sans", "Noto Sans CJK SC"]
    figure = draw(language)
    figure.set_size_inches(9, 4.725)
    figure.suptitle(WORDS[language][0], fontsize=30, weight="bold")
    card = SITE / "static" / f"card{end}.png"
    figure.savefig(card, dpi=1200 / 9, facecolor="white", metadata={"Software": None})
    for path in (picture, card):
        print(f"{path.name}: {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    for language in WORDS:
        write(language)

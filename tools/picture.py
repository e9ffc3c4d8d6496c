"""Draw the picture that README.md opens with, and the card that stands beside links to the site.

The line settles while the point runs downhill.
"""

from pathlib import Path

import isolation  # noqa: F401  a person's settings reach no picture
import matplotlib.pyplot as plt
import numpy as np

import gdlib
from gdlib.plots import draw_contours, draw_data, draw_line, draw_minimum, draw_path, use_book_style

SITE = Path(__file__).resolve().parent.parent / "site"
TARGET, CARD = SITE / "pictures" / "picture.svg", SITE / "static" / "card.png"


def draw() -> plt.Figure:
    """Draw the fit of disease progression to body mass index, and its path over the loss."""
    bmi, progression = gdlib.load_diabetes(["bmi"])
    objective = gdlib.squared_error((bmi - 20) / 10, progression)
    steps = list(gdlib.descend(objective, [-20.0], 20.0, learning_rate=0.6, num_iterations=60))

    figure, (line, loss) = plt.subplots(ncols=2, figsize=(9, 3.6), layout="constrained")
    draw_data(line, bmi, progression, "body mass index in kg/m²", "progression of the disease")
    for k in (0, 1, 3, 8, 20, 60):
        w, b = steps[k].w[0] / 10, steps[k].b - 2 * steps[k].w[0]
        draw_line(line, w, b, (17, 43))
        line.lines[-1].set(alpha=1.0 if k == 60 else 0.4)
    line.set(xlim=(17, 43), ylim=(0, 360), title="each step, a better line")

    draw_contours(loss, objective, (-40, 150), (0, 190))
    draw_path(loss, [step.w[0] for step in steps], [step.b for step in steps])
    draw_minimum(loss, *np.polyfit((bmi[:, 0] - 20) / 10, progression, 1))
    loss.set(xlabel="w, per 10 kg/m²", ylabel="b, at 20 kg/m²", title="each step, downhill")
    return figure


if __name__ == "__main__":
    use_book_style()
    # Without date and creator the same bytes come out every time.
    figure = draw()
    figure.savefig(TARGET, facecolor="white", metadata={"Date": None, "Creator": None})
    figure.set_size_inches(9, 4.725)
    figure.suptitle("Gradient descent, step by step", fontsize=30, weight="bold")
    figure.savefig(CARD, dpi=1200 / 9, facecolor="white", metadata={"Software": None})
    for path in (TARGET, CARD):
        print(f"{path.name}: {path.stat().st_size // 1024} kB")

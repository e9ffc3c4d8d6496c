"""Leave the state of Jupyter widgets out of the pages: nothing on the site reads it."""

from sphinx.application import Sphinx

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


def drop_widget_state(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: object
) -> None:
    """Take the widget state out of the scripts of a page."""
    context["script_files"] = [
        script
        for script in context["script_files"]
        if getattr(script, "attributes", {}).get("type") != WIDGET_STATE
    ]


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("html-page-context", drop_widget_state, priority=900)  # after MyST-NB adds it
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

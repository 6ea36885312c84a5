"""A fitted view: it shows the whole network, also after an edit, until someone looks elsewhere."""

from __future__ import annotations

from functools import partial

from deepviz.document import edits
from tests.gui.canvas.conftest import Owner


def longer(on_chain: Owner) -> None:
    """Append Dense layers until the chain would leave the view."""
    project = on_chain.project
    for _ in range(12):
        project = edits.append(project, edits.new_layer("Dense"))
    on_chain.view.request("Add", partial(lambda _before, after: after, after=project))


def everything_is_seen(on_chain: Owner) -> bool:
    content, seen = on_chain.view.network.content(), on_chain.view.seen()
    assert content is not None
    return seen.left <= content.left and content.right <= seen.right


def test_an_edit_that_leaves_the_view_is_fitted_again(on_chain: Owner) -> None:
    on_chain.view.fit()
    longer(on_chain)
    assert everything_is_seen(on_chain)


def test_who_has_looked_closer_stays_where_he_is(on_chain: Owner) -> None:
    on_chain.view.fit()
    on_chain.view.zoom_in()
    zoom = on_chain.view.zoom
    longer(on_chain)
    assert on_chain.view.zoom == zoom
    assert not everything_is_seen(on_chain)

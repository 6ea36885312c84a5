"""The canvas: the drawn network. It never changes anything by itself; it shows a graph and asks for edits."""

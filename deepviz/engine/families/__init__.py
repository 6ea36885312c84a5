"""What the layers of a family have in common: merges, normalisations, recurrences. A layer's own file has the rest."""

"""What a network does with data, worked out for people to look at: from its weights as they are at one step of a run.

A `Question` says what is wanted; a `Subject` is the network that it is put to. Nothing here changes either, or knows
what the answer looks like on a screen.
"""

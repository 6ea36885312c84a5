"""The list of runs, what is done with them, and the queue of those to come."""

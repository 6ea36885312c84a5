"""What a user builds and saves, as values: nothing in here changes in place."""

"""The sources of data, one file each. Adding a file here (or a folder to `__path__`) adds a source."""

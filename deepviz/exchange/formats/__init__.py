"""The export formats, one file each. A new file here is a new format everywhere."""

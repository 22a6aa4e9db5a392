"""One file each: the folder is the registry."""

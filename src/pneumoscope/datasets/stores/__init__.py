"""Where radiographs lie: a folder, an archive or an object store, each read in place."""

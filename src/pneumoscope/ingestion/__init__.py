"""A folder of files turned into radiographs that are known and doubted."""

"""What a run would make of a folder of radiographs, told before it: `kedro check`."""

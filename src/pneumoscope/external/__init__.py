"""External tests: labelled films of another site, measured with all that was locked before."""

"""Speed and memory, measured beside the naive plan on the same data, in one run."""

"""Every figure we claim, measured. Run all of it with `python -m benchmarks`."""

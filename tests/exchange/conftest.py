from example_exports import evaluated, small

__all__ = ["evaluated", "small"]

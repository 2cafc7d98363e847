from example_exports import evaluated, exported, folder_of_films, small

__all__ = ["evaluated", "exported", "folder_of_films", "small"]

def main() -> None:
    """The command ``cppcc``."""

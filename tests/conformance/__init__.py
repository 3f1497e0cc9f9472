"""The W3C's own tests, read from their manifests."""

"""How are visits replayed that are too many for one table? Bucket by bucket, from files to files."""

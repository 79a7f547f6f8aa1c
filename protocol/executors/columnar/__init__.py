"""Columns of visits run down the trees of a compiled protocol: coded, carried on, walked, judged and written, chunk by chunk."""

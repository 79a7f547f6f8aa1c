"""Many patients without a library of columns: a column is one large number, of which each row has a byte."""

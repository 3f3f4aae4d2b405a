"""Results: the record, the ledger that remembers what is done, and the statistics of a run."""

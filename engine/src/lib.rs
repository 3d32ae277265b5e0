//! Facts in, findings out: the incremental matcher.

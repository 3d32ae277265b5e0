//! Rule text to a pack.

//! Text to typed captures, for all patterns of a pack at once.

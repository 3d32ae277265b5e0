//! Turns collected files into facts.
mod row;

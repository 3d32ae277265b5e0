//! The commands `etio` and `ruleck`.

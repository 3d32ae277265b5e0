//! The commands `etio` and `ruleck`.

mod exit;
mod report;
pub mod ruleck;

pub use exit::Exit;

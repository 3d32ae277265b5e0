//! Turns collected files into facts.
//!
//! A file is unpacked and decoded, recognised by its content, and read by one of the [`formats`] into
//! rows and log records. What the extractors of a pack make of a record is kept, the record itself
//! is not. When all files are read, the bundle is settled: years, ages and nodes that a file leaves open
//! are filled in from the others.
#![forbid(unsafe_code)]

mod author;
mod bundle;
mod command;
mod decode;
mod dump;
mod files;
pub mod formats;
mod gather;
mod object;
mod options;
mod prose;
mod reader;
pub mod row;
mod schema;
mod settle;
mod stamp;
mod stream;
mod text;
mod unnamed;
mod unpack;
mod words;

pub use bundle::{Bundle, Dated, EMPTY, InputReport, Note, Place, UNREAD};
pub use files::{find_files, read_paths, reason};
pub use options::{Options, Since, Zone};
pub use reader::Reader;

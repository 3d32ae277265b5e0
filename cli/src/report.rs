//! What `etio diagnose` found, and its faces. Each face is a pure function of the same [`Report`].

pub(crate) mod html;
pub(crate) mod human;
pub(crate) mod json;
mod model;
mod news;
pub(crate) mod proof;
pub(crate) mod sarif;
mod time;
pub(crate) mod why_not;

pub(crate) use model::{
    Evidence, Finding, Ignored, Input, Need, Report, Status, Verdict, severity_word,
};
pub(crate) use news::{Change, News};
pub(crate) use time::{rfc3339, seconds};

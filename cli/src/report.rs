//! What `etio diagnose` found, and its faces. Each face is a pure function of the same [`Report`].

pub(crate) mod html;
pub(crate) mod human;
pub(crate) mod json;
mod model;
pub(crate) mod sarif;

pub(crate) use model::{
    Evidence, Finding, Ignored, Input, Need, Report, Status, Verdict, rfc3339, severity_word,
};

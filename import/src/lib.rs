//! Rules of other tools, rewritten as rule files that a person would keep.
//!
//! Text in, text out: [`cre()`], [`npd()`] and [`sigma()`] read what the other tool reads and give one rule file a rule,
//! laid out as `ruleck fmt` does, with its page, its references, a test and real lines as samples. What a
//! file cannot say stands in it as a comment and in [`File::notes`]; a rule whose meaning would be another
//! is left out and listed. Nothing is dropped in silence.
#![forbid(unsafe_code)]

mod cre;
mod documents;
mod draft;
mod names;
mod npd;
mod page;
mod pattern;
mod samples;
mod sigma;
mod span;
mod tree;
mod write;

pub use cre::cre;
pub use names::Names;
pub use npd::npd;
pub use sigma::sigma;

/// What became of one file of another tool.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Import {
    /// One rule file a rule.
    pub files: Vec<File>,
    /// Rules that cannot be said.
    pub left_out: Vec<LeftOut>,
}

/// A rule file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// Its name without ending, which is the finding's in kebab case.
    pub name: String,
    /// What it came from: `CRE-2024-0008`.
    pub origin: String,
    /// The rule file's text.
    pub text: String,
    /// What of the original it does not say.
    pub notes: Vec<String>,
}

/// A rule that is not imported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftOut {
    /// Its name there.
    pub origin: String,
    /// Why.
    pub why: String,
}

impl Import {
    /// Writes a draft down, or says why that cannot be done.
    fn add(&mut self, origin: String, draft: Result<draft::Draft, String>) {
        let written = draft.and_then(|draft| {
            let text = write::write(&draft)?;
            Ok(File {
                name: names::kebab(&draft.name),
                origin: origin.clone(),
                text,
                notes: draft.notes,
            })
        });
        match written {
            Ok(file) => self.files.push(file),
            Err(why) => self.left_out.push(LeftOut { origin, why }),
        }
    }
}

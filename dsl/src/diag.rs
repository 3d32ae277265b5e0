//! What the compiler tells people: a stable code, where, what was found, and what to do.

pub mod codes;
mod mask;
mod render;
mod suggest;

pub use mask::is_masked;
pub use render::render;
pub use suggest::did_you_mean;

use std::fmt;

use crate::syntax::ast::Span;

/// One kind of error or warning. All of them stand in [`codes`].
#[derive(Clone, Copy)]
pub struct Code {
    /// `E0101` or `W0101`; never used again for something else.
    pub id: &'static str,
    /// Its name in words, for people who configure lints: `unknown-item`.
    pub name: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
    /// What `ruleck explain` says.
    pub explain: &'static str,
}

impl Code {
    /// Errors begin with `E`, warnings with `W`.
    #[must_use]
    pub fn severity(self) -> Severity {
        if self.id.starts_with('W') { Severity::Warning } else { Severity::Error }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Code {}

/// Whether a rule file can be used in spite of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can.
    Warning,
}

/// One message about the text of one or more files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Which kind.
    pub code: Code,
    /// What was found: lower-case first word, no full stop, the user's words in backticks.
    pub message: String,
    /// Where; the primary one first.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Vec<String>,
    /// A replacement that settles it, where one is known.
    pub fix: Option<Fix>,
}

/// A place in a file and what is said about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Index of the file among those compiled together.
    pub file: usize,
    /// Where.
    pub span: Span,
    /// What is said; may be empty.
    pub text: String,
    /// The place the message is about, not one that helps to understand it.
    pub primary: bool,
}

/// A replacement of a piece of text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// Index of the file.
    pub file: usize,
    /// The text to replace.
    pub span: Span,
    /// What to write instead.
    pub replacement: String,
}

impl Diagnostic {
    /// A message without a place; add one with [`at`](Self::at).
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), labels: Vec::new(), help: Vec::new(), fix: None }
    }

    /// Adds the place it is about.
    #[must_use]
    pub fn at(self, file: usize, span: Span, text: impl Into<String>) -> Self {
        self.label(Label { file, span, text: text.into(), primary: true })
    }

    /// Adds another place that helps to understand it.
    #[must_use]
    pub fn also(self, file: usize, span: Span, text: impl Into<String>) -> Self {
        self.label(Label { file, span, text: text.into(), primary: false })
    }

    /// Adds a line that says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds a replacement that settles it.
    #[must_use]
    pub fn fix(mut self, file: usize, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { file, span, replacement: replacement.into() });
        self
    }

    /// Says which of the known names was meant where one is near, and writes it over the name; otherwise the help.
    #[must_use]
    pub fn meant(self, name: &str, near: Option<String>, help: impl FnOnce() -> String) -> Self {
        let Some(near) = near else {
            let help = help();
            return if help.is_empty() { self } else { self.help(help) };
        };
        let said = self.help(format!("did you mean `{near}`?"));
        // A label may cover more than the name, as the braces around it in a template.
        let label = said.labels.iter().find(|label| label.primary);
        match label.map(|label| (label.file, label.span)) {
            Some((file, span)) if (span.start..span.end).len() == name.len() => {
                said.fix(file, span, near)
            }
            _ => said,
        }
    }

    /// Whether it keeps the file from being used.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.code.severity() == Severity::Error
    }

    /// Where it is: the first primary label.
    #[must_use]
    pub fn place(&self) -> Option<&Label> {
        self.labels.iter().find(|label| label.primary).or_else(|| self.labels.first())
    }

    fn label(mut self, label: Label) -> Self {
        self.labels.push(label);
        self
    }
}

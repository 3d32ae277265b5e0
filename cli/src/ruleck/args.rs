//! What `ruleck` may be told.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::date;

/// Checks, tests and formats Etio's rule files.
#[derive(Parser, Debug)]
#[command(name = "ruleck", version, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Ruleck {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Compiles rule files and prints what is wrong with them
    Check(Check),
    /// Runs the tests and samples in rule files
    Test(Test),
    /// Writes rule files in their one layout
    Fmt(Fmt),
    /// Explains the code of an error or warning
    Explain {
        /// The code (`E0101`) or its name; all codes where it is left out
        code: Option<String>,
    },
    /// Writes the pages of failure modes as Markdown
    Doc(Doc),
    /// Prints how rules run: conditions, partition field, how long events are kept
    Plan(Files),
    /// Tells an editor, over standard input and output, what is wrong with the rule files it has open
    Lsp(Lsp),
    /// Compiles rule files into a pack, which `etio --rules` and the library load without compiling
    Pack(Pack),
}

/// Which rule files.
#[derive(Args, Debug)]
pub(crate) struct Files {
    /// Rule files, or directories of them; the standard library where left out
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Leave out the standard library's rules; its facts stay
    #[arg(long)]
    pub(crate) no_stdlib: bool,
    /// The day by which the `until` of sites is judged; otherwise today
    #[arg(long, value_name = "DATE", value_parser = date::parse)]
    pub(crate) at: Option<i64>,
}

#[derive(Args, Debug)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) files: Files,
    /// How to say it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Human,
    /// One object
    Json,
    /// For code-scanning viewers
    Sarif,
}

#[derive(Args, Debug)]
#[command(mut_arg("paths", |paths| paths.help(
    "Rule files, or directories of them, that belong together; the editor's folders where left out"
)))]
pub(crate) struct Lsp {
    #[command(flatten)]
    pub(crate) files: Files,
    /// Some editors say how they will speak; there is one way
    #[arg(long, hide = true)]
    stdio: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Doc {
    #[command(flatten)]
    pub(crate) files: Files,
    /// Write a file for each mode, and an index, into this directory; otherwise to standard output
    #[arg(short, long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Pack {
    #[command(flatten)]
    pub(crate) files: Files,
    /// Write the pack into this file, by custom `*.etiop`
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Test {
    #[command(flatten)]
    pub(crate) files: Files,
    /// Run only tests whose rule or name contains this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) only: Option<String>,
    /// List also the tests that pass
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Name the rules that look at more than in proportion where there is more: each test is told many times
    /// over, under other names
    #[arg(long)]
    pub(crate) growth: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Fmt {
    /// Rule files, or directories of them
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Change nothing; list the files that are not in their layout
    #[arg(long)]
    pub(crate) check: bool,
}

//! What `etio` may be told.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use etio_ingest::Since;

use crate::date;

/// Finds why a Kubernetes node or pod is stuck.
#[derive(Parser, Debug)]
#[command(name = "etio", version, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Etio {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Names root causes in what was collected
    Diagnose(Diagnose),
    /// Diagnoses what is still being written, and tells what begins, changes and ends
    Watch(Watch),
    /// Says why a rule finds nothing: which condition fails, and what came closest
    WhyNot(WhyNot),
    /// Prints the facts that the inputs give, one JSON object a line
    Facts(Facts),
    /// Lists the rules, or prints the page of one
    Rules(Rules),
    /// Rewrites rules of another tool as rule files
    Import(Import),
}

#[derive(Args, Debug)]
pub(crate) struct Diagnose {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) program: Program,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Show also what was seen to recover, what sites ignore, and all evidence, symptoms and roots of one kind
    #[arg(long)]
    pub(crate) all: bool,
    /// Show under each finding how each of its conditions came out, and on which facts it rests
    #[arg(long)]
    pub(crate) explain: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Watch {
    /// Files, directories, archives, or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    #[command(flatten)]
    pub(crate) program: Program,
    /// How to print
    #[arg(long, value_enum, default_value_t = Stream::Human)]
    pub(crate) format: Stream,
    /// Look at the inputs so often; less often where reading them takes long
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = date::length)]
    pub(crate) every: Duration,
    /// End after this time; otherwise when interrupted
    #[arg(long = "for", value_name = "TIME", value_parser = date::length)]
    pub(crate) lasting: Option<Duration>,
}

/// How to print what goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Stream {
    /// For people
    Human,
    /// One object a change
    Ndjson,
}

#[derive(Args, Debug)]
pub(crate) struct WhyNot {
    /// Mode or path of the rule
    pub(crate) rule: String,
    /// Parts of the key, `node=worker-3`, then files, directories, archives, or `-` for standard input
    #[arg(required = true, value_name = "KEY=VALUE | PATH")]
    pub(crate) rest: Vec<String>,
    #[command(flatten)]
    pub(crate) collected: Collected,
    #[command(flatten)]
    pub(crate) reading: Reading,
    #[command(flatten)]
    pub(crate) program: Program,
    /// How to print
    #[arg(long, value_enum, default_value_t = Answer::Human)]
    pub(crate) format: Answer,
}

/// How to print an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Answer {
    /// For people
    Human,
    /// One object
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct Facts {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) program: Program,
}

#[derive(Args, Debug)]
pub(crate) struct Rules {
    /// Path or mode of one rule, to print its page
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) program: Program,
    /// Print each rule, or the one named, and its parameters, with what sites change and where
    #[arg(long)]
    pub(crate) effective: bool,
    /// How to print `--effective`: `human` or `json`
    #[arg(long, value_enum, default_value_t = Listing::Human, requires = "effective")]
    pub(crate) format: Listing,
    /// The day by which the `until` of sites is judged; otherwise today
    #[arg(long, value_name = "DATE", value_parser = date::parse)]
    pub(crate) at: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Listing {
    /// For people
    Human,
    /// One object
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The tool whose rules they are
    #[arg(value_enum, value_name = "TOOL")]
    pub(crate) from: Tool,
    /// Files, directories, or `-` for standard input. Lines of a `test.log` beside a file become samples
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Write one file a rule into this directory, instead of printing them
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Tool {
    /// Common Reliability Enumerations, in YAML
    Cre,
    /// Configurations of node-problem-detector, in JSON
    Npd,
    /// Sigma rules and correlations, in YAML
    Sigma,
}

/// What to read.
#[derive(Args, Debug)]
pub(crate) struct Input {
    /// Files, directories, archives, or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) collected: Collected,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// When it was collected.
#[derive(Args, Debug)]
pub(crate) struct Collected {
    /// The instant of collection (RFC 3339), or a day; otherwise the inputs tell
    #[arg(long, value_name = "TIME", value_parser = date::parse)]
    pub(crate) at: Option<i64>,
}

/// How to read it.
#[derive(Args, Debug)]
pub(crate) struct Reading {
    /// Leave out what is older: an instant, or an age such as `6h` or `7d`
    #[arg(long, value_name = "TIME", value_parser = date::since)]
    pub(crate) since: Option<Since>,
    /// The node that unnamed files come from
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) node: Option<String>,
    /// The zone of stamps that name none, for example `Asia/Shanghai` or `+08:00`; otherwise UTC
    #[arg(long, value_name = "ZONE")]
    pub(crate) tz: Option<String>,
    /// The year of stamps that name none
    #[arg(long, value_name = "YEAR", value_parser = date::year)]
    pub(crate) year: Option<i16>,
}

/// A name as it is known elsewhere.
fn name(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("a name is not empty".to_owned()),
        name => Ok(name.to_owned()),
    }
}

/// Which rules to run.
#[derive(Args, Debug)]
pub(crate) struct Program {
    /// Rule and site files, or a directory of them, to run besides the standard library; may be given again
    #[arg(long, value_name = "PATH")]
    pub(crate) rules: Vec<PathBuf>,
    /// Leave out the standard library's rules; its facts stay
    #[arg(long)]
    pub(crate) no_stdlib: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Human,
    /// One object
    Json,
    /// One object a finding
    Ndjson,
    /// A page
    Html,
    /// For code-scanning viewers
    Sarif,
}

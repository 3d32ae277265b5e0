//! The linter and test runner for rule files.

mod args;
mod check;
mod doc;
mod explain;
mod fmt;
mod lsp;
mod pack;
mod plan;
mod position;
pub mod test;

use clap::Parser as _;

use crate::{Exit, exit, out, program::Sources};
use args::{Command, Files, Ruleck};

/// Runs `ruleck` on the process's arguments.
#[must_use]
pub fn run() -> Exit {
    let done = match Ruleck::parse().command {
        Command::Check(args) => check::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Explain { code } => explain::run(code.as_deref()),
        Command::Doc(args) => doc::run(&args),
        Command::Plan(files) => plan(&files),
        Command::Lsp(args) => lsp::run(&args),
        Command::Pack(args) => pack::run(&args),
    };
    done.unwrap_or_else(|message| exit::unusable(&message))
}

fn plan(files: &Files) -> Result<Exit, String> {
    let sources = Sources::load(&files.paths, files.no_stdlib)?;
    let compiled = sources.compile(files.at);
    let Some(pack) = compiled.pack else {
        return Err(format!("the rules do not compile\n{}", sources.render(&compiled.diagnostics)));
    };
    let modules: Vec<&str> = sources
        .files
        .get(checked(&sources))
        .unwrap_or_default()
        .iter()
        .map(|file| file.module.as_str())
        .collect();
    let wanted =
        |path: &str| path.rsplit_once('.').is_some_and(|(module, _)| modules.contains(&module));
    out::print(&plan::render(&pack, wanted))?;
    Ok(Exit::Clean)
}

/// Which files a command is about: the user's, or all where none was named.
fn checked(sources: &Sources) -> std::ops::Range<usize> {
    let all = sources.files.len();
    if sources.library == all { 0..all } else { sources.library..all }
}

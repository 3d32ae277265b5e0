//! Runs the real binaries as a user would.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]
#![expect(clippy::panic, clippy::expect_used, reason = "a test fails by panicking")]

pub mod editor;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a command did.
pub struct Ran {
    /// Its exit code.
    pub code: i32,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

/// Runs `etio` with these arguments.
pub fn etio(args: &[&str]) -> Ran {
    etio_reading(args, "")
}

/// Runs `etio` with these arguments and this standard input.
pub fn etio_reading(args: &[&str], input: &str) -> Ran {
    run(env!("CARGO_BIN_EXE_etio"), args, input, Stdio::piped())
}

/// Runs `ruleck` with these arguments.
pub fn ruleck(args: &[&str]) -> Ran {
    run(env!("CARGO_BIN_EXE_ruleck"), args, "", Stdio::piped())
}

/// Runs a command line of `etio` or `ruleck` with this standard output.
pub fn printing_to(out: impl Into<Stdio>, line: &[&str]) -> Ran {
    let (binary, args) = match line {
        ["etio", args @ ..] => (env!("CARGO_BIN_EXE_etio"), args),
        ["ruleck", args @ ..] => (env!("CARGO_BIN_EXE_ruleck"), args),
        _ => panic!("{line:?} is no command line"),
    };
    run(binary, args, "", out.into())
}

fn run(binary: &str, args: &[&str], input: &str, out: Stdio) -> Ran {
    let mut child = Command::new(binary)
        .args(args)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(out)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    std::io::Write::write_all(&mut stdin, input.as_bytes()).expect("stdin takes the input");
    drop(stdin);
    let output = child.wait_with_output().expect("the binary ends");
    Ran {
        code: output.status.code().expect("the binary is not killed"),
        out: String::from_utf8(output.stdout).expect("output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    }
}

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("cli lies in the workspace").into()
}

/// The report of `etio diagnose --format json` on these paths.
pub fn diagnose(paths: &[&Path]) -> serde_json::Value {
    let mut args = vec!["diagnose", "--format", "json"];
    args.extend(paths.iter().map(|path| path.to_str().expect("paths are UTF-8")));
    let ran = etio(&args);
    assert!(ran.code <= 1, "exit {}: {}", ran.code, ran.err);
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}\n{}", ran.out))
}

/// The findings of a report with this mode.
pub fn of_mode<'a>(report: &'a serde_json::Value, mode: &str) -> Vec<&'a serde_json::Value> {
    report["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|finding| finding["mode"] == mode)
        .collect()
}

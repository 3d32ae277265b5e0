//! `cargo xtask wasm`: builds the engine as a WebAssembly module and says how large it is.
//!
//! The standard library for wasm32 comes with rustup's target. Where that cannot be had, Debian's
//! compiler with its sources will do: cargo builds the library from them.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use flate2::{Compression, write::GzEncoder};

const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's packages `rustc-web` and `rust-web-src`.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std";
/// The module is at most as large as this when it is sent, in bytes.
const MOST: usize = 400_000;

const ADVICE: &str = "\
the standard library for wasm32-unknown-unknown is not there; install it with one of
  rustup target add wasm32-unknown-unknown
  apt-get update && apt-get install rustc-web rust-web-src   # Debian, where rustup's target cannot be had";

/// The chore.
pub(crate) fn wasm() -> ExitCode {
    match build().and_then(|module| measure(&module)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the module and gives its path.
pub(crate) fn build() -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--locked", "-p", "etio-wasm", "--lib", "--profile", "wasm"]);
    command.args(["--target", TARGET]);
    let ours = Path::new(&rustc(&["--print", "target-libdir", "--target", TARGET])?).exists();
    if !ours {
        if !(Path::new(DEBIAN_RUSTC).exists() && Path::new(DEBIAN_SOURCES).exists()) {
            return Err(ADVICE.to_owned());
        }
        command.arg("-Zbuild-std=std,panic_abort");
        // Debian's is a stable compiler, and building its library is not a stable feature.
        command.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker()?);
    }
    eprintln!("$ cargo build -p etio-wasm --profile wasm --target {TARGET}");
    let built = command.status().map_err(|error| format!("cannot run cargo: {error}"))?;
    if built.success() {
        let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        Ok(Path::new(&target).join(TARGET).join("wasm/etio_wasm.wasm"))
    } else {
        Err("the module does not build".to_owned())
    }
}

/// The linker that comes with rustup's compiler.
fn linker() -> Result<PathBuf, String> {
    let sysroot = rustc(&["--print", "sysroot"])?;
    let host = rustc(&["--print", "host-tuple"])?;
    Ok(Path::new(&sysroot).join("lib/rustlib").join(host).join("bin/rust-lld"))
}

/// What rustc says of itself.
fn rustc(args: &[&str]) -> Result<String, String> {
    let output = Command::new("rustc").args(args).output();
    let output = output.map_err(|error| format!("cannot run rustc: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Says how large the module is; too large is an error.
fn measure(path: &Path) -> Result<(), String> {
    let module = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    let sent = gzip.write_all(&module).and_then(|()| gzip.finish());
    let sent = sent.map_err(|error| error.to_string())?.len();
    println!("{}: {} bytes, {sent} gzipped (at most {MOST})", path.display(), module.len());
    if sent <= MOST { Ok(()) } else { Err("the module is too large".to_owned()) }
}

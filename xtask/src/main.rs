//! Every chore of the project as a command: `cargo xtask <chore>`.

mod eval;
mod fuzz;
mod peers;
mod run;
mod soak;
mod wasm;

use std::process::ExitCode;

use run::{Step, run};

const HELP: &str = "\
cargo xtask <chore>

  ci      all that must pass: the checks, then the tests
  check   fmt, clippy, docs, deny
  fmt     rustfmt on everything
  lint    clippy with warnings denied
  test    all tests
  doc     all docs, with warnings denied
  bless   rewrite every golden file from what the code does now
  deny    licences, bans and sources of dependencies (installs cargo-deny if it is missing)
  bench   the criterion benches
  soak N  as many random histories told to engine and oracle (100,000; `--from SEED` goes on there)
  peers   the benches' workloads on Etio and on other engines, side by side (`--json`, `--rounds N`,
          `--readme` to keep the table, a workload and a size); installs the others into the build directory
  wasm    the engine as a WebAssembly module, and how large it is
  fuzz T S  the fuzz target T for S seconds (nightly, cargo-fuzz)
  eval P  recall and precision over a tree of labelled cases (directories with a `case.json`)
";

const FMT: Step = Step::cargo(&["fmt", "--all", "--check"]);
const LINT: Step =
    Step::cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]);
const TEST: Step = Step::cargo(&["test", "--workspace", "--locked"]);
const DOC: Step = Step::cargo(&["doc", "--workspace", "--lib", "--no-deps", "--locked"])
    .with("RUSTDOCFLAGS", "-D warnings");
const INSTALL_DENY: Step = Step::cargo(&["install", "cargo-deny", "--locked", "--quiet"]);
const DENY: Step = Step::cargo(&["deny", "--locked", "check", "licenses", "bans", "sources"]);
const BENCH: Step = Step::cargo(&["bench", "-p", "etio-benches"]);

fn main() -> ExitCode {
    let chore = std::env::args().nth(1).unwrap_or_default();
    let steps: Vec<Step> = match chore.as_str() {
        "ci" => [check(), vec![TEST]].concat(),
        "check" => check(),
        "fmt" => vec![Step::cargo(&["fmt", "--all"])],
        "lint" => vec![LINT],
        "test" => vec![TEST],
        "doc" => vec![DOC],
        "bless" => vec![TEST.with("BLESS", "1")],
        "deny" => deny(),
        "bench" => vec![BENCH],
        "soak" => return soak::soak(&std::env::args().skip(2).collect::<Vec<_>>()),
        "peers" => return peers::peers(&std::env::args().skip(2).collect::<Vec<_>>()),
        "wasm" => return wasm::wasm(),
        "fuzz" => {
            let mut rest = std::env::args().skip(2);
            return fuzz::fuzz(rest.next().as_deref(), rest.next().as_deref());
        }
        "eval" => return eval::eval(std::env::args().nth(2).as_deref()),
        _ => {
            print!("{HELP}");
            return ExitCode::from(u8::from(!chore.is_empty()) * 2);
        }
    };
    run(&steps)
}

fn check() -> Vec<Step> {
    [vec![FMT, LINT, DOC], deny()].concat()
}

fn deny() -> Vec<Step> {
    if Step::cargo(&["deny", "--version"]).succeeds() {
        vec![DENY]
    } else {
        vec![INSTALL_DENY, DENY]
    }
}

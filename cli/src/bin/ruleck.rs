//! `ruleck`: the linter and test runner for Etio's rule files.

fn main() -> etio_cli::Exit {
    etio_cli::ruleck::run()
}

//! `ruleck explain`: what a code means.

use anstyle::Style;
use etio_dsl::diag::{codes, did_you_mean};

use crate::Exit;

const BOLD: Style = Style::new().bold();

pub(super) fn run(code: Option<&str>) -> Result<Exit, String> {
    let Some(wanted) = code else {
        for code in codes::ALL {
            anstream::println!("{BOLD}{}{BOLD:#}  {:32} {}", code.id, code.name, code.meaning);
        }
        return Ok(Exit::Clean);
    };
    let Some(code) = codes::find(wanted) else {
        let names = codes::ALL.iter().flat_map(|code| [code.id, code.name]);
        let hint = did_you_mean(wanted, names).map(|name| format!("; did you mean `{name}`?"));
        return Err(format!("there is no code `{wanted}`{}", hint.unwrap_or_default()));
    };
    anstream::println!(
        "{BOLD}{} {}{BOLD:#}: {}\n\n{}",
        code.id,
        code.name,
        code.meaning,
        code.explain
    );
    Ok(Exit::Clean)
}

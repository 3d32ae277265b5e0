//! `ruleck explain`: what a code means.

use anstyle::Style;
use etio_dsl::diag::{Code, codes, did_you_mean};

use crate::{Exit, out};

const BOLD: Style = Style::new().bold();

pub(super) fn run(code: Option<&str>) -> Result<Exit, String> {
    let Some(wanted) = code else {
        let line =
            |code: &Code| format!("{BOLD}{}{BOLD:#}  {:32} {}\n", code.id, code.name, code.meaning);
        out::print(&codes::ALL.iter().map(line).collect::<String>())?;
        return Ok(Exit::Clean);
    };
    let Some(code) = codes::find(wanted) else {
        let names = codes::ALL.iter().flat_map(|code| [code.id, code.name]);
        let hint = did_you_mean(wanted, names).map(|name| format!("; did you mean `{name}`?"));
        return Err(format!("there is no code `{wanted}`{}", hint.unwrap_or_default()));
    };
    let Code { id, name, meaning, explain } = code;
    out::print(&format!("{BOLD}{id} {name}{BOLD:#}: {meaning}\n\n{explain}\n"))?;
    Ok(Exit::Clean)
}

//! `etio why-not`: why a rule finds nothing, and what would make it.

use std::path::{Path, PathBuf};

use etio::{Error, Scanner, Standing, Value};
use etio_dsl::diag::did_you_mean;

use crate::args::{Answer, WhyNot};
use crate::report::why_not::{Ended, WhyNot as Shown};
use crate::report::{self, Need};
use crate::{Exit, diagnose, explain, input, out, page, program};

pub(crate) fn run(args: &WhyNot) -> Result<Exit, String> {
    let (key, paths) = split(&args.rest)?;
    if paths.is_empty() {
        return Err("no files to read; name them behind the key".to_owned());
    }
    let scanner = Scanner::new(program::pack(&args.program, args.collected.at)?);
    let bundle = input::read_all(&paths, &args.collected, &args.reading, &scanner)?;
    input::check(&bundle)?;
    let mut engine = diagnose::run_rules(scanner, &bundle)?;
    let asked: Vec<(&str, Value)> =
        key.iter().map(|(name, value)| (name.as_str(), Value::from(value.as_str()))).collect();
    let answer = match engine.why_not(&args.rule, &asked) {
        Ok(answer) => answer,
        Err(Error::UnknownRule(_)) => {
            let pages = page::pages(engine.pack());
            return Err(page::unknown(&args.rule, pages.iter().map(page::Page::mode)));
        }
        Err(error) => return Err(hinted(&error)),
    };
    let shown = shown(&answer, &args.rule, &engine, &bundle);
    let text = match args.format {
        Answer::Human => report::human::why_not(&shown, diagnose::layout(false)),
        Answer::Json => report::json::object(&shown),
    };
    out::print(&text)?;
    Ok(if answer.standing == Standing::Holds { Exit::Found } else { Exit::Clean })
}

/// Parts of a key, by their names.
type Key = Vec<(String, String)>;

/// `name=value` before or between the paths, unless a file is named so.
fn split(rest: &[String]) -> Result<(Key, Vec<PathBuf>), String> {
    let (mut key, mut paths) = (Key::new(), Vec::new());
    for word in rest {
        let is_name = |name: &str| {
            let mut letters = name.chars();
            letters.next().is_some_and(|first| first.is_ascii_lowercase())
                && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        match word.split_once('=') {
            Some((name, value)) if is_name(name) && !Path::new(word).exists() => {
                if let Some((_, other)) = key.iter().find(|(known, _)| known == name) {
                    return Err(format!("`{name}` is given twice, `{other}` and `{value}`"));
                }
                key.push((name.to_owned(), value.to_owned()));
            }
            _ => paths.push(PathBuf::from(word)),
        }
    }
    Ok((key, paths))
}

/// An error with what might have been meant.
fn hinted(error: &Error) -> String {
    if let Error::UnknownKey { name, parts, .. } = error
        && let Some(near) = did_you_mean(name, parts.iter().map(String::as_str))
    {
        return format!("{error}; did you mean `{near}`?");
    }
    error.to_string()
}

fn shown(
    answer: &etio::WhyNot,
    asked: &str,
    engine: &etio::Engine,
    bundle: &etio_ingest::Bundle,
) -> Shown {
    let pack = engine.pack();
    let proof = explain::proof(&answer.proof, pack, bundle);
    let conditions = answer
        .proof
        .conclusions
        .first()
        .and_then(|of| pack.rules.get(of.rule))
        .map_or(0, |rule| rule.body.when.len());
    Shown {
        asked: asked.to_owned(),
        standing: match answer.standing {
            Standing::Holds => "holds",
            Standing::Fails => "fails",
            Standing::RuledOut => "ruled out",
            Standing::NotPinned => "not pinned",
        },
        conditions,
        keys: answer.keys,
        needs: answer
            .needs
            .iter()
            .map(|need| Need { relation: need.relation.clone(), collect: need.collect.clone() })
            .collect(),
        ended: answer.ended.map(|(at, status)| Ended {
            at,
            status: match status {
                etio::Status::Open => report::Status::Open,
                etio::Status::Lapsed => report::Status::Lapsed,
                etio::Status::Resolved => report::Status::Resolved,
            },
        }),
        proof,
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_key_is_told_from_paths() {
        let words = ["node=n1", "a/b=c", "X=1", "pod=default/web"].map(str::to_owned);
        let (key, paths) = split(&words).unwrap();
        let names: Vec<&str> = key.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["node", "pod"]);
        assert_eq!(paths.len(), 2);
    }

    #[test]
    fn a_part_of_a_key_is_given_once() {
        let words = ["pod=a", "pod=b"].map(str::to_owned);
        assert_eq!(split(&words), Err("`pod` is given twice, `a` and `b`".to_owned()));
    }
}

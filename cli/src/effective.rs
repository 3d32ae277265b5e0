//! `etio rules --effective`: every rule and parameter, its value, and where that comes from.

mod human;

use etio_dsl::{Compiled, SiteChange, SiteEffect, SourceFile};
use etio_plan::{Head, Kind, Pack, Rule, Value};
use serde::Serialize;

use crate::args::{Listing, Rules};
use crate::program::Sources;
use crate::report::severity_word;
use crate::show;
use crate::{Exit, date, out, page};

/// All rules as they run. Its serialised form is what `--format json` prints.
#[derive(Debug, Serialize)]
struct Effective {
    etio: &'static str,
    /// The findings, and the derived relations that have parameters, by path.
    rules: Vec<RuleRow>,
}

/// A rule.
#[derive(Debug, Serialize)]
struct RuleRow {
    /// Its path.
    rule: String,
    /// Its name in kebab case, for a finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    /// The hash that `replace` names.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// Whether it comes with Etio.
    standard: bool,
    /// Whether it runs: not where a site disables it.
    runs: bool,
    /// Where it stands.
    from: Place,
    params: Vec<ParamRow>,
    /// What sites say of the rule as a whole.
    site: Vec<SiteRow>,
}

/// A parameter.
#[derive(Debug, Serialize)]
struct ParamRow {
    name: String,
    /// In the words of rule files, as the other values.
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<String>,
    /// The value of the rule.
    default: String,
    /// What sites say of it.
    site: Vec<SiteRow>,
}

/// A statement of a site.
#[derive(Debug, Serialize)]
struct SiteRow {
    site: String,
    /// `set`, `disable`, `ignore` or `replace`.
    effect: &'static str,
    /// What it is about: a value, the cases that are ignored, the rule that is replaced.
    what: String,
    because: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// Its date has come, so that it does nothing.
    expired: bool,
    from: Place,
}

/// A place in a rule file.
#[derive(Debug, Serialize)]
struct Place {
    path: String,
    line: usize,
}

pub(crate) fn run(args: &Rules) -> Result<Exit, String> {
    let sources = Sources::load(&args.program.rules, args.program.no_stdlib)?;
    let compiled = sources.compile(args.at);
    let Some(pack) = &compiled.pack else {
        return Err(format!("the rules do not compile\n{}", sources.render(&compiled.diagnostics)));
    };
    let mut effective = Effective::of(pack, &compiled, &sources);
    if let Some(id) = &args.id {
        let all = std::mem::take(&mut effective.rules);
        let (meant, others): (Vec<RuleRow>, Vec<RuleRow>) =
            all.into_iter().partition(|row| page::is_meant(id, &row.rule, row.name()));
        if meant.is_empty() {
            return Err(page::unknown(id, others.iter().map(RuleRow::name)));
        }
        effective.rules = meant;
    }
    match args.format {
        Listing::Human => out::print(&human::render(&effective))?,
        // Plain data with text keys always serialises.
        Listing::Json => {
            let text = serde_json::to_string_pretty(&effective).unwrap_or_default();
            out::print(&format!("{text}\n"))?;
        }
    }
    Ok(Exit::Clean)
}

impl Effective {
    fn of(pack: &Pack, compiled: &Compiled, sources: &Sources) -> Self {
        let Sources { files, library } = sources;
        let mut rules = Vec::new();
        for (relation, (file, span)) in pack.relations.iter().zip(&compiled.places) {
            let params = params(pack, compiled, files, &relation.path);
            let is_finding = relation.kind == Kind::Finding;
            if !is_finding && params.is_empty() {
                continue;
            }
            let rule = pack.rules.iter().find(|rule| rule.path == relation.path);
            let finding = rule.and_then(finding);
            let version = finding.map(|finding| format!("{:08x}", finding.version));
            rules.push(RuleRow {
                rule: relation.path.clone(),
                mode: is_finding.then(|| relation.name().replace('_', "-")),
                severity: finding.map(|finding| severity_word(finding.severity)),
                version,
                standard: file < library,
                runs: rule.is_some(),
                from: Place::of(files, *file, span.start),
                params,
                site: said_of(compiled, files, &relation.path),
            });
        }
        rules.sort_by(|a, b| a.rule.cmp(&b.rule));
        Self { etio: env!("CARGO_PKG_VERSION"), rules }
    }
}

impl RuleRow {
    /// What people call it.
    fn name(&self) -> &str {
        self.mode.as_deref().unwrap_or(&self.rule)
    }
}

fn finding(rule: &Rule) -> Option<&etio_plan::Finding> {
    match &rule.head {
        Head::Finding(finding) => Some(finding),
        Head::Derived { .. } => None,
    }
}

/// The parameters of a rule.
fn params(pack: &Pack, compiled: &Compiled, files: &[SourceFile], rule: &str) -> Vec<ParamRow> {
    let mine = pack.params.iter().filter_map(|param| {
        let (of, name) = param.path.rsplit_once('.')?;
        (of == rule).then_some((param, name))
    });
    mine.map(|(param, name)| {
        let was = compiled.changes.iter().find_map(|change| match &change.effect {
            SiteEffect::Set { was, .. } if change.target == param.path => Some(was),
            _ => None,
        });
        ParamRow {
            name: name.to_owned(),
            value: show::value(&param.default),
            low: bound(&param.low),
            high: bound(&param.high),
            default: show::value(was.unwrap_or(&param.default)),
            site: said_of(compiled, files, &param.path),
        }
    })
    .collect()
}

fn bound(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| show::value(value))
}

/// What sites say of a rule or parameter.
fn said_of(compiled: &Compiled, files: &[SourceFile], target: &str) -> Vec<SiteRow> {
    let mine = compiled.changes.iter().filter(|change| change.target == target);
    mine.map(|change| SiteRow::of(change, files)).collect()
}

impl SiteRow {
    fn of(change: &SiteChange, files: &[SourceFile]) -> Self {
        let (effect, what) = match &change.effect {
            SiteEffect::Set { value, .. } => ("set", show::value(value)),
            SiteEffect::Disable => ("disable", String::new()),
            SiteEffect::Ignore { which } => ("ignore", which.clone()),
            SiteEffect::Replace { replaced } => ("replace", replaced.clone()),
        };
        Self {
            site: change.site.clone(),
            effect,
            what,
            because: change.because.clone(),
            until: change.until.map(date::show),
            expired: change.expired,
            from: Place::of(files, change.file, change.span.start),
        }
    }
}

impl Place {
    fn of(files: &[SourceFile], file: usize, at: u32) -> Self {
        let (path, text) = files.get(file).map_or(("", ""), |file| (&file.path, &file.text));
        let before = text.get(..at as usize).unwrap_or_default();
        Self { path: path.to_owned(), line: before.matches('\n').count() + 1 }
    }
}

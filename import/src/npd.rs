//! node-problem-detector (NPD): JSON configurations of its monitors.
//!
//! A monitor reads a log and reports an event (`temporary`) or sets a condition of the node (`permanent`).
//! Etio reads the same log, and believes as well what NPD has reported. A check that runs a program is
//! imported as what NPD reports of it: Etio runs no programs.

use serde::Deserialize;

use crate::draft::{Draft, Line, Lines, Source, Term, Way};
use crate::pattern::Pattern;
use crate::span::Span;
use crate::{Import, Names, names, page, pattern};

/// The rules of an NPD configuration. `log`, which may be empty, shows the problems: its lines become samples.
///
/// # Errors
///
/// What is wrong where the text is no configuration of a monitor.
pub fn npd(json: &str, log: &str, names: &mut Names) -> Result<Import, String> {
    let config: Config = serde_json::from_str(json)
        .map_err(|error| format!("it is no configuration of a monitor with rules: {error}"))?;
    let mut import = Import::default();
    let mut known: Vec<&Rule> = Vec::new();
    for rule in &config.rules {
        // Several rules of one reason are several spellings of one problem.
        if known.iter().any(|other| other.is_like(rule)) {
            continue;
        }
        known.push(rule);
        let alike: Vec<&Rule> = config.rules.iter().filter(|other| other.is_like(rule)).collect();
        let origin = match &rule.condition {
            Some(condition) => format!("{} {condition} {}", config.source, rule.reason),
            None => format!("{} {}", config.source, rule.reason),
        };
        let draft = draft(&config, rule, &alike, log, names);
        import.add(origin, draft);
    }
    if import.files.is_empty() && import.left_out.is_empty() {
        return Err("it has no rules".to_owned());
    }
    Ok(import)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    plugin: String,
    #[serde(default)]
    plugin_config: PluginConfig,
    #[serde(default)]
    log_path: String,
    source: String,
    #[serde(default)]
    skip_list: Vec<String>,
    #[serde(default)]
    conditions: Vec<Condition>,
    rules: Vec<Rule>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PluginConfig {
    source: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Condition {
    r#type: String,
    reason: String,
    message: String,
}

#[derive(Debug, Deserialize)]
struct Rule {
    r#type: String,
    condition: Option<String>,
    reason: String,
    pattern: Option<String>,
    path: Option<String>,
    #[serde(default)]
    args: Vec<String>,
}

impl Rule {
    fn is_like(&self, other: &Self) -> bool {
        self.r#type == other.r#type
            && self.condition == other.condition
            && self.reason == other.reason
            && self.command() == other.command()
    }

    /// The program it runs, with its arguments.
    fn command(&self) -> Option<String> {
        let words = self.path.iter().chain(&self.args).map(String::as_str);
        self.path.as_ref().map(|_| words.collect::<Vec<_>>().join(" "))
    }

    /// The value of `--name=value`.
    fn arg(&self, name: &str) -> Option<&str> {
        self.args.iter().find_map(|arg| arg.strip_prefix(name)?.strip_prefix('='))
    }

    fn is_log_counter(&self) -> bool {
        self.path.as_deref().is_some_and(|path| path.contains("log-counter"))
            && self.arg("--pattern").is_some()
    }
}

fn draft(
    config: &Config,
    rule: &Rule,
    alike: &[&Rule],
    log: &str,
    names: &mut Names,
) -> Result<Draft, String> {
    let permanent = match rule.r#type.as_str() {
        "permanent" => true,
        "temporary" => false,
        other => return Err(format!("a rule of type `{other}`")),
    };
    let title = names::sentence(&rule.reason);
    let name =
        names.finding(&title, &[if permanent { "condition" } else { "event" }, &config.plugin]);
    let mut notes = Vec::new();
    let mut lines = Vec::new();
    let mut ways = Vec::new();
    let mut source =
        source(&config.plugin, config.plugin_config.source.as_deref(), &config.log_path);
    if rule.is_log_counter() {
        source = self::source("journald", rule.arg("--journald-source"), "");
        ways.push(counter(rule, log, &name, &mut lines, &mut notes)?);
    } else if let Some(command) = rule.command() {
        notes.push(format!("the check itself is not run: `{command}`"));
    } else {
        let patterns = alike.iter().filter_map(|rule| rule.pattern.as_deref());
        let patterns: Result<Vec<Vec<Pattern>>, String> =
            patterns.map(|p| pattern::regex(p, true)).collect();
        let patterns = patterns?.concat();
        if patterns.is_empty() {
            return Err("it has neither `pattern` nor `path`".to_owned());
        }
        lines.push(Line::like(patterns, log, &name, &[]));
        ways.push(Way::Lines(Lines {
            terms: vec![Term { line: 0, times: 1 }],
            in_order: false,
            window: None,
            unless: Vec::new(),
        }));
    }
    let skipped = config.skip_list.iter().filter(|_| rule.path.is_none());
    notes.extend(skipped.map(|text| format!("lines with `{text}` are not skipped")));
    ways.push(match (&rule.condition, permanent) {
        (Some(ty), true) => Way::Condition { ty: ty.clone(), reason: rule.reason.clone() },
        _ => Way::Event { component: config.source.clone(), reason: rule.reason.clone() },
    });
    let log_way = ways.len() > 1;
    let reported = match &rule.condition {
        Some(condition) if permanent => format!("the node condition {condition}"),
        _ => format!("an event {} of {}", rule.reason, config.source),
    };
    let because = match log_way {
        true => format!("the log says so, or node-problem-detector does with {reported}"),
        false => format!("node-problem-detector says so with {reported}"),
    };
    Ok(Draft {
        title,
        on_node: true,
        about: about(config, rule, permanent),
        sections: sections(config, rule, permanent),
        severity: if permanent { "critical" } else { "warning" },
        because: Some(because),
        remedy: None,
        refs: vec!["https://github.com/kubernetes/node-problem-detector".to_owned()],
        notes,
        lines,
        source,
        groups: Vec::new(),
        ways,
        name,
    })
}

/// NPD's log counter: so many lines within a time, each of another kind one less.
fn counter(
    rule: &Rule,
    log: &str,
    name: &str,
    lines: &mut Vec<Line>,
    notes: &mut Vec<String>,
) -> Result<Way, String> {
    let mut add = |text: &str| -> Result<usize, String> {
        let taken: Vec<String> = lines.iter().map(|line| line.event.clone()).collect();
        lines.push(Line::like(pattern::regex(text, true)?, log, name, &taken));
        Ok(lines.len() - 1)
    };
    let more = add(rule.arg("--pattern").unwrap_or_default())?;
    let fewer = rule.arg("--revert-pattern").map(&mut add).transpose()?;
    let window =
        rule.arg("--lookback").and_then(Span::parse).ok_or("a log counter without `--lookback`")?;
    let times = rule.arg("--count").and_then(|count| count.parse().ok()).unwrap_or(1);
    notes.extend(rule.arg("--delay").map(|delay| format!("it does not wait {delay} after a boot")));
    Ok(Way::Surplus { more, fewer, times, window })
}

/// The log that a monitor reads.
fn source(plugin: &str, program: Option<&str>, path: &str) -> Source {
    let (of, programs): (Vec<&'static str>, Vec<String>) = match (plugin, program) {
        ("kmsg", _) | (_, Some("kernel")) => (vec!["KernelLog"], Vec::new()),
        (_, Some("kubelet")) => (vec!["KubeletLog"], Vec::new()),
        (_, Some(program @ ("docker" | "dockerd" | "containerd" | "crio"))) => {
            (vec!["RuntimeLog"], vec![program.to_owned()])
        }
        (_, Some(program)) => (vec!["SystemLog"], vec![program.to_owned()]),
        _ if path.contains("kern") => (vec!["KernelLog"], Vec::new()),
        _ if path.contains("docker") || path.contains("containerd") => {
            (vec!["RuntimeLog"], Vec::new())
        }
        _ if path.contains("kubelet") => (vec!["KubeletLog"], Vec::new()),
        _ => (vec!["SystemLog", "KubeletLog", "RuntimeLog", "KernelLog"], Vec::new()),
    };
    Source::Logs { of, field: "message", programs }
}

fn about(config: &Config, rule: &Rule, permanent: bool) -> Vec<String> {
    let mut about = vec![format!(
        "Imported from node-problem-detector's {} ({}).",
        config.source, config.plugin
    )];
    let found = rule.condition.as_ref().filter(|_| permanent);
    if let Some(condition) =
        found.and_then(|ty| config.conditions.iter().find(|it| it.r#type == *ty))
    {
        about.push(format!(
            "While all is well the condition {} has the reason {}: {}.",
            condition.r#type, condition.reason, condition.message
        ));
    }
    about
}

fn sections(config: &Config, rule: &Rule, permanent: bool) -> Vec<(Option<String>, String)> {
    let what = match &rule.condition {
        Some(condition) if permanent => format!(
            "node-problem-detector sets the node's condition `{condition}` to True with the reason `{}`.",
            rule.reason
        ),
        _ => format!("node-problem-detector reports it as an event `{}`.", rule.reason),
    };
    let how = match (rule.command(), config.log_path.as_str()) {
        (Some(command), _) => format!("It learns it from `{command}`."),
        (None, "") => String::new(),
        (None, path) => format!("It reads it in `{path}`."),
    };
    vec![(None, page::tidy(&format!("{what} {how}")))]
}

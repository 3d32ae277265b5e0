//! Which rule each statement of a site is about, and whether it counts.

use smol_str::SmolStr;

use etio_plan::RelId;

use super::{Ignored, Sites, Statement};
use crate::{
    diag::{Diagnostic, codes, did_you_mean},
    resolve::{Cx, path_text},
    syntax::ast::{Change, ChangeKind, Item, Path, Span},
    table::HashMap,
};

/// Reads the sites of all files. `at`: the host's date, by which `until` is judged.
pub(crate) fn read<'a>(cx: &mut Cx<'a>, at: Option<i64>) -> Sites<'a> {
    let mut sites = Sites::default();
    let trees = cx.trees;
    for file in cx.order.clone() {
        for item in trees.get(file).map_or(&[][..], |tree| &tree.items) {
            let Item::Site(site) = item else { continue };
            for change in &site.changes {
                let expired = matches!((change.until, at), (Some(until), Some(at)) if until <= at);
                if let Some(statement) = statement(cx, file, &site.name, change, expired) {
                    sites.statements.push(statement);
                }
                if expired {
                    warn_expired(cx, file, change);
                }
            }
        }
    }
    refuse_two(cx, &sites);
    collect_ignores(cx, &mut sites);
    sites
}

fn statement<'a>(
    cx: &mut Cx<'a>,
    file: usize,
    site: &'a str,
    change: &'a Change,
    expired: bool,
) -> Option<Statement<'a>> {
    let (relation, param) = match &change.kind {
        ChangeKind::Set { param, .. } => {
            let (name, rule) = param.parts.split_last()?;
            let Some(last) = rule.last() else {
                let message = format!("`{}` names no rule", name.text);
                let help = format!("write the rule before it: `set rule.{} = …`", name.text);
                cx.error(codes::UNKNOWN_PARAM, file, param.span, message, &help);
                return None;
            };
            let span = Span { end: last.span.end, ..param.span };
            (cx.relation(file, &Path { parts: rule.into(), span })?, Some(name))
        }
        ChangeKind::Disable { rule } | ChangeKind::Ignore { rule, .. } => {
            (cx.finding(file, rule)?, None)
        }
        ChangeKind::Replace { rule, version } => (replacement(cx, file, rule, *version)?, None),
    };
    Some(Statement { site, file, change, relation, param, expired })
}

/// The finding that takes the place of another.
fn replacement(cx: &mut Cx<'_>, file: usize, rule: &Path, version: (u32, Span)) -> Option<RelId> {
    let name = rule.parts.last().map_or("", |last| last.text.as_str());
    let own = cx.finding(file, rule)?;
    let place = cx.names.place(own)?;
    if cx.replaced.is_second(name, file) {
        let message = format!("two files replace `{name}`");
        let diagnostic = Diagnostic::new(codes::SITE_CONFLICT, message)
            .at(file, rule.span, "this one")
            .also(place.file, place.span, "and the one with this")
            .help("keep one of them");
        cx.report(diagnostic);
        return None;
    }
    if place.file != file {
        let message = format!("this file has no finding `{name}`");
        let help = "the finding that takes its place stands in the file of the `replace`";
        cx.error(codes::BAD_REPLACEMENT, file, rule.span, message, help);
        return None;
    }
    let Some((there, replaced)) = cx.replaced.get(name) else {
        let message = format!("there is no other finding `{name}` to replace");
        let others =
            cx.pack.relations.iter().filter(|other| other.kind == etio_plan::Kind::Finding);
        let near =
            did_you_mean(name, others.map(etio_plan::Relation::name).filter(|it| *it != name));
        let alone = "remove the statement: the finding of this file stands alone";
        let error = Diagnostic::new(codes::BAD_REPLACEMENT, message).at(file, rule.span, "");
        cx.report(error.meant(name, near, || alone.into()));
        return None;
    };
    let mine = cx.blocks.iter().find_map(|block| match block.item {
        crate::resolve::BlockItem::Finding(finding) if block.relation == own => Some(finding),
        _ => None,
    })?;
    let key = |names: &[crate::syntax::ast::Name]| -> Vec<SmolStr> {
        names.iter().map(|name| name.text.clone()).collect()
    };
    let (wanted, found) = (key(&replaced.key), key(&mine.key));
    if wanted != found {
        let message =
            format!("`{name}({})` has another key than what it replaces", found.join(", "));
        let diagnostic = Diagnostic::new(codes::BAD_REPLACEMENT, message)
            .at(file, mine.name.span, "")
            .also(there, replaced.name.span, "it takes the place of this")
            .help(format!("others know it by its key: write `{name}({})`", wanted.join(", ")));
        cx.report(diagnostic);
    }
    let (seen, at) = version;
    if seen != replaced.version {
        let message = format!("`{name}` is version {:08x} now", replaced.version);
        let diagnostic = Diagnostic::new(codes::REPLACED_CHANGED, message)
            .at(file, at, "the replacement was written against this one")
            .also(there, replaced.name.span, "compare it with what the file has")
            .help(format!("then write `version \"{:08x}\"`", replaced.version))
            .fix(file, at, format!("\"{:08x}\"", replaced.version));
        cx.report(diagnostic);
    }
    Some(own)
}

fn warn_expired(cx: &mut Cx<'_>, file: usize, change: &Change) {
    let (ChangeKind::Set { param: target, .. }
    | ChangeKind::Disable { rule: target }
    | ChangeKind::Ignore { rule: target, .. }
    | ChangeKind::Replace { rule: target, .. }) = &change.kind;
    let message = format!("`{} {}` has expired", change.kind.keyword(), path_text(target));
    let help = "remove it, or give it another date if its reason still holds";
    cx.error(codes::EXPIRED, file, change.span, message, help);
}

/// Two statements that both disable or replace one rule, or set one parameter to two values.
fn refuse_two(cx: &mut Cx<'_>, sites: &Sites<'_>) {
    let mut first: HashMap<(RelId, &str), &Statement<'_>> = HashMap::default();
    // One that has expired counts no more, and contradicts none.
    for statement in sites.statements.iter().filter(|statement| !statement.expired) {
        let slot = match &statement.change.kind {
            ChangeKind::Set { .. } => statement.param.map_or("", |name| name.text.as_str()),
            ChangeKind::Disable { .. } | ChangeKind::Replace { .. } => "",
            ChangeKind::Ignore { .. } => continue,
        };
        let Some(other) = first.insert((statement.relation, slot), statement) else { continue };
        if says_the_same(&other.change.kind, &statement.change.kind) {
            continue;
        }
        let target = cx.name_of(statement.relation).to_owned();
        let what = if slot.is_empty() { target } else { format!("{target}.{slot}") };
        let message = format!("two statements decide about `{what}`");
        let label = |statement: &Statement<'_>| format!("by site `{}` here", statement.site);
        let diagnostic = Diagnostic::new(codes::SITE_CONFLICT, message)
            .at(statement.file, statement.change.span, label(statement))
            .also(other.file, other.change.span, label(other))
            .help("keep one of them");
        cx.report(diagnostic);
    }
}

/// Whether both set the same value, as it is written.
fn says_the_same(a: &ChangeKind, b: &ChangeKind) -> bool {
    match (a, b) {
        (ChangeKind::Set { value: a, .. }, ChangeKind::Set { value: b, .. }) => a.kind == b.kind,
        _ => false,
    }
}

fn collect_ignores<'a>(cx: &Cx<'a>, sites: &mut Sites<'a>) {
    for statement in sites.statements.iter().filter(|statement| !statement.expired) {
        if matches!(statement.change.kind, ChangeKind::Ignore { .. }) {
            let Statement { site, file, change, .. } = *statement;
            let ignored = Ignored { site, file, change };
            sites.ignores.entry(statement.relation).or_default().push(ignored);
        }
    }
    for ignores in sites.ignores.values_mut() {
        ignores.sort_by_cached_key(|it| (it.site, cx.words(it.file, it.change.span)));
    }
}

//! What sites set and disable, done to the rules as they were lowered.

use etio_plan::{Head, RelId, Value};

use super::{SiteChange, SiteEffect, Sites, Statement};
use crate::{
    diag::{Diagnostic, codes, did_you_mean},
    lower::{self, Draft},
    order,
    resolve::{BlockItem, Cx, Def, Meant, Place},
    syntax::ast::{ChangeKind, Expr},
    table::{HashMap, HashSet, IndexMap},
    types,
};

/// What sites have done.
pub(crate) struct Applied {
    /// Every statement, by file and place.
    pub(crate) changes: Vec<SiteChange>,
    /// The findings that are no more.
    pub(crate) gone: Vec<RelId>,
}

/// Sets parameters, takes disabled rules out, and tells what came of every statement.
pub(crate) fn apply(cx: &mut Cx<'_>, sites: &Sites<'_>, drafts: &mut Vec<Draft>) -> Applied {
    let mut changes = Vec::with_capacity(sites.statements.len());
    let mut gone: IndexMap<RelId, &Statement<'_>> = IndexMap::default();
    let mut standard: HashMap<usize, Value> = HashMap::default();
    for statement in &sites.statements {
        let effect = match &statement.change.kind {
            ChangeKind::Set { value, .. } => match set(cx, statement, value, &mut standard) {
                Some(effect) => effect,
                None => continue,
            },
            ChangeKind::Disable { .. } => {
                if !statement.expired {
                    gone.insert(statement.relation, statement);
                }
                SiteEffect::Disable
            }
            ChangeKind::Ignore { which, .. } => {
                SiteEffect::Ignore { which: cx.words(statement.file, *which) }
            }
            ChangeKind::Replace { .. } => {
                let name = cx.name_of(statement.relation);
                let replaced = cx.replaced.get(name);
                let module = replaced.map_or("", |(file, _)| cx.module(file));
                SiteEffect::Replace { replaced: format!("{module}.{name}") }
            }
        };
        changes.push(told(cx, statement, effect));
    }
    for statement in &sites.statements {
        if let Some(disable) = gone.get(&statement.relation)
            && !statement.expired
            && !matches!(statement.change.kind, ChangeKind::Disable { .. })
        {
            let message = format!("`{}` is disabled", cx.name_of(statement.relation));
            let warning = changes_nothing(statement, message)
                .also(disable.file, disable.change.span, "disabled here")
                .help("keep one of the two");
            cx.report(warning);
        }
    }
    refuse_readers(cx, sites, &gone);
    take_out(cx, drafts, &gone);
    Applied { changes, gone: gone.into_keys().collect() }
}

fn changes_nothing(statement: &Statement<'_>, why: String) -> Diagnostic {
    Diagnostic::new(codes::CHANGES_NOTHING, format!("this changes nothing: {why}")).at(
        statement.file,
        statement.change.span,
        "",
    )
}

fn told(cx: &Cx<'_>, statement: &Statement<'_>, effect: SiteEffect) -> SiteChange {
    let rule = cx.pack.get(statement.relation).map_or("", |found| found.path.as_str());
    let param = statement.param.map_or(String::new(), |name| format!(".{}", name.text));
    SiteChange {
        site: statement.site.into(),
        target: format!("{rule}{param}"),
        effect,
        because: statement.change.because.clone().unwrap_or_default(),
        until: statement.change.until,
        expired: statement.expired,
        file: statement.file,
        span: statement.change.span,
    }
}

/// Gives a parameter its value. `standard`: what parameters had before any site.
fn set(
    cx: &mut Cx<'_>,
    statement: &Statement<'_>,
    value: &Expr,
    standard: &mut HashMap<usize, Value>,
) -> Option<SiteEffect> {
    let name = statement.param?;
    let rule = cx.pack.get(statement.relation)?.path.clone();
    let path = format!("{rule}.{}", name.text);
    let Some(at) = cx.pack.params.iter().position(|param| param.path == path) else {
        unknown_param(cx, statement);
        return None;
    };
    let written =
        declared(cx, statement.relation).into_iter().find(|(_, decl)| decl.name.text == name.text);
    if let Some((file, decl)) = written {
        let place = Place { file, span: decl.name.span };
        cx.means(statement.file, name.span, Meant::Bound(place));
    }
    let ty = cx.pack.params.get(at)?.ty.clone();
    let value = types::constant(cx, statement.file, value, &ty)?;
    let param = cx.pack.params.get_mut(at)?;
    if !param.allows(&value) {
        let message = format!("the value of `{}` is not within its range", name.text);
        let mut diagnostic = Diagnostic::new(codes::BAD_RANGE, message)
            .at(statement.file, statement.change.span, "")
            .help("its rule says what makes sense: lowest and highest are included");
        if let Some((file, decl)) = written {
            diagnostic = diagnostic.also(file, decl.span, "the range");
        }
        cx.report(diagnostic);
        return None;
    }
    let was = standard.entry(at).or_insert_with(|| param.default.clone()).clone();
    if !statement.expired {
        param.default = value.clone();
        if was == value {
            let why = format!("`{}` has this value anyway", name.text);
            cx.report(changes_nothing(statement, why).help("remove it, or set another value"));
        }
    }
    Some(SiteEffect::Set { was, value })
}

fn unknown_param(cx: &mut Cx<'_>, statement: &Statement<'_>) {
    let Some(name) = statement.param else { return };
    let known = declared(cx, statement.relation);
    let known: Vec<&str> = known.iter().map(|(_, decl)| decl.name.text.as_str()).collect();
    // One that is declared and yet not there has its own error.
    if known.contains(&name.text.as_str()) {
        return;
    }
    let near = did_you_mean(&name.text, known.iter().copied());
    let all = match known.is_empty() {
        true => "it has no parameters".into(),
        false => format!("its parameters are {}", known.join(", ")),
    };
    let rule = cx.name_of(statement.relation);
    let message = format!("`{rule}` has no parameter `{}`", name.text);
    let error = Diagnostic::new(codes::UNKNOWN_PARAM, message).at(statement.file, name.span, "");
    cx.report(error.meant(&name.text, near, || all));
}

/// The parameters that the blocks of a rule declare.
fn declared<'a>(cx: &Cx<'a>, relation: RelId) -> Vec<(usize, &'a crate::syntax::ast::ParamDecl)> {
    let blocks = cx.blocks.iter().filter(|block| block.relation == relation);
    blocks
        .flat_map(|block| {
            let params = match block.item {
                BlockItem::Derive(derive) => &derive.params,
                BlockItem::Finding(finding) => &finding.params,
            };
            params.iter().map(|param| (block.file, param))
        })
        .collect()
}

/// What reads a rule would silently mean something else without it.
fn refuse_readers(cx: &mut Cx<'_>, sites: &Sites<'_>, gone: &IndexMap<RelId, &Statement<'_>>) {
    let mut errors = Vec::new();
    for block in cx.blocks.iter().filter(|block| !gone.contains_key(&block.relation)) {
        let mut see = |file, path: &crate::syntax::ast::Path| {
            let Some(Def::Relation(read)) = cx.lookup(file, path) else { return };
            let Some(statement) = gone.get(&read) else { return };
            let (name, reader) = (cx.name_of(read), cx.name_of(block.relation));
            let message = format!("`{reader}` reads `{name}`, which is disabled");
            errors.push(
                Diagnostic::new(codes::STILL_READ, message)
                    .at(statement.file, statement.change.span, "disabled here")
                    .also(file, path.span, "read here")
                    .help(format!("`ignore {name}` instead, or disable `{reader}` as well")),
            );
        };
        order::each_condition(block.item, &mut |path| see(block.file, path));
        for ignored in sites.ignores(block.relation) {
            if let ChangeKind::Ignore { when, .. } = &ignored.change.kind {
                order::conditions(when, &mut |path| see(ignored.file, path));
            }
        }
    }
    errors.dedup_by(|a, b| a.message == b.message);
    errors.into_iter().for_each(|error| cx.report(error));
}

/// Takes out rules, the edges that end at them, and the states that only they asked for.
fn take_out(cx: &Cx<'_>, drafts: &mut Vec<Draft>, gone: &IndexMap<RelId, &Statement<'_>>) {
    if gone.is_empty() {
        return;
    }
    drafts.retain(|draft| !gone.contains_key(&draft.rule.head.relation()));
    for draft in drafts.iter_mut() {
        if let Head::Finding(finding) = &mut draft.rule.head {
            finding.explains.retain(|edge| !gone.contains_key(&edge.target));
        }
    }
    loop {
        let mut read = HashSet::default();
        for draft in drafts.iter_mut() {
            lower::each_atom(&mut draft.rule, &mut |atom| {
                read.insert(atom.relation);
            });
        }
        let before = drafts.len();
        drafts.retain(|draft| {
            let relation = draft.rule.head.relation();
            !cx.is_hidden(relation) || read.contains(&relation)
        });
        if drafts.len() == before {
            return;
        }
    }
}

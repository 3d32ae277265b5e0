//! What there is to say of a failure mode, in whichever form it is shown.

use std::collections::{BTreeMap, BTreeSet};

use etio_plan::{Finding, Head, Kind, Pack, Param, Part, RelId, Rule, Text};

use crate::show::{Show, value};

/// The page of one failure mode.
pub(crate) struct Page<'p> {
    pub(crate) rule: &'p Rule,
    pub(crate) finding: &'p Finding,
    /// What it says, in the order of the rule: which text, and its words.
    pub(crate) says: Vec<(&'static str, Saying)>,
    pub(crate) params: Vec<Tunable<'p>>,
    /// What has to be collected for it to be found, by how to collect it.
    pub(crate) needs: BTreeMap<&'p str, BTreeSet<&'p str>>,
    /// The modes it causes.
    pub(crate) explains: BTreeSet<&'p str>,
    /// The modes that cause it.
    pub(crate) explained_by: BTreeSet<&'p str>,
}

/// A text with the expressions of the rule in place of their values.
pub(crate) struct Saying {
    pub(crate) words: String,
    /// It is said only where something else holds too.
    pub(crate) guarded: bool,
}

/// A parameter as text.
pub(crate) struct Tunable<'p> {
    pub(crate) name: &'p str,
    pub(crate) default: String,
    pub(crate) low: String,
    pub(crate) high: String,
    pub(crate) doc: &'p str,
}

/// The pages of all failure modes of a pack, by area, then mode.
pub(crate) fn pages(pack: &Pack) -> Vec<Page<'_>> {
    let mut causes: BTreeMap<RelId, BTreeSet<&str>> = BTreeMap::new();
    for (_, finding) in findings(pack) {
        for edge in &finding.explains {
            causes.entry(edge.target).or_default().insert(&finding.mode);
        }
    }
    let mut pages: Vec<Page<'_>> = findings(pack)
        .map(|(rule, finding)| {
            let mut page = Page::new(pack, rule, finding);
            page.explained_by = causes.remove(&finding.relation).unwrap_or_default();
            page
        })
        .collect();
    pages.sort_by_key(|page| (page.area(), page.mode()));
    pages
}

fn findings(pack: &Pack) -> impl Iterator<Item = (&Rule, &Finding)> {
    pack.rules.iter().filter_map(|rule| match &rule.head {
        Head::Finding(finding) => Some((rule, finding)),
        Head::Derived { .. } => None,
    })
}

impl<'p> Page<'p> {
    fn new(pack: &'p Pack, rule: &'p Rule, finding: &'p Finding) -> Self {
        let texts =
            [("title", &finding.title), ("because", &finding.because), ("remedy", &finding.remedy)];
        let says = texts.into_iter().flat_map(|(which, texts)| {
            texts.iter().map(move |text| (which, Saying::new(pack, rule, text)))
        });
        let params = finding.params.iter().filter_map(|id| pack.param(*id));
        let explains = findings(pack)
            .filter(|(_, other)| finding.explains.iter().any(|edge| edge.target == other.relation))
            .map(|(_, other)| other.mode.as_str());
        Self {
            rule,
            finding,
            says: says.collect(),
            params: params.map(Tunable::new).collect(),
            needs: needs(pack, rule),
            explains: explains.collect(),
            explained_by: BTreeSet::new(),
        }
    }

    pub(crate) fn mode(&self) -> &'p str {
        &self.finding.mode
    }

    /// The first paragraph of its doc comment.
    pub(crate) fn summary(&self) -> String {
        let lines = self.finding.doc.lines().map(str::trim).take_while(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join(" ")
    }

    /// The part of the path that names its area: `image` of `std.image.image_pull_auth`.
    pub(crate) fn area(&self) -> &'p str {
        let module = self.rule.path.rsplit_once('.').map_or("", |(module, _)| module);
        module.rsplit('.').next().unwrap_or_default()
    }
}

impl Saying {
    fn new(pack: &Pack, rule: &Rule, text: &Text) -> Self {
        let show = Show::new(pack, rule);
        let words = text.parts.iter().map(|part| match part {
            Part::Lit(text) => text.clone(),
            Part::Expr(expr) => format!("{{{}}}", show.expr(expr, None)),
        });
        Self { words: words.collect(), guarded: !text.guard.is_empty() }
    }
}

impl<'p> Tunable<'p> {
    fn new(param: &'p Param) -> Self {
        Self {
            name: param.path.rsplit('.').next().unwrap_or_default(),
            default: value(&param.default),
            low: value(&param.low),
            high: value(&param.high),
            doc: param.doc.trim(),
        }
    }
}

/// The input relations that a rule reads, itself or through what is derived and extracted, by how they
/// are collected.
fn needs<'p>(pack: &'p Pack, rule: &'p Rule) -> BTreeMap<&'p str, BTreeSet<&'p str>> {
    let mut open: Vec<RelId> = rule.atoms().map(|atom| atom.relation).collect();
    let (mut seen, mut needs) = (BTreeSet::new(), BTreeMap::new());
    while let Some(id) = open.pop() {
        let Some(relation) = pack.get(id).filter(|_| seen.insert(id)) else { continue };
        match relation.kind {
            Kind::Event | Kind::Entity if relation.collect.is_empty() => {
                open.extend(pack.extractors.iter().filter(|of| of.event == id).map(|of| of.from));
            }
            Kind::Event | Kind::Entity => {
                let named: &mut BTreeSet<&str> = needs.entry(&*relation.collect).or_default();
                named.insert(relation.name());
            }
            Kind::Derived | Kind::Finding => {
                let concludes = |rule: &&Rule| concluded(rule) == id;
                let rules = pack.rules.iter().filter(concludes);
                open.extend(rules.flat_map(Rule::atoms).map(|atom| atom.relation));
            }
        }
    }
    needs
}

fn concluded(rule: &Rule) -> RelId {
    match &rule.head {
        Head::Derived { relation, .. } => *relation,
        Head::Finding(finding) => finding.relation,
    }
}

/// Whether a rule is the one that was asked for, by its path or its mode.
pub(crate) fn is_meant(id: &str, path: &str, mode: &str) -> bool {
    path == id || mode == id.replace('_', "-")
}

/// Says that there is no such rule.
pub(crate) fn unknown<'m>(id: &str, modes: impl Iterator<Item = &'m str>) -> String {
    let hint = etio_dsl::diag::did_you_mean(&id.replace('_', "-"), modes).map_or_else(
        || "`etio rules` lists them".to_owned(),
        |mode| format!("did you mean `{mode}`?"),
    );
    format!("there is no rule `{id}`; {hint}")
}

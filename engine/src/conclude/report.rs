//! Episodes for the host, their texts rendered on request.

use alloc::{borrow::Cow, collections::BTreeMap, string::String, vec::Vec};

use etio_plan::{Finding, Part};

use crate::{
    conclude::{
        edges::{caused_by, is_root},
        episode::{Episode, Evidence, Status},
        life::Life,
    },
    engine::Engine,
    program::{Head, Program},
    store::{
        copies::{Copies, Kept},
        support::Supports,
    },
    think::judge::Verdict,
    value::{
        expr::Ex,
        render,
        word::{ABSENT, Word, as_int, int},
    },
};

/// An episode and what it is one of.
struct Entry<'a> {
    rule: usize,
    key: &'a [Word],
    life: &'a Life,
    /// The facts behind it; none where its rows show them.
    copied: Option<Cow<'a, Copies>>,
    closed: Option<i64>,
    status: Status,
}

/// The verdicts of episodes: of an id and when it opened.
type Verdicts = BTreeMap<(u128, i64), Verdict>;

impl Engine {
    pub(crate) fn report(&self) -> Vec<Episode> {
        let mut entries: Vec<Entry<'_>> = Vec::new();
        for (rule, keys) in self.keys.iter().enumerate() {
            entries.extend(keys.episodes().map(|(number, open)| Entry {
                rule,
                key: keys.key(number),
                life: &open.life,
                copied: open.life.rare().evidence.as_ref().map(Cow::Borrowed),
                closed: None,
                status: Status::Open,
            }));
        }
        entries.extend(self.past.iter().enumerate().map(|(place, closed)| Entry {
            rule: closed.rule,
            key: &closed.key,
            life: &closed.life,
            copied: Some(Cow::Owned(self.past.facts(place))),
            closed: Some(closed.closed),
            status: closed.status,
        }));
        entries.sort_by(|a, b| {
            let program = |entry: &Entry<'_>| self.programs.rules.get(entry.rule);
            let types = program(a).map_or(&[][..], |program| &program.key_types);
            let rank = |entry: &Entry<'_>| program(entry).map(|program| program.rank);
            a.life
                .opened
                .cmp(&b.life.opened)
                .then_with(|| rank(a).cmp(&rank(b)))
                .then_with(|| self.symbols.compare_all(types, a.key, b.key))
        });
        let verdict = |entry: &Entry<'_>| {
            let id = self.id(&self.programs, entry.rule, entry.key);
            ((id, entry.life.opened), entry.life.verdict)
        };
        let verdicts: Verdicts = entries.iter().map(verdict).collect();
        entries.iter().filter_map(|entry| self.episode(entry, &verdicts)).collect()
    }

    fn episode(&self, entry: &Entry<'_>, verdicts: &Verdicts) -> Option<Episode> {
        let rule = self.pack.rules.get(entry.rule)?;
        let program = self.programs.rules.get(entry.rule)?;
        let etio_plan::Head::Finding(finding) = &rule.head else { return None };
        let life = entry.life;
        // One that is forgotten stays what it was.
        let causes =
            life.rare().causes.iter().map(|cause| {
                verdicts.get(&(cause.id, cause.opened)).copied().unwrap_or(cause.verdict)
            });
        let now = entry.closed.unwrap_or(self.timeline.clock());
        let mut explains = life.rare().explains.clone();
        explains.sort_unstable_by_key(|(id, opened)| (*opened, *id));
        let [title, because, remedy, ignored] = self.texts(finding, program, life, now);
        let facts = match &entry.copied {
            Some(copies) => self.in_order(copies),
            None => self.in_order(&self.evidence(&self.programs, &life.pins(), Supports::get)),
        };
        let evidence = facts.iter().map(|kept| self.shown(kept)).collect();
        Some(Episode {
            id: self.id(&self.programs, entry.rule, entry.key),
            rule: entry.rule,
            path: rule.path.clone(),
            mode: finding.mode.clone(),
            severity: finding.severity,
            key: self.named_key(program, entry.key),
            opened: life.opened,
            closed: entry.closed,
            status: entry.status,
            verdict: life.verdict,
            title,
            because,
            remedy,
            ignored: Some(ignored).filter(|why| !why.is_empty()),
            refs: finding.refs.clone(),
            needs: self.needs(&life.rare().wants),
            evidence,
            explains,
            explained_by: caused_by(life),
            root: is_root(life.verdict, causes),
        })
    }

    fn shown(&self, kept: &Kept) -> Evidence {
        let relation = self.pack.relations.get(kept.relation);
        let fields = relation.map_or(&[][..], |relation| &relation.fields);
        let shown = fields
            .iter()
            .zip(&kept.words)
            .filter(|(field, word)| !field.hidden && **word != ABSENT);
        Evidence {
            relation: relation.map(|relation| relation.path.clone()).unwrap_or_default(),
            origins: kept.origins(),
            time: kept.stamp.time,
            fields: shown
                .map(|(field, word)| (field.name.clone(), self.symbols.value(*word, &field.ty)))
                .collect(),
        }
    }

    /// Title, because, remedy and why it is ignored, as of an instant.
    fn texts(&self, finding: &Finding, program: &Program, life: &Life, now: i64) -> [String; 4] {
        let Head::Finding { texts, .. } = &program.head else { return Default::default() };
        let mut words = life.values().iter().copied();
        let mut filled: [String; 4] = Default::default();
        let choices = finding.texts().into_iter().zip(texts).zip(&mut filled);
        for (which, ((written, texts), filled)) in choices.enumerate() {
            let Some(at) = life.chosen(which) else { continue };
            let (Some(written), Some(text)) = (written.get(at), texts.get(at)) else { continue };
            let mut values = text.values.iter().zip(&mut words);
            for part in &written.parts {
                match part {
                    Part::Lit(text) => filled.push_str(text),
                    Part::Expr(_) => {
                        let Some(((ex, ty), word)) = values.next() else { continue };
                        let is_age = matches!(ex, Ex::Age(_)) && word != ABSENT;
                        let word =
                            if is_age { int(now.saturating_sub(as_int(word))) } else { word };
                        filled.push_str(&render::value(&self.symbols, word, ty));
                    }
                }
            }
        }
        filled
    }
}

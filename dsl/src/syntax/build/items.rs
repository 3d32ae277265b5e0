//! Items and their clauses.

use etio_plan::{Rate, Severity};

use super::{Builder, Built};
use crate::diag::{Diagnostic, codes, did_you_mean};
use crate::syntax::ast::{
    Derive, EnumDecl, Explains, Expr, Extract, FieldDecl, Finding, Item, Literal, Name, ParamDecl,
    Path, RelationDecl, Sample, Span, TextClause, TypeRef, Use,
};
use crate::syntax::cst::{Kind, Node};

impl Builder<'_> {
    pub(super) fn item(&mut self, node: &Node<'_>) -> Option<Built> {
        let item = match node.kind {
            Kind::UseItem => return self.use_item(node).map(Built::Use),
            Kind::EnumItem => Item::Enum(self.enum_item(node)?),
            Kind::RelationItem => Item::Relation(self.relation(node)?),
            Kind::ExtractItem => Item::Extract(self.extract(node)?),
            Kind::DeriveItem => Item::Derive(self.derive(node)?),
            Kind::FindingItem => Item::Finding(self.finding(node)?),
            Kind::TestItem => Item::Test(self.test(node)?),
            _ => Item::Site(self.site(node)?),
        };
        Some(Built::Item(Box::new(item)))
    }

    fn use_item(&mut self, node: &Node<'_>) -> Option<Use> {
        let mut module = self.path(node.find(Kind::Path)?);
        let mut names = Vec::new();
        if let Some(list) = node.find(Kind::UseNames) {
            self.check_separated(list.children, &[Kind::Name]);
            names = list.all(Kind::Name).map(|name| self.name(name)).collect();
            if names.is_empty() {
                self.error(codes::BAD_CLAUSE, list.span, "this `use` names nothing");
                return None;
            }
        } else if node.find(Kind::UseAll).is_none() {
            // `use std.kube.Pod` is `use std.kube.{Pod}`.
            let name = module.parts.pop()?;
            let Some(last) = module.parts.last() else {
                let error = Diagnostic::new(codes::BAD_CLAUSE, "this `use` names no module")
                    .at(self.file, node.span, "")
                    .help(format!("write `use {0}.*`, or `use module.{0}`", name.text));
                self.errors.push(error);
                return None;
            };
            module.span.end = last.span.end;
            names.push(name);
        }
        Some(Use { module, names, span: node.span })
    }

    fn enum_item(&mut self, node: &Node<'_>) -> Option<EnumDecl> {
        // Its own name is a child as its names are.
        let names = node.children.iter().skip_while(|child| child.kind != Kind::LBrace);
        self.check_separated(names, &[Kind::Name]);
        let mut names = node.all(Kind::Name).map(|name| self.name(name));
        let name = names.next()?;
        Some(EnumDecl { doc: self.doc(node), name, names: names.collect(), span: node.span })
    }

    fn relation(&mut self, node: &Node<'_>) -> Option<RelationDecl> {
        self.check_separated(
            node.children,
            &[Kind::FieldDecl, Kind::Lossy, Kind::Collect, Kind::Rate],
        );
        self.check_once(node, Kind::Collect, "collect");
        self.check_once(node, Kind::Rate, "rate");
        let collect = match node.find(Kind::Collect) {
            Some(collect) => Some(self.plain(collect.find(Kind::Plain)?)?),
            None => None,
        };
        let rate = match node.find(Kind::Rate) {
            Some(rate) => Some((self.rate(rate)?, rate.span)),
            None => None,
        };
        Some(RelationDecl {
            doc: self.doc(node),
            entity: node.find(Kind::KwEntity).is_some(),
            name: self.name(node.find(Kind::Name)?),
            fields: self.field_decls(node)?,
            lossy: node.find(Kind::Lossy).is_some(),
            collect,
            rate,
            span: node.span,
        })
    }

    /// `rate 20 per 1m`.
    fn rate(&mut self, node: &Node<'_>) -> Option<Rate> {
        let mut numbers = node.all(Kind::Number);
        let events = self.number(numbers.next()?)?;
        let per = self.duration(numbers.next()?)?;
        let events = match events {
            Literal::Int(events) => u32::try_from(events).ok().filter(|events| *events > 0),
            _ => None,
        };
        let rate = events.filter(|_| per > 0).map(|events| Rate { events, per });
        if rate.is_none() {
            let error = Diagnostic::new(codes::BAD_CLAUSE, "this is no rate")
                .at(self.file, node.span, "")
                .help("write how many events come at most in a time: `rate 20 per 1m`");
            self.errors.push(error);
        }
        rate
    }

    fn field_decls(&mut self, node: &Node<'_>) -> Option<Vec<FieldDecl>> {
        node.all(Kind::FieldDecl).map(|field| self.field_decl(field)).collect()
    }

    fn field_decl(&mut self, node: &Node<'_>) -> Option<FieldDecl> {
        self.operators = 0;
        Some(FieldDecl {
            key: node.find(Kind::KwKey).is_some(),
            since: node.find(Kind::KwSinceField).is_some(),
            name: self.name(node.find(Kind::Name)?),
            ty: self.type_ref(node.find(Kind::TypeRef)?)?,
            optional: node.find(Kind::Question).is_some(),
            default: self.optional_expr(node.find(Kind::Expr))?,
        })
    }

    fn optional_expr(&mut self, node: Option<&Node<'_>>) -> Option<Option<Expr>> {
        match node {
            Some(node) => self.expr(node).map(Some),
            None => Some(None),
        }
    }

    fn type_ref(&self, node: &Node<'_>) -> Option<TypeRef> {
        let mut paths = node.all(Kind::Path);
        let name = self.path(paths.next()?);
        let plain =
            paths.map(|path| TypeRef { name: self.path(path), args: Vec::new(), span: path.span });
        let nested = node.all(Kind::TypeArg).map(|arg| self.type_ref(arg));
        let args = plain.map(Some).chain(nested).collect::<Option<Vec<_>>>()?;
        Some(TypeRef { name, args, span: node.span })
    }

    fn extract(&mut self, node: &Node<'_>) -> Option<Extract> {
        let from = node.children.iter().position(|child| child.kind == Kind::KwFrom)?;
        let (head, tail) = node.children.split_at(from);
        let is_fields = |child: &&Node<'_>| child.kind == Kind::Fields;
        let consts = self.fields(head.iter().find(is_fields))?;
        let fields = self.fields(tail.iter().find(is_fields))?;
        let mut sources = Vec::new();
        for path in tail.iter().filter(|child| child.kind == Kind::Path) {
            sources.push(self.text_source(path)?);
        }
        let body = node.find(Kind::Spellings)?;
        self.check_separated(body.children, &[Kind::Pattern, Kind::Sample]);
        let spellings = body.all(Kind::Pattern).map(|pattern| self.pattern(pattern));
        let spellings = spellings.collect::<Option<Vec<_>>>()?;
        let samples = body.all(Kind::Sample).map(|sample| self.sample(sample));
        let samples = samples.collect::<Option<Vec<_>>>()?;
        Some(Extract {
            doc: self.doc(node),
            event: self.path(node.find(Kind::Path)?),
            consts,
            sources,
            fields,
            spellings,
            samples,
            span: node.span,
        })
    }

    /// `KubeEvent.message`: a relation and its text field.
    fn text_source(&mut self, node: &Node<'_>) -> Option<(Path, Name)> {
        let mut relation = self.path(node);
        let field = relation.parts.pop()?;
        let Some(last) = relation.parts.last() else {
            let example = if field.text.starts_with(|c: char| c.is_ascii_uppercase()) {
                format!("{}.message", field.text)
            } else {
                format!("Relation.{}", field.text)
            };
            let error = Diagnostic::new(codes::BAD_CLAUSE, "`from` needs a relation and its field")
                .at(self.file, node.span, "")
                .help(format!("write `from {example}`, with the field that holds the text"));
            self.errors.push(error);
            return None;
        };
        relation.span.end = last.span.end;
        Some((relation, field))
    }

    fn sample(&mut self, node: &Node<'_>) -> Option<Sample> {
        let text = self.plain(node.find(Kind::Plain)?)?;
        let expect = match node.find(Kind::Fields) {
            Some(fields) => Some(self.fields(Some(fields))?),
            None => None,
        };
        Some(Sample { text, expect, span: node.span })
    }

    fn derive(&mut self, node: &Node<'_>) -> Option<Derive> {
        let head = node.find(Kind::DeriveHead)?;
        self.check_separated(head.children, &[Kind::FieldDecl]);
        self.check_once(node, Kind::When, "when");
        Some(Derive {
            doc: self.doc(node),
            name: self.name(node.find(Kind::Name)?),
            fields: self.field_decls(head)?,
            keep: self.keep(node)?,
            params: self.params(node)?,
            when: self.block(node.find(Kind::When))?,
            span: node.span,
        })
    }

    fn finding(&mut self, node: &Node<'_>) -> Option<Finding> {
        for (kind, name) in
            [(Kind::Severity, "severity"), (Kind::When, "when"), (Kind::Refs, "refs")]
        {
            self.check_once(node, kind, name);
        }
        let refs = match node.find(Kind::Refs) {
            Some(refs) => self.refs(refs)?,
            None => Vec::new(),
        };
        let explains = node.all(Kind::Explains).map(|explains| self.explains(explains));
        let explains = explains.collect::<Option<Vec<_>>>()?;
        let tests = node.all(Kind::TestItem).map(|test| self.test(test));
        let tests = tests.collect::<Option<Vec<_>>>()?;
        let key = node.find(Kind::FindingKey)?;
        Some(Finding {
            doc: self.doc(node),
            name: self.name(node.find(Kind::Name)?),
            key: key.all(Kind::Name).map(|name| self.name(name)).collect(),
            severity: self.severity(node)?,
            keep: self.keep(node)?,
            params: self.params(node)?,
            when: self.block(node.find(Kind::When))?,
            confirm: self.evidence(node, Kind::KwConfirm)?,
            unless: self.evidence(node, Kind::KwUnless)?,
            maybe: self.evidence(node, Kind::KwMaybe)?,
            title: self.texts(node, Kind::KwTitle)?,
            because: self.texts(node, Kind::KwBecause)?,
            remedy: self.texts(node, Kind::KwRemedy)?,
            refs,
            explains,
            tests,
            version: super::site::version(node, self.text),
            span: node.span,
        })
    }

    fn severity(&mut self, body: &Node<'_>) -> Option<Option<(Severity, Span)>> {
        let Some(clause) = body.find(Kind::Severity) else { return Some(None) };
        let name = clause.find(Kind::Name)?;
        let severity = match self.text(name) {
            "info" => Severity::Info,
            "warning" => Severity::Warning,
            "critical" => Severity::Critical,
            other => {
                let message = format!("`{other}` is not a severity");
                let error = Diagnostic::new(codes::MISSPELT, message).at(
                    self.file,
                    name.span,
                    "expected `info`, `warning` or `critical`",
                );
                let near = did_you_mean(other, ["info", "warning", "critical"]);
                let help = "`critical` hurts now, `warning` will, `info` is worth knowing";
                self.errors.push(error.meant(other, near, || help.into()));
                return None;
            }
        };
        Some(Some((severity, clause.span)))
    }

    fn keep(&mut self, body: &Node<'_>) -> Option<Option<Expr>> {
        self.check_once(body, Kind::Keep, "keep");
        self.operators = 0;
        self.optional_expr(body.find(Kind::Keep).and_then(|keep| keep.find(Kind::Sum)))
    }

    fn params(&mut self, body: &Node<'_>) -> Option<Vec<ParamDecl>> {
        body.all(Kind::Param).map(|param| self.param(param)).collect()
    }

    fn param(&mut self, node: &Node<'_>) -> Option<ParamDecl> {
        self.operators = 0;
        let mut sums = node.all(Kind::Sum);
        let default = self.expr(sums.next()?)?;
        let range = match (sums.next(), sums.next()) {
            (Some(low), Some(high)) => Some((self.expr(low)?, self.expr(high)?)),
            _ => None,
        };
        let mut doc = self.doc(node);
        if doc.is_empty() {
            doc = self.comment_behind(node);
        }
        let name = self.name(node.find(Kind::Name)?);
        Some(ParamDecl { doc, name, default, range, span: node.span })
    }

    fn evidence(
        &mut self,
        body: &Node<'_>,
        keyword: Kind,
    ) -> Option<Vec<Vec<crate::syntax::ast::Cond>>> {
        let blocks = body.all(Kind::Evidence).filter(|clause| clause.find(keyword).is_some());
        blocks.map(|block| self.block(Some(block))).collect()
    }

    fn texts(&mut self, body: &Node<'_>, keyword: Kind) -> Option<Vec<TextClause>> {
        let clauses = body.all(Kind::TextClause).filter(|clause| clause.find(keyword).is_some());
        clauses
            .map(|clause| {
                self.operators = 0;
                Some(TextClause {
                    text: self.interpolated(clause.find(Kind::Text)?)?,
                    guard: self.block(clause.find(Kind::When))?,
                    span: clause.span,
                })
            })
            .collect()
    }

    fn refs(&mut self, node: &Node<'_>) -> Option<Vec<(String, Span)>> {
        self.check_separated(node.children, &[Kind::Plain]);
        node.all(Kind::Plain).map(|plain| Some((self.plain(plain)?, plain.span))).collect()
    }

    fn explains(&mut self, node: &Node<'_>) -> Option<Explains> {
        self.operators = 0;
        Some(Explains {
            target: self.path(node.find(Kind::Path)?),
            fields: self.fields(node.find(Kind::Fields))?,
            when: self.block(node.find(Kind::When))?,
            span: node.span,
        })
    }

    pub(super) fn check_once(&mut self, node: &Node<'_>, kind: Kind, name: &str) {
        let mut clauses = node.all(kind);
        let (Some(first), Some(second)) = (clauses.next(), clauses.next()) else { return };
        let error = Diagnostic::new(codes::REPEATED_CLAUSE, format!("`{name}` stands here twice"))
            .at(self.file, head(second), "the second")
            .also(self.file, head(first), "the first")
            .help(match kind {
                Kind::When => "put all conditions into one `when`",
                _ => "remove one of them",
            });
        self.errors.push(error);
    }
}

/// The first word of a clause, so that a message does not show a whole block.
fn head(node: &Node<'_>) -> Span {
    node.children.first().map_or(node.span, |word| word.span)
}

//! Expressions, literals, texts and templates.

use etio_plan::{AggOp, Arith, Cmp, HoleType};

use super::Builder;
use crate::diag::{Diagnostic, codes};
use crate::syntax::ast::{
    Expr, ExprKind, InterpPart, Literal, PatternKind, PatternLit, Span, TemplatePart,
};
use crate::syntax::cst::{Kind, Node};
use crate::syntax::literal;

/// What is left of the parts of an expression.
type Parts<'n> = &'n [Node<'n>];

/// Makes one expression of two.
type Join = fn(Box<Expr>, Box<Expr>) -> ExprKind;

/// What a comparison asks.
pub(super) enum Comparing {
    Cmp(Cmp),
    In,
    Has,
}

impl Builder<'_> {
    /// Any node that is an expression or an operand of one.
    pub(super) fn expr(&mut self, node: &Node<'_>) -> Option<Expr> {
        let span = node.span;
        let mut parts = node.children;
        let kind = match node.kind {
            Kind::Expr => return self.either(&mut parts),
            Kind::Sum => return self.sum(&mut parts),
            Kind::Postfix => return self.postfix(parts),
            Kind::Group => {
                self.operator(span)?;
                self.expr(node.find(Kind::Expr)?)?.kind
            }
            Kind::Number => ExprKind::Lit(self.number(node)?),
            Kind::Version => ExprKind::Lit(Literal::Version(self.text(node).into())),
            Kind::Bool => ExprKind::Lit(Literal::Bool(self.text(node) == "true")),
            Kind::Text => ExprKind::Text(self.interpolated(node)?),
            Kind::List => ExprKind::List(self.exprs(node)?),
            Kind::Aggregate => self.aggregate(node)?,
            _ => ExprKind::Name(self.text(node).into()),
        };
        Some(Expr { kind, span })
    }

    fn exprs(&mut self, node: &Node<'_>) -> Option<Vec<Expr>> {
        node.all(Kind::Expr).map(|expr| self.expr(expr)).collect()
    }

    // The grammar leaves precedence to the following, from the loosest to the tightest.

    fn either(&mut self, parts: &mut Parts<'_>) -> Option<Expr> {
        let join =
            |_: &Self, op: &Node<'_>| (op.kind == Kind::KwOr).then_some(ExprKind::Or as Join);
        self.joined(parts, join, Self::both)
    }

    fn both(&mut self, parts: &mut Parts<'_>) -> Option<Expr> {
        let join =
            |_: &Self, op: &Node<'_>| (op.kind == Kind::KwAnd).then_some(ExprKind::And as Join);
        self.joined(parts, join, |builder, parts| {
            builder.prefixed(parts, Kind::KwNot, ExprKind::Not, Self::comparison)
        })
    }

    fn sum(&mut self, parts: &mut Parts<'_>) -> Option<Expr> {
        let join = |builder: &Self, op: &Node<'_>| match builder.text(op) {
            "+" => Some((|a, b| ExprKind::Arith(Arith::Add, a, b)) as Join),
            "-" => Some((|a, b| ExprKind::Arith(Arith::Sub, a, b)) as Join),
            _ => None,
        };
        self.joined(parts, join, Self::product)
    }

    fn product(&mut self, parts: &mut Parts<'_>) -> Option<Expr> {
        let join = |builder: &Self, op: &Node<'_>| match builder.text(op) {
            "*" => Some((|a, b| ExprKind::Arith(Arith::Mul, a, b)) as Join),
            "/" => Some((|a, b| ExprKind::Arith(Arith::Div, a, b)) as Join),
            _ => None,
        };
        self.joined(parts, join, |builder, parts| {
            builder.prefixed(parts, Kind::Negative, ExprKind::Neg, |builder, parts| {
                builder.expr(next(parts)?)
            })
        })
    }

    /// `a op b op c`, from the left.
    fn joined(
        &mut self,
        parts: &mut Parts<'_>,
        join: impl Fn(&Self, &Node<'_>) -> Option<Join>,
        operand: impl Fn(&mut Self, &mut Parts<'_>) -> Option<Expr>,
    ) -> Option<Expr> {
        let mut left = operand(self, parts)?;
        while let [op, rest @ ..] = *parts {
            let Some(join) = join(self, op) else { break };
            *parts = rest;
            self.operator(op.span)?;
            let right = operand(self, parts)?;
            let span = Span { start: left.span.start, end: right.span.end };
            left = Expr { kind: join(Box::new(left), Box::new(right)), span };
        }
        Some(left)
    }

    /// `op op a`.
    fn prefixed(
        &mut self,
        parts: &mut Parts<'_>,
        op: Kind,
        wrap: impl Fn(Box<Expr>) -> ExprKind,
        operand: impl Fn(&mut Self, &mut Parts<'_>) -> Option<Expr>,
    ) -> Option<Expr> {
        let count = parts.iter().take_while(|part| part.kind == op).count();
        let (ops, rest) = parts.split_at_checked(count)?;
        *parts = rest;
        let mut expr = operand(self, parts)?;
        for op in ops.iter().rev() {
            self.operator(op.span)?;
            let span = Span { start: op.span.start, end: expr.span.end };
            expr = Expr { kind: wrap(Box::new(expr)), span };
        }
        Some(expr)
    }

    fn comparison(&mut self, parts: &mut Parts<'_>) -> Option<Expr> {
        let left = self.expr(next(parts)?)?;
        let [op, right, rest @ ..] = *parts else { return Some(left) };
        if !matches!(op.kind, Kind::CmpOp | Kind::Tilde) {
            return Some(left);
        }
        *parts = rest;
        if let Some(second) = rest.first().filter(|op| matches!(op.kind, Kind::CmpOp | Kind::Tilde))
        {
            let error = Diagnostic::new(
                codes::CHAINED_COMPARISON,
                "a comparison has two sides, this one has more",
            )
            .at(self.file, second.span, "a second comparison begins here")
            .help("write `a < b and b < c`");
            self.errors.push(error);
            return None;
        }
        self.operator(op.span)?;
        let span = Span { start: left.span.start, end: right.span.end };
        let left = Box::new(left);
        let kind = if op.kind == Kind::Tilde {
            ExprKind::Like(left, self.pattern(right)?)
        } else {
            let right = Box::new(self.expr(right)?);
            match self.comparing(op) {
                Comparing::Cmp(cmp) => ExprKind::Cmp(cmp, left, right),
                Comparing::In => ExprKind::In(left, right),
                Comparing::Has => ExprKind::Has(left, right),
            }
        };
        Some(Expr { kind, span })
    }

    pub(super) fn comparing(&self, node: &Node<'_>) -> Comparing {
        Comparing::Cmp(match self.text(node) {
            "in" => return Comparing::In,
            "has" => return Comparing::Has,
            "==" => Cmp::Eq,
            "!=" => Cmp::Ne,
            "<" => Cmp::Lt,
            "<=" => Cmp::Le,
            ">" => Cmp::Gt,
            _ => Cmp::Ge,
        })
    }

    fn postfix(&mut self, mut parts: Parts<'_>) -> Option<Expr> {
        let first = next(&mut parts)?;
        let mut expr = match *parts {
            [ref arguments, ref rest @ ..] if arguments.kind == Kind::Arguments => {
                parts = rest;
                let span = Span { start: first.span.start, end: arguments.span.end };
                self.operator(span)?;
                let name = self.name(first);
                Expr { kind: ExprKind::Call(name, self.exprs(arguments)?), span }
            }
            _ => self.expr(first)?,
        };
        for part in parts {
            let kind = match part.kind {
                Kind::Name => ExprKind::Field(Box::new(expr), self.name(part)),
                Kind::Index => {
                    let key = self.expr(part.find(Kind::Expr)?)?;
                    ExprKind::Index(Box::new(expr), Box::new(key))
                }
                _ => continue,
            };
            self.operator(part.span)?;
            let span = Span { start: first.span.start, end: part.span.end };
            expr = Expr { kind, span };
        }
        Some(expr)
    }

    fn aggregate(&mut self, node: &Node<'_>) -> Option<ExprKind> {
        self.operator(node.span)?;
        let op_node = node.find(Kind::AggOp)?;
        let op = match self.text(op_node) {
            "count" => AggOp::Count,
            "distinct" => AggOp::Distinct,
            "sum" => AggOp::Sum,
            "min" => AggOp::Min,
            "max" => AggOp::Max,
            _ => AggOp::Changes,
        };
        let arg = node.find(Kind::AggArg).and_then(|arg| arg.find(Kind::Path));
        if arg.is_some() == (op == AggOp::Count) {
            let name = self.text(op_node);
            let (what, help) = if op == AggOp::Count {
                ("takes no field", "write `count(R {…})`, or `distinct(field of R {…})`".to_owned())
            } else {
                ("needs a field", format!("write `{name}(field of R {{…}})`"))
            };
            let error = Diagnostic::new(codes::BAD_CLAUSE, format!("`{name}` {what}"))
                .at(self.file, arg.map_or(op_node.span, |arg| arg.span), "")
                .help(help);
            self.errors.push(error);
            return None;
        }
        let arg = arg.and_then(|arg| self.dotted(arg)).map(Box::new);
        let source = self.source(node.find(Kind::Source)?)?;
        Some(ExprKind::Agg(op, arg, Box::new(source)))
    }

    /// `x` or `x.field` written as a path.
    fn dotted(&mut self, node: &Node<'_>) -> Option<Expr> {
        let mut parts = node.all(Kind::Name);
        let first = parts.next()?;
        let mut expr = Expr { kind: ExprKind::Name(self.text(first).into()), span: first.span };
        for part in parts {
            self.operator(part.span)?;
            let span = Span { start: node.span.start, end: part.span.end };
            expr = Expr { kind: ExprKind::Field(Box::new(expr), self.name(part)), span };
        }
        Some(expr)
    }

    pub(super) fn number(&mut self, node: &Node<'_>) -> Option<Literal> {
        match literal::number(self.text(node)) {
            Ok(literal) => Some(literal),
            Err(why) => {
                self.error(codes::BAD_NUMBER, node.span, why);
                None
            }
        }
    }

    /// A duration in nanoseconds, where nothing else can stand.
    pub(super) fn duration(&mut self, node: &Node<'_>) -> Option<i64> {
        match literal::duration(self.text(node)) {
            Ok(nanos) => Some(nanos),
            Err(why) => {
                self.error(codes::BAD_NUMBER, node.span, why);
                None
            }
        }
    }

    /// The parts of a text with expressions.
    pub(super) fn interpolated(&mut self, node: &Node<'_>) -> Option<Vec<InterpPart>> {
        let mut parts = Vec::new();
        for child in node.children {
            match child.kind {
                Kind::TextPart => {
                    let text = self.unescape(self.text(child), child.span.start)?;
                    parts.push(InterpPart::Lit(text));
                }
                Kind::Interpolation => {
                    parts.push(InterpPart::Expr(self.expr(child.find(Kind::Expr)?)?));
                }
                _ => {}
            }
        }
        Some(parts)
    }

    pub(super) fn pattern(&mut self, node: &Node<'_>) -> Option<PatternLit> {
        let kind = if let Some(template) = node.find(Kind::Template) {
            let mut parts = Vec::new();
            for child in template.children {
                match child.kind {
                    Kind::TemplateText => {
                        let text = self.unescape(self.text(child), child.span.start)?;
                        parts.push(TemplatePart::Lit(text));
                    }
                    Kind::Hole => parts.push(self.hole(child)),
                    _ => {}
                }
            }
            PatternKind::Template(parts)
        } else {
            let text = self.text(node.find(Kind::Regex)?);
            let inner = text.strip_prefix('/').and_then(|text| text.strip_suffix('/'))?;
            PatternKind::Regex(inner.replace("\\/", "/"))
        };
        Some(PatternLit { kind, span: node.span })
    }

    fn hole(&self, node: &Node<'_>) -> TemplatePart {
        let name = node.find(Kind::Name).map(|name| self.name(name));
        let ty = node.find(Kind::Path);
        let hole = ty.and_then(|ty| hole_type(self.text(ty)));
        TemplatePart::Hole { name, ty: ty.map(|ty| self.path(ty)), hole, span: node.span }
    }
}

fn next<'n>(parts: &mut Parts<'n>) -> Option<&'n Node<'n>> {
    let (first, rest) = parts.split_first()?;
    *parts = rest;
    Some(first)
}

fn hole_type(name: &str) -> Option<HoleType> {
    Some(match name {
        "text" => HoleType::Text,
        "word" => HoleType::Word,
        "int" => HoleType::Int,
        "float" => HoleType::Float,
        "duration" => HoleType::Duration,
        "time" => HoleType::Time,
        "bytes" => HoleType::Bytes,
        "percent" => HoleType::Percent,
        "ip" => HoleType::Ip,
        "version" => HoleType::Version,
        "pod" => HoleType::Pod,
        "uid" => HoleType::Uid,
        "cid" => HoleType::Cid,
        "image" => HoleType::Image,
        "digest" => HoleType::Digest,
        "node" => HoleType::Node,
        _ => return None,
    })
}

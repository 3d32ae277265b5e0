//! Expressions, literals, texts and templates.

use etio_plan::{AggOp, Arith, Cmp, HoleType};

use super::Builder;
use crate::diag::{Diagnostic, codes};
use crate::syntax::ast::{
    Expr, ExprKind, InterpPart, Literal, PatternKind, PatternLit, Span, TemplatePart,
};
use crate::syntax::cst::{Kind, Node};
use crate::syntax::literal;

impl Builder<'_> {
    /// Any node that is an expression or an operand of one.
    pub(super) fn expr(&mut self, node: &Node) -> Option<Expr> {
        let span = node.span;
        let kind = match node.kind {
            Kind::Expr => return self.fold(node, |_, a, b| ExprKind::Or(a, b)),
            Kind::AndExpr => return self.fold(node, |_, a, b| ExprKind::And(a, b)),
            Kind::Sum => {
                return self.fold(node, |op, a, b| match op {
                    Kind::Plus => ExprKind::Arith(Arith::Add, a, b),
                    _ => ExprKind::Arith(Arith::Sub, a, b),
                });
            }
            Kind::Product => {
                return self.fold(node, |op, a, b| match op {
                    Kind::Star => ExprKind::Arith(Arith::Mul, a, b),
                    _ => ExprKind::Arith(Arith::Div, a, b),
                });
            }
            Kind::NotExpr => return self.prefixed(node, ExprKind::Not),
            Kind::Unary => return self.prefixed(node, ExprKind::Neg),
            Kind::Comparison => return self.comparison(node),
            Kind::Postfix => return self.postfix(node),
            Kind::Group => {
                self.operator(span)?;
                self.expr(node.find(Kind::Expr)?)?.kind
            }
            Kind::Number => ExprKind::Lit(self.number(node)?),
            Kind::Version => ExprKind::Lit(Literal::Version(self.text(node).into())),
            Kind::Bool => ExprKind::Lit(Literal::Bool(self.text(node) == "true")),
            Kind::Text => ExprKind::Text(self.interpolated(node)?),
            Kind::List => ExprKind::List(self.exprs(node)?),
            Kind::Call => {
                self.operator(span)?;
                let name = self.name(node.find(Kind::Var)?);
                ExprKind::Call(name, self.exprs(node.find(Kind::Arguments)?)?)
            }
            Kind::Aggregate => self.aggregate(node)?,
            _ => ExprKind::Name(self.text(node).into()),
        };
        Some(Expr { kind, span })
    }

    fn exprs(&mut self, node: &Node) -> Option<Vec<Expr>> {
        node.all(Kind::Expr).map(|expr| self.expr(expr)).collect()
    }

    /// `a op b op c`, from the left.
    fn fold(
        &mut self,
        node: &Node,
        join: impl Fn(Kind, Box<Expr>, Box<Expr>) -> ExprKind,
    ) -> Option<Expr> {
        let mut children = node.children.iter();
        let mut left = self.expr(children.next()?)?;
        while let (Some(op), Some(right)) = (children.next(), children.next()) {
            self.operator(op.span)?;
            let right = self.expr(right)?;
            let span = Span { start: left.span.start, end: right.span.end };
            left = Expr { kind: join(op.kind, Box::new(left), Box::new(right)), span };
        }
        Some(left)
    }

    /// `op op a`.
    fn prefixed(&mut self, node: &Node, wrap: impl Fn(Box<Expr>) -> ExprKind) -> Option<Expr> {
        let (operand, ops) = node.children.split_last()?;
        let mut expr = self.expr(operand)?;
        for op in ops.iter().rev() {
            self.operator(op.span)?;
            let span = Span { start: op.span.start, end: expr.span.end };
            expr = Expr { kind: wrap(Box::new(expr)), span };
        }
        Some(expr)
    }

    fn comparison(&mut self, node: &Node) -> Option<Expr> {
        let (left, op, right) = match node.children.as_slice() {
            [only] => return self.expr(only),
            [left, op, right] => (left, op, right),
            [_, _, _, second, ..] => {
                let error = Diagnostic::new(
                    codes::CHAINED_COMPARISON,
                    "a comparison has two sides, this one has more",
                )
                .at(self.file, second.span, "a second comparison begins here")
                .help("write `a < b and b < c`");
                self.errors.push(error);
                return None;
            }
            _ => return None,
        };
        self.operator(op.span)?;
        let left = Box::new(self.expr(left)?);
        let kind = match op.kind {
            Kind::Tilde => ExprKind::Like(left, self.pattern(right)?),
            Kind::KwIn => ExprKind::In(left, Box::new(self.expr(right)?)),
            Kind::KwHas => ExprKind::Has(left, Box::new(self.expr(right)?)),
            _ => ExprKind::Cmp(self.cmp(op), left, Box::new(self.expr(right)?)),
        };
        Some(Expr { kind, span: node.span })
    }

    pub(super) fn cmp(&self, node: &Node) -> Cmp {
        match self.text(node) {
            "==" => Cmp::Eq,
            "!=" => Cmp::Ne,
            "<" => Cmp::Lt,
            "<=" => Cmp::Le,
            ">" => Cmp::Gt,
            _ => Cmp::Ge,
        }
    }

    fn postfix(&mut self, node: &Node) -> Option<Expr> {
        let mut children = node.children.iter();
        let mut expr = self.expr(children.next()?)?;
        for child in children {
            let kind = match child.kind {
                Kind::Name => ExprKind::Field(Box::new(expr), self.name(child)),
                Kind::Index => {
                    let key = self.expr(child.find(Kind::Expr)?)?;
                    ExprKind::Index(Box::new(expr), Box::new(key))
                }
                _ => continue,
            };
            self.operator(child.span)?;
            let span = Span { start: node.span.start, end: child.span.end };
            expr = Expr { kind, span };
        }
        Some(expr)
    }

    fn aggregate(&mut self, node: &Node) -> Option<ExprKind> {
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
    fn dotted(&mut self, node: &Node) -> Option<Expr> {
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

    fn number(&mut self, node: &Node) -> Option<Literal> {
        match literal::number(self.text(node)) {
            Ok(literal) => Some(literal),
            Err(why) => {
                self.error(codes::BAD_NUMBER, node.span, why);
                None
            }
        }
    }

    /// A duration in nanoseconds, where nothing else can stand.
    pub(super) fn duration(&mut self, node: &Node) -> Option<i64> {
        match literal::duration(self.text(node)) {
            Ok(nanos) => Some(nanos),
            Err(why) => {
                self.error(codes::BAD_NUMBER, node.span, why);
                None
            }
        }
    }

    /// The parts of a text with expressions.
    pub(super) fn interpolated(&mut self, node: &Node) -> Option<Vec<InterpPart>> {
        let mut parts = Vec::new();
        for child in &node.children {
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

    pub(super) fn pattern(&mut self, node: &Node) -> Option<PatternLit> {
        let kind = if let Some(template) = node.find(Kind::Template) {
            let mut parts = Vec::new();
            for child in &template.children {
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

    fn hole(&self, node: &Node) -> TemplatePart {
        let name = node.find(Kind::Name).map(|name| self.name(name));
        let ty = node.find(Kind::Path);
        let hole = ty.and_then(|ty| hole_type(self.text(ty)));
        TemplatePart::Hole { name, ty: ty.map(|ty| self.path(ty)), hole, span: node.span }
    }
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

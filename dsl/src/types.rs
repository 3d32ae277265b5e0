//! What types there are, which values literals stand for, and what fits what.

use etio_plan::{EnumId, HoleType, Pack, Type, Value, canonical};

use crate::{
    diag::{Diagnostic, codes, did_you_mean},
    resolve::{Cx, Def, path_text, short},
    syntax::ast::{Expr, ExprKind, InterpPart, Literal, Span, TypeRef},
};

const BUILT_IN: [(&str, Type); 16] = [
    ("bool", Type::Bool),
    ("int", Type::Int),
    ("float", Type::Float),
    ("text", Type::Text),
    ("duration", Type::Duration),
    ("time", Type::Time),
    ("bytes", Type::Bytes),
    ("percent", Type::Percent),
    ("ip", Type::Ip),
    ("version", Type::Version),
    ("node", Type::Node),
    ("pod", Type::Pod),
    ("uid", Type::Uid),
    ("cid", Type::Cid),
    ("image", Type::Image),
    ("digest", Type::Digest),
];

/// The names of all types.
pub fn built_in() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name).chain(["list", "map"])
}

/// The type a field's declaration names, or an error.
pub(crate) fn of_ref(cx: &mut Cx<'_>, file: usize, written: &TypeRef) -> Option<Type> {
    let name = path_text(&written.name);
    let mut arguments = written.args.iter();
    let ty = match name.as_str() {
        "list" => Type::List(Box::new(of_ref(cx, file, arguments.next()?)?)),
        "map" => {
            // `map<T>` and `map<text, T>` are the same.
            let first = of_ref(cx, file, arguments.next()?)?;
            match arguments.next() {
                Some(second) if first == Type::Text => {
                    Type::Map(Box::new(of_ref(cx, file, second)?))
                }
                Some(_) => {
                    let message =
                        format!("the keys of a map are text, not {}", name_of(&first, &cx.pack));
                    cx.error(codes::TYPE_MISMATCH, file, written.span, message, "");
                    return None;
                }
                None => Type::Map(Box::new(first)),
            }
        }
        _ => match BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            Some((_, ty)) => ty.clone(),
            None => Type::Enum(enum_of(cx, file, written)?),
        },
    };
    if arguments.next().is_some() {
        let message = format!("`{name}` takes fewer types in `<…>`");
        cx.error(codes::TYPE_MISMATCH, file, written.span, message, "");
        return None;
    }
    Some(ty)
}

fn enum_of(cx: &mut Cx<'_>, file: usize, written: &TypeRef) -> Option<EnumId> {
    if let Some(Def::Enum(id)) = cx.lookup(file, &written.name) {
        return Some(id);
    }
    let name = path_text(&written.name);
    if let Some(ours) = ours(&name) {
        let message = format!("there is no type `{name}`");
        let help = format!("it is called `{ours}` here");
        cx.error(codes::UNKNOWN_NAME, file, written.name.span, message, &help);
        return None;
    }
    let near = did_you_mean(&name, built_in());
    let help = "types are bool, int, float, text, duration, time, bytes, percent, ip, version, node, pod, uid, cid, image, digest, list<T>, map<T> and enums";
    let error = Diagnostic::new(codes::UNKNOWN_NAME, format!("there is no type `{name}`"));
    cx.report(error.at(file, written.name.span, "").meant(&name, near, || help.into()));
    None
}

/// What types of other languages are called.
const OTHERS: [(&[&str], &str); 10] = [
    (&["string", "str", "char", "String"], "text"),
    (&["integer", "long", "number", "uint", "int64"], "int"),
    (&["double", "float64", "decimal"], "float"),
    (&["boolean"], "bool"),
    (&["timestamp", "datetime", "date", "instant"], "time"),
    (&["seconds", "timespan", "interval"], "duration"),
    (&["size", "byte"], "bytes"),
    (&["uuid", "guid"], "uid"),
    (&["array", "vec", "set"], "list<T>"),
    (&["object", "dict", "hash"], "map<T>"),
];

/// The name here of a type that others call so.
pub(crate) fn ours(name: &str) -> Option<&'static str> {
    OTHERS.iter().find(|(names, _)| names.contains(&name)).map(|(_, ours)| *ours)
}

/// A type as people write it.
pub(crate) fn name_of(ty: &Type, pack: &Pack) -> String {
    match ty {
        Type::List(item) => format!("list<{}>", name_of(item, pack)),
        Type::Map(item) => format!("map<text, {}>", name_of(item, pack)),
        Type::Enum(id) => pack.enums.get(id.index()).map_or_else(
            || "enum".into(),
            |found| found.path.rsplit('.').next().unwrap_or(&found.path).into(),
        ),
        _ => BUILT_IN
            .iter()
            .find(|(_, built_in)| built_in == ty)
            .map_or_else(String::new, |(name, _)| (*name).into()),
    }
}

/// The value of an expression that must be a constant of type `ty`, or an error.
pub(crate) fn constant(cx: &mut Cx<'_>, file: usize, expr: &Expr, ty: &Type) -> Option<Value> {
    match value(cx, file, expr, Some(ty))? {
        (value, found) if found == *ty => Some(value),
        (_, found) => {
            mismatch(cx, file, expr.span, &found, ty);
            None
        }
    }
}

/// The value and type of an expression that must be a constant, or an error. A literal takes the
/// type that is wanted where it can.
pub(crate) fn value(
    cx: &mut Cx<'_>,
    file: usize,
    expr: &Expr,
    wanted: Option<&Type>,
) -> Option<(Value, Type)> {
    match &expr.kind {
        ExprKind::Lit(written) => Some(literal(written, wanted)),
        ExprKind::Text(parts) => text(cx, file, expr.span, parts, wanted),
        ExprKind::Neg(inner) => {
            let (found, ty) = value(cx, file, inner, wanted)?;
            let negated = match found {
                Value::Int(n) => Value::Int(n.saturating_neg()),
                Value::Duration(n) => Value::Duration(n.saturating_neg()),
                Value::Float(n) => Value::Float(-n + 0.0),
                Value::Percent(n) => Value::Percent(-n + 0.0),
                _ => {
                    let message = format!("{} has no negative", name_of(&ty, &cx.pack));
                    cx.error(codes::TYPE_MISMATCH, file, expr.span, message, "");
                    return None;
                }
            };
            Some((negated, ty))
        }
        ExprKind::List(items) => {
            let mut item_ty = match wanted {
                Some(Type::List(item)) => Some((**item).clone()),
                _ => None,
            };
            let mut values = Vec::with_capacity(items.len());
            for item in items {
                let (found, ty) = value(cx, file, item, item_ty.as_ref())?;
                let wanted = item_ty.get_or_insert_with(|| ty.clone());
                if ty != *wanted {
                    let wanted = wanted.clone();
                    mismatch(cx, file, item.span, &ty, &wanted);
                    return None;
                }
                values.push(found);
            }
            Some((Value::List(values), Type::List(Box::new(item_ty.unwrap_or(Type::Text)))))
        }
        _ => {
            let message = "a constant must stand here";
            let help = "a constant is a literal such as `10m`, `\"text\"` or `[1, 2]`";
            cx.error(codes::NOT_CONSTANT, file, expr.span, message, help);
            None
        }
    }
}

/// Whether an expression is written as a constant.
pub(crate) fn is_constant(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Lit(_) => true,
        ExprKind::Text(parts) => parts.iter().all(|part| matches!(part, InterpPart::Lit(_))),
        ExprKind::Neg(inner) => is_constant(inner),
        ExprKind::List(items) => items.iter().all(is_constant),
        _ => false,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a literal beyond 2^53 is not meant exactly as a float"
)]
fn literal(written: &Literal, wanted: Option<&Type>) -> (Value, Type) {
    match (written, wanted) {
        (Literal::Bool(value), _) => (Value::Bool(*value), Type::Bool),
        (Literal::Int(value), Some(Type::Float)) => (Value::Float(*value as f64), Type::Float),
        (Literal::Int(value), _) => (Value::Int(*value), Type::Int),
        (Literal::Float(value), _) => (Value::Float(*value + 0.0), Type::Float),
        (Literal::Duration(value), _) => (Value::Duration(*value), Type::Duration),
        (Literal::Percent(value), _) => (Value::Percent(*value + 0.0), Type::Percent),
        (Literal::Bytes(value), _) => (Value::Bytes(*value), Type::Bytes),
        (Literal::Version(value), _) => {
            (Value::Text(canonical(&Type::Version, value)), Type::Version)
        }
        (Literal::Time(value), _) => (Value::Time(*value), Type::Time),
    }
}

/// Text takes any textual type that is wanted, in its canonical spelling.
fn text(
    cx: &mut Cx<'_>,
    file: usize,
    span: Span,
    parts: &[InterpPart],
    wanted: Option<&Type>,
) -> Option<(Value, Type)> {
    let mut whole = String::new();
    for part in parts {
        match part {
            InterpPart::Lit(piece) => whole.push_str(piece),
            InterpPart::Expr(inner) => {
                let message = "a constant must stand here, not a text with `{…}`";
                let help = "write `\\{` for a brace";
                cx.error(codes::NOT_CONSTANT, file, inner.span, message, help);
                return None;
            }
        }
    }
    let ty = wanted.filter(|ty| ty.is_textual()).cloned().unwrap_or(Type::Text);
    if let Type::Enum(id) = ty {
        let known = cx.pack.enums.get(id.index()).map_or(&[][..], |found| &found.names);
        if !known.contains(&whole) {
            let near = did_you_mean(&whole, known.iter().map(String::as_str));
            let all = format!("its names are {}", known.join(", "));
            let message = format!("`{}` has no `{whole}`", name_of(&ty, &cx.pack));
            let error = Diagnostic::new(codes::UNKNOWN_ENUM_NAME, message).at(file, span, "");
            cx.report(error.meant(&whole, near, || all));
            return None;
        }
    }
    if ty == Type::Ip && whole.trim().parse::<core::net::IpAddr>().is_err() {
        let message = format!("`{whole}` is no IP address");
        let help =
            "write one like `10.0.0.1` or `fd00::1`; what may be another text is of type text";
        cx.error(codes::BAD_ADDRESS, file, span, message, help);
        return None;
    }
    Some((Value::Text(canonical(&ty, &whole)), ty))
}

/// Says that one type stands where another must.
pub(crate) fn mismatch(cx: &mut Cx<'_>, file: usize, span: Span, found: &Type, wanted: &Type) {
    let (found_name, wanted_name) = (name_of(found, &cx.pack), name_of(wanted, &cx.pack));
    let message = format!("this is {found_name}, but {wanted_name} is wanted");
    cx.error(codes::TYPE_MISMATCH, file, span, message, help_for(found, wanted));
}

/// How the one may be made from the other.
pub(crate) fn help_for(found: &Type, wanted: &Type) -> &'static str {
    match (found, wanted) {
        (a, b) if a.is_id() && b.is_id() => "two different ids are never equal",
        (a, Type::Text) if a.is_textual() => "`text(x)` is the id as text",
        (Type::Text, b) if b.is_id() => {
            "ids are not text: give the field or the capture the id's type where the text enters"
        }
        (Type::Text, b) if !b.is_textual() && !matches!(b, Type::List(_) | Type::Map(_)) => {
            "what stands in quotes is text: write the value without them, as `5`, `true`, `10m` or `85%`"
        }
        (Type::Int, Type::Duration) => "a duration has a unit: `90s`, `10m`, `1h30m`",
        (Type::Int, Type::Bytes) => "a size has a unit: `512B`, `100MB`, `1Gi`",
        (Type::Int | Type::Float, Type::Percent) => "percents are written `85%`",
        (Type::Float, Type::Version) => "a version is written `v1.14`, since 1.9 comes before 1.14",
        _ => "",
    }
}

/// The hole that reads values of a type; `None` where there is none.
pub(crate) fn hole(ty: &Type) -> Option<HoleType> {
    Some(match ty {
        Type::Text => HoleType::Text,
        Type::Int => HoleType::Int,
        Type::Float => HoleType::Float,
        Type::Duration => HoleType::Duration,
        Type::Time => HoleType::Time,
        Type::Bytes => HoleType::Bytes,
        Type::Percent => HoleType::Percent,
        Type::Ip => HoleType::Ip,
        Type::Version => HoleType::Version,
        Type::Node => HoleType::Node,
        Type::Pod => HoleType::Pod,
        Type::Uid => HoleType::Uid,
        Type::Cid => HoleType::Cid,
        Type::Image => HoleType::Image,
        Type::Digest => HoleType::Digest,
        Type::Enum(id) => HoleType::Enum(*id),
        Type::Bool | Type::List(_) | Type::Map(_) => return None,
    })
}

/// The type of what a hole captures.
pub(crate) fn of_hole(hole: HoleType) -> Type {
    match hole {
        HoleType::Text | HoleType::Word => Type::Text,
        HoleType::Int => Type::Int,
        HoleType::Float => Type::Float,
        HoleType::Duration => Type::Duration,
        HoleType::Time => Type::Time,
        HoleType::Bytes => Type::Bytes,
        HoleType::Percent => Type::Percent,
        HoleType::Ip => Type::Ip,
        HoleType::Version => Type::Version,
        HoleType::Node => Type::Node,
        HoleType::Pod => Type::Pod,
        HoleType::Uid => Type::Uid,
        HoleType::Cid => Type::Cid,
        HoleType::Image => Type::Image,
        HoleType::Digest => Type::Digest,
        HoleType::Enum(id) => Type::Enum(id),
    }
}

/// The built-in type of a name, for holes written with an enum's path see [`of_ref`].
pub(crate) fn enum_hole(
    cx: &Cx<'_>,
    file: usize,
    path: &crate::syntax::ast::Path,
) -> Option<HoleType> {
    match cx.lookup(file, path)? {
        Def::Enum(id) => Some(HoleType::Enum(EnumId(short(id.index())))),
        Def::Relation(_) => None,
    }
}

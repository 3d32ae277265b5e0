//! Decoding of what nests: expressions, values and types, to a bounded depth.
//!
//! Derived decoders recurse as deep as the bytes say, and a pack of a megabyte could say a million
//! levels. These count. INVARIANT: the encodings are those that `Serialize` derives.

use alloc::{boxed::Box, string::String, vec::Vec};
use core::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, EnumAccess, Error, SeqAccess, VariantAccess, Visitor},
};

use crate::{EnumId, Expr, Type, Value};

/// Far more than people write, far less than a stack holds.
const DEPTH: usize = 128;
/// No more than this is allocated on a length's word alone.
const TRUSTED: usize = 64;

/// What is decoded with a number of levels that may still be nested in it.
trait Nested: Sized {
    /// The name of the enum.
    const NAME: &'static str;
    /// Its variants in order.
    const VARIANTS: &'static [&'static str];
    /// One of its variants.
    type Tag: for<'de> Deserialize<'de>;

    fn variant<'de, V: VariantAccess<'de>>(
        tag: Self::Tag,
        content: V,
        levels: usize,
    ) -> Result<Self, V::Error>;
}

macro_rules! deserialize {
    ($($ty:ty),*) => {$(
        impl<'de> Deserialize<'de> for $ty {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Seed::new(DEPTH).deserialize(deserializer)
            }
        }
    )*};
}

deserialize!(Expr, Value, Type);

#[derive(Deserialize)]
#[serde(variant_identifier)]
enum TypeTag {
    Bool,
    Int,
    Float,
    Text,
    Duration,
    Time,
    Bytes,
    Percent,
    Ip,
    Version,
    Node,
    Pod,
    Uid,
    Cid,
    Image,
    Digest,
    Enum,
    List,
    Map,
}

impl Nested for Type {
    const NAME: &'static str = "Type";
    const VARIANTS: &'static [&'static str] = &[
        "Bool", "Int", "Float", "Text", "Duration", "Time", "Bytes", "Percent", "Ip", "Version",
        "Node", "Pod", "Uid", "Cid", "Image", "Digest", "Enum", "List", "Map",
    ];
    type Tag = TypeTag;

    fn variant<'de, V: VariantAccess<'de>>(
        tag: TypeTag,
        content: V,
        levels: usize,
    ) -> Result<Self, V::Error> {
        let plain = match tag {
            TypeTag::Enum => return content.newtype_variant::<EnumId>().map(Self::Enum),
            TypeTag::List => return boxed(content, levels).map(Self::List),
            TypeTag::Map => return boxed(content, levels).map(Self::Map),
            TypeTag::Bool => Self::Bool,
            TypeTag::Int => Self::Int,
            TypeTag::Float => Self::Float,
            TypeTag::Text => Self::Text,
            TypeTag::Duration => Self::Duration,
            TypeTag::Time => Self::Time,
            TypeTag::Bytes => Self::Bytes,
            TypeTag::Percent => Self::Percent,
            TypeTag::Ip => Self::Ip,
            TypeTag::Version => Self::Version,
            TypeTag::Node => Self::Node,
            TypeTag::Pod => Self::Pod,
            TypeTag::Uid => Self::Uid,
            TypeTag::Cid => Self::Cid,
            TypeTag::Image => Self::Image,
            TypeTag::Digest => Self::Digest,
        };
        content.unit_variant()?;
        Ok(plain)
    }
}

#[derive(Deserialize)]
#[serde(variant_identifier)]
enum ValueTag {
    Null,
    Bool,
    Int,
    Float,
    Text,
    Duration,
    Time,
    Bytes,
    Percent,
    List,
    Map,
}

impl Nested for Value {
    const NAME: &'static str = "Value";
    const VARIANTS: &'static [&'static str] = &[
        "Null", "Bool", "Int", "Float", "Text", "Duration", "Time", "Bytes", "Percent", "List",
        "Map",
    ];
    type Tag = ValueTag;

    fn variant<'de, V: VariantAccess<'de>>(
        tag: ValueTag,
        content: V,
        levels: usize,
    ) -> Result<Self, V::Error> {
        match tag {
            ValueTag::Null => content.unit_variant().map(|()| Self::Null),
            ValueTag::Bool => content.newtype_variant().map(Self::Bool),
            ValueTag::Int => content.newtype_variant().map(Self::Int),
            ValueTag::Float => content.newtype_variant().map(Self::Float),
            ValueTag::Text => content.newtype_variant().map(Self::Text),
            ValueTag::Duration => content.newtype_variant().map(Self::Duration),
            ValueTag::Time => content.newtype_variant().map(Self::Time),
            ValueTag::Bytes => content.newtype_variant().map(Self::Bytes),
            ValueTag::Percent => content.newtype_variant().map(Self::Percent),
            ValueTag::List => {
                content.newtype_variant_seed(Items::new(Seed::new(levels))).map(Self::List)
            }
            ValueTag::Map => content
                .newtype_variant_seed(Items::new(Pair(Plain::<String>::new(), Seed::new(levels))))
                .map(Self::Map),
        }
    }
}

#[derive(Deserialize)]
#[serde(variant_identifier)]
enum ExprTag {
    Const,
    Slot,
    Cell,
    Param,
    TimeOf,
    Age,
    Not,
    All,
    Any,
    Cmp,
    Arith,
    Call,
}

impl Nested for Expr {
    const NAME: &'static str = "Expr";
    const VARIANTS: &'static [&'static str] = &[
        "Const", "Slot", "Cell", "Param", "TimeOf", "Age", "Not", "All", "Any", "Cmp", "Arith",
        "Call",
    ];
    type Tag = ExprTag;

    fn variant<'de, V: VariantAccess<'de>>(
        tag: ExprTag,
        content: V,
        levels: usize,
    ) -> Result<Self, V::Error> {
        let one = Seed::<Self>::new(levels);
        let items = Items::new(one);
        match tag {
            ExprTag::Const => content.newtype_variant_seed(Seed::new(levels)).map(Self::Const),
            ExprTag::Slot => content.newtype_variant().map(Self::Slot),
            ExprTag::Cell => content.newtype_variant().map(Self::Cell),
            ExprTag::Param => content.newtype_variant().map(Self::Param),
            ExprTag::TimeOf => content.newtype_variant().map(Self::TimeOf),
            ExprTag::Age => boxed(content, levels).map(Self::Age),
            ExprTag::Not => boxed(content, levels).map(Self::Not),
            ExprTag::All => content.newtype_variant_seed(items).map(Self::All),
            ExprTag::Any => content.newtype_variant_seed(items).map(Self::Any),
            ExprTag::Cmp => {
                let (op, (a, b)) = content.tuple_variant(3, Triple(Plain::new(), one))?;
                Ok(Self::Cmp(op, Box::new(a), Box::new(b)))
            }
            ExprTag::Arith => {
                let (op, (a, b)) = content.tuple_variant(3, Triple(Plain::new(), one))?;
                Ok(Self::Arith(op, Box::new(a), Box::new(b)))
            }
            ExprTag::Call => {
                let (func, args) = content.tuple_variant(2, Pair(Plain::new(), items))?;
                Ok(Self::Call(func, args))
            }
        }
    }
}

fn boxed<'de, T: Nested, V: VariantAccess<'de>>(
    content: V,
    levels: usize,
) -> Result<Box<T>, V::Error> {
    content.newtype_variant_seed(Seed::new(levels)).map(Box::new)
}

/// One value with at most so many levels.
struct Seed<T> {
    levels: usize,
    of: PhantomData<T>,
}

impl<T> Seed<T> {
    const fn new(levels: usize) -> Self {
        Self { levels, of: PhantomData }
    }
}

impl<T> Clone for Seed<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Seed<T> {}

impl<'de, T: Nested> DeserializeSeed<'de> for Seed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        let levels =
            self.levels.checked_sub(1).ok_or_else(|| D::Error::custom("nested too deeply"))?;
        deserializer.deserialize_enum(T::NAME, T::VARIANTS, Self::new(levels))
    }
}

impl<'de, T: Nested> Visitor<'de> for Seed<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<T, A::Error> {
        let (tag, content) = data.variant::<T::Tag>()?;
        T::variant(tag, content, self.levels)
    }
}

/// What nests nothing.
struct Plain<T>(PhantomData<T>);

impl<T> Plain<T> {
    const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Clone for Plain<T> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Plain<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }
}

/// A list of what one seed makes.
#[derive(Clone)]
struct Items<S>(S);

impl<S> Items<S> {
    const fn new(seed: S) -> Self {
        Self(seed)
    }
}

impl<'de, S: DeserializeSeed<'de> + Clone> DeserializeSeed<'de> for Items<S> {
    type Value = Vec<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, S: DeserializeSeed<'de> + Clone> Visitor<'de> for Items<S> {
    type Value = Vec<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(TRUSTED));
        while let Some(item) = seq.next_element_seed(self.0.clone())? {
            items.push(item);
        }
        Ok(items)
    }
}

/// Two things in a row.
#[derive(Clone)]
struct Pair<A, B>(A, B);

impl<'de, A: DeserializeSeed<'de>, B: DeserializeSeed<'de>> DeserializeSeed<'de> for Pair<A, B> {
    type Value = (A::Value, B::Value);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_tuple(2, self)
    }
}

impl<'de, A: DeserializeSeed<'de>, B: DeserializeSeed<'de>> Visitor<'de> for Pair<A, B> {
    type Value = (A::Value, B::Value);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pair")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Self::Value, S::Error> {
        Ok((element(&mut seq, self.0)?, element(&mut seq, self.1)?))
    }
}

/// An operator and its two operands.
struct Triple<A, B>(A, B);

impl<'de, A: DeserializeSeed<'de>, B: DeserializeSeed<'de> + Clone> Visitor<'de> for Triple<A, B> {
    type Value = (A::Value, (B::Value, B::Value));

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an operator and two operands")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Self::Value, S::Error> {
        let op = element(&mut seq, self.0)?;
        Ok((op, (element(&mut seq, self.1.clone())?, element(&mut seq, self.1)?)))
    }
}

fn element<'de, S: SeqAccess<'de>, E: DeserializeSeed<'de>>(
    seq: &mut S,
    seed: E,
) -> Result<E::Value, S::Error> {
    seq.next_element_seed(seed)?.ok_or_else(|| S::Error::custom("too short"))
}

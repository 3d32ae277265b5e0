//! The one list of all codes. A code, once given, is never used for anything else.
//!
//! `E01..` the text, `E02..` names, `E03..` types, `E04..` rules, `E05..` tests, `E06..` sites; `W01..` lints.

use super::Code;

macro_rules! codes {
    ($($ident:ident = $id:literal $name:literal: $meaning:literal, $explain:literal;)*) => {
        $(
            #[doc = concat!("`", $id, "` ", $meaning, ".")]
            pub const $ident: Code =
                Code { id: $id, name: $name, meaning: $meaning, explain: $explain };
        )*

        /// All codes in order.
        pub const ALL: &[Code] = &[$($ident),*];
    };
}

codes! {
    UNEXPECTED = "E0101" "unexpected-text": "the text does not go on as it could",
        "At the place shown the text stops making sense; the message says what could stand there. \
         Look also at the line above it: what is missing there is often noticed only here.";
    MISSPELT = "E0102" "misspelt-keyword": "a word is none of those that can stand here",
        "Only certain words can stand at the place shown, and one of them is very near to the word \
         found. Words of the language are written in lower case.";
    STRAY = "E0103" "stray-text": "a text between the items of a file begins none",
        "A rule file is a list of items: `use`, `enum`, `event`, `entity`, `extract`, `derive`, \
         `finding`, `test` and `site`. Anything else between them is an error; a remark begins with \
         `//`. A `}` too many inside an item ends it early and leaves its rest here.";
    UNCLOSED_BRACKET = "E0104" "unclosed-bracket": "a bracket is never closed",
        "Each `{`, `(` and `[` needs its `}`, `)` or `]`. Where one is missing, the item is taken to \
         end before the next line that begins an item in its first column. Formatting the file often \
         shows where the missing bracket belongs.";
    WRONG_BRACKET = "E0105" "wrong-bracket": "a closing bracket does not fit the one that is open",
        "Brackets close in the reverse order in which they were opened, each with its own kind.";
    UNCLOSED_TEXT = "E0106" "unclosed-text": "a text in quotes does not end on its line",
        "A text ends on the line on which it begins. A quote in it is written `\\\"`. In texts that may \
         hold expressions an opening brace is written `\\{`.";
    UNCLOSED_TEMPLATE = "E0107" "unclosed-template": "a template does not end on its line",
        "A template stands in backquotes, on one line. A backquote in it is written ``\\` ``.";
    UNCLOSED_REGEX = "E0108" "unclosed-regex": "a regex does not end on its line",
        "A regex stands between slashes, on one line. A slash in it is written `\\/`.";
    TOO_DEEP = "E0109" "too-deep": "brackets or operators are nested too deeply",
        "Nesting is limited so that no rule file, however made, can exhaust the memory of the program \
         that reads it. Bind parts to names: `name = …` on a line of its own.";
    TOO_LARGE = "E0110" "file-too-large": "a rule file is larger than 1 MiB",
        "A file of rules written by people is far smaller. Split it, or check that it is one.";
    BAD_NUMBER = "E0111" "bad-number": "a number cannot be read",
        "Numbers are `42` and `1.5`; with a unit `10m`, `1h30m`, `250ms` (durations: ns us ms s m h d), \
         `1Gi`, `100MB`, `512B` (sizes: B, and k M G T with powers of 1000 or Ki Mi Gi Ti with powers \
         of 1024), `85%`. Dates are `2027-01-01` or `2027-01-01T10:00:00Z`. All fit in 64 bits.";
    BAD_ESCAPE = "E0112" "bad-escape": "an escape in a text is not known",
        "In texts `\\\"`, `\\\\`, `\\{`, `\\}`, `\\n` and `\\t` stand for a character that could not be \
         written otherwise; in templates also ``\\` ``. A backslash itself is written `\\\\`.";
    CHAINED_COMPARISON = "E0113" "chained-comparison": "comparisons are chained",
        "A comparison has two sides. For a range write `a < b and b < c`.";
    REPEATED_CLAUSE = "E0114" "repeated-clause": "a clause that can stand once stands twice",
        "`severity`, `keep` and `when` stand once in an item: all conditions go into one `when`. \
         `confirm`, `unless`, `maybe` and the texts may repeat, as alternatives.";
    MISSING_SEPARATOR = "E0115" "missing-separator": "entries are not separated",
        "Fields and other entries in brackets are separated by commas or by new lines.";
    BAD_CLAUSE = "E0116" "bad-clause": "a clause does not have the form it must have",
        "The parts of the clause can be read, but not together. The message says which form it has.";
    FORMAT_CHANGES_MEANING = "E0117" "format-changes-meaning": "the formatter would change a file",
        "The formatter reads its own result again and compares. This file would not mean the same, so it \
         is left as it is. It is an error in the formatter, not in the file.";

    NO_REASON = "E0118" "no-reason": "a rule is disabled or ignored without a reason",
        "Whoever meets the statement in a year must know whether it still holds: `because \"…\"` is part \
         of `disable` and `ignore`. Add `until 2027-01-31` where it is meant for a while.";

    UNKNOWN_NAME = "E0201" "unknown-name": "a relation, finding, enum or type is not known",
        "Schemas are closed: every relation is declared as `event`, `entity`, `derive` or `finding`. \
         Names of other modules need `use module.Name`; findings alone are known everywhere.";
    UNKNOWN_FIELD = "E0202" "unknown-field": "a relation has no such field",
        "The fields of a relation are the ones its declaration lists. `ruleck doc` shows them.";
    UNBOUND_NAME = "E0203" "unbound-name": "a name has no value here",
        "A name gets its value where it first stands in the braces of a condition or before `=`, and \
         is known on the lines below. Names within `no`, an aggregate, the right side of `without`, \
         and one `unless` block end with it. `confirm` blocks do not see each other's names; texts and \
         `explains` see those of `when`, `confirm` and `maybe`.";
    DUPLICATE = "E0204" "duplicate": "a name is defined twice",
        "Names are unique in their module, findings in the whole pack, fields in their relation. Only \
         `derive` blocks of one relation may repeat: they add up.";
    USED_ONCE = "E0205" "used-once": "a name is used only once",
        "Names join conditions, so a name that stands once does nothing; most often it is misspelt. \
         Write `_` for any value, or leave the field out.";
    NODE_LEFT_OUT = "E0206" "node-left-out": "a condition forgets to stay on the node",
        "Where the rule and a relation both have a `node`, leaving it out joins the rows of every node, \
         which is hardly ever meant. Write `node`, or `node: _` for any.";
    UNKNOWN_MODULE = "E0207" "unknown-module": "a `use` line names no module",
        "A module is named after its file; the standard library's begin with `std.`.";
    NAME_TAKEN = "E0208" "name-taken": "a name that has a value is bound again",
        "`x = …` binds x once. Use another name, or compare with `==`.";
    AMBIGUOUS_NAME = "E0209" "ambiguous-name": "a name comes from two modules",
        "Two `use module.*` lines bring in the same name. Name the one that is meant in a `use` line of \
         its own, or write its whole path.";
    NOT_A_ROW = "E0210" "not-a-row": "something other than a row is used as one",
        "Only a row variable, named before a condition (`x = R {…}`), has fields and a time.";
    NOT_A_VALUE = "E0211" "not-a-value": "a row is used as a value",
        "A row stands for a whole row. Read one of its fields, `x.field`, or its age, `age(x)`.";
    UNKNOWN_FUNCTION = "E0212" "unknown-function": "a function is not known",
        "There is a fixed list of functions, all of them pure. The message lists them.";

    TYPE_MISMATCH = "E0301" "type-mismatch": "a type does not fit",
        "Names join only what has one type. Ids (node, pod, uid, cid, image, digest) are not text: two \
         different ones never join, and a text becomes an id only where it enters, as a typed field or \
         capture. Literals take the type of what they stand beside.";
    BAD_OPERATOR = "E0302" "bad-operator": "an operator is not for values of this type",
        "`<` needs an order, `in` and `has` a list or map, arithmetic int, duration, time or bytes.";
    BAD_CALL = "E0303" "bad-call": "a function is called with the wrong arguments",
        "Each function takes a fixed number of arguments of fixed types.";
    NOT_CONSTANT = "E0304" "not-constant": "a constant must stand here",
        "Defaults, filters of extractors, ranges and tests are made of constants: literals and lists \
         of literals.";
    BAD_RANGE = "E0305" "bad-range": "a parameter or duration is out of its range",
        "A parameter has a range that holds its value: `param stall = 10m in 1m..2h`. The compiler \
         needs it to know how long events must be kept.";
    UNKNOWN_ENUM_NAME = "E0306" "unknown-enum-name": "an enum has no such name",
        "Values of an enum are written as text and must be among the names of its declaration.";
    MAY_BE_ABSENT = "E0307" "may-be-absent": "a value that may be absent is used where one must be",
        "Bind it on a line of its own, which does not hold where it is absent, or declare the field \
         that takes it with `?`.";
    BAD_PATTERN = "E0308" "bad-pattern": "a template or regular expression cannot be used",
        "Holes are `{name}`, `{name:type}`, `{_}` and `{_:type}`, each name once. Regular expressions \
         have no look-around and no back references, so that they match in linear time.";
    BAD_ADDRESS = "E0309" "bad-address": "a text is no IP address",
        "What is of type `ip` is an address of version 4 or 6, `10.0.0.1` or `fd00::1`, without a port, a \
         zone and the length of a prefix.";

    MISSING_PART = "E0401" "missing-part": "a finding lacks a part",
        "A finding has a severity, a `when` block and a title, the last of which has no guard. No block and \
         no title is empty.";
    WRONG_KIND = "E0402" "wrong-kind": "an event stands where a state must, or the reverse",
        "Events happen: they take `within`, `since`, `then` and `without`. Entities, derived relations \
         and findings stand: they take `for`. The message says what to write instead.";
    RECURSION = "E0403" "recursion": "rules read themselves",
        "What a rule reads must be concluded before it. The message shows the circle; remove one of \
         its steps. `explains` does not count: it only draws an edge.";
    EXPLAINS_CYCLE = "E0404" "explains-cycle": "findings explain each other",
        "Causes form a graph without cycles, so that every chain of findings has a root.";
    NO_BOUND = "E0405" "no-bound": "events would have to be kept for ever",
        "The compiler derives how long each event is kept. A window needs a bound made of constants \
         and parameters, and `since` an event whose own window has one.";
    UNBOUND_KEY = "E0406" "unbound-key": "nothing binds a part of the key",
        "A finding or derived row is there because of rows: each part of its key is bound in the \
         braces of a condition that must hold, or made of what they bind.";
    EMPTY_GROUP = "E0407" "empty-group": "an aggregate can be true of no rows at all",
        "An aggregate groups by the key. `count(…) == 0` holds of every key there could be, so \
         something else must say which keys there are: bind them by a condition above, or ask for at \
         least one row.";
    AGE_PLACE = "E0408" "age-place": "`age` stands where it cannot be timed",
        "`age(x)` grows all the time. Alone on one side of a comparison it is a timer; anywhere else \
         it would have to be asked again and again. In texts it may stand anywhere.";
    PATTERN_PLACE = "E0409" "pattern-place": "a template is matched on what is no text from outside",
        "Text is matched where it enters: on a text field of an event or entity that is collected. \
         What it means gets a field, and rules combine the fields.";
    BAD_SHAPE = "E0411" "bad-shape": "a relation is declared in a way that makes no sense",
        "Entities have a key that is always there, and at most one `since` field of type `time?`. \
         Events have neither. All `derive` blocks of a relation declare the same fields.";
    INCOMPLETE_EXTRACT = "E0412" "incomplete-extract": "an extracted event would lack a field",
        "Every field of the event without `?` and default is captured by each spelling, copied from \
         the source, or set as a constant.";
    RULE_TOO_LARGE = "E0413" "rule-too-large": "a rule is larger or more nested than a plan may be",
        "No rule written by people comes near. Split it with `derive`, and bind parts of a long \
         expression to names.";
    AGGREGATE_PLACE = "E0414" "aggregate-place": "an aggregate stands where none can",
        "Aggregates stand in conditions: bind one on a line of its own, `n = count(…)`, and use n.";
    BAD_AGGREGATE = "E0415" "bad-aggregate": "an aggregate is over the wrong thing",
        "`distinct` is of anything but lists and maps, `sum` of int, duration or bytes, `min` and \
         `max` of what has an order, `changes` of an entity's field: `changes(field of E {…} within d)`.";
    SUSTAINED_TEST = "E0416" "sustained-test": "a lasting state is compared with another row",
        "What lasts in `P for d` is P with all it says of itself: constants and parameters. To compare \
         with other rows say the whole state in a `derive` and write `for` behind that.";
    BAD_KEY = "E0417" "bad-key": "the key of a symptom is not given as values",
        "`explains other { key: value }` names which instance is caused; keys left out match any.";
    BAD_FILTER = "E0418" "bad-filter": "an extractor's source is filtered in a way it cannot be",
        "The source of an extractor is filtered by constants, before its text is looked at.";

    MISSING_FIELD = "E0501" "missing-field": "a row in a test lacks a field",
        "A test gives rows as their producers would: every field that has neither `?` nor a default. \
         A removal names the key and nothing else.";
    EMPTY_TEST = "E0502" "empty-test": "a test expects nothing, or nothing in particular",
        "A test says what must be found, or `expect none`; outside a finding it names which.";

    UNKNOWN_PARAM = "E0601" "unknown-param": "a site sets a parameter that is not there",
        "`set rule.param = value` names a rule and one of its parameters. `etio rules RULE` lists them \
         with their ranges; only what a rule calls a parameter can be set.";
    SITE_CONFLICT = "E0602" "site-conflict": "two statements of sites contradict each other",
        "What sites say does not depend on the order of files, so two statements cannot both count \
         where one sets a parameter to another value, or disables or replaces a rule once more. Keep \
         one of them.";
    STILL_READ = "E0603" "still-read": "a rule is disabled that other rules read",
        "A disabled rule is gone, and what reads it would silently mean something else. To see it no \
         more, `ignore` it: it then holds and explains as before. Or disable what reads it as well. A \
         rule that only explains it, or that it explains, is no hindrance: the edge goes.";
    BAD_REPLACEMENT = "E0604" "bad-replacement": "nothing can take the place of a replaced rule",
        "`replace rule version \"…\"` stands in the file that has a finding of the same name and key; that \
         one takes the place of the rule everywhere: what reads or explains the rule reads or explains \
         it. The tests of the rule are left out.";

    UNUSED_PARAM = "W0101" "unused-param": "a parameter is never used",
        "A parameter that nothing reads lets a site change nothing. Remove it, or use it.";
    ALWAYS_PRESENT = "W0102" "always-present": "`present` asks for what is always there",
        "A name bound in braces does not match where the field is absent. To ask whether it is there, \
         read it through the row: `present(x.field)`.";
    SHADOWED_TEXT = "W0103" "shadowed-text": "a text is never shown",
        "Of several texts the first is shown whose guard holds and whose names are bound. One without \
         either hides all that follow.";
    NEVER_THERE = "W0104" "never-there": "a condition asks for a field that nothing fills",
        "A condition on an absent field does not match. No spelling of the event, or no `derive` block \
         of the relation, ever fills this one, so the condition never holds.";
    EXPIRED = "W0105" "expired": "a statement of a site has expired",
        "Its `until` has come, so it counts no more: the rule is back. Remove the statement, or give it \
         another date if its reason still holds. `until 2027-01-31` ends with the first moment of that \
         day, in UTC.";
    REPLACED_CHANGED = "W0106" "replaced-changed": "a replaced rule is not what it was",
        "The statement names the version of the rule that its author has seen. The rule says something \
         else now, and may have learnt what the replacement lacks. Compare the two, then write the \
         version of now. A version is a hash of the rule's text without comments and tests.";
    NEVER_SO_OLD = "W0107" "never-so-old": "an event is asked to be older than it ever gets",
        "An event counts for an hour, for the rule's `keep`, or for what `within` behind it says. A \
         comparison that wants its `age` to be more never holds.";
    NEVER_HOLDS = "W0108" "never-holds": "conditions contradict each other",
        "All conditions of a block hold at once, those of `when` beside those of every other block and \
         guard. Where what is asked of one value leaves none, whatever sites set within the ranges of \
         parameters, a rule never fires, a block never counts and a text is never shown. For one or the \
         other write `x in [\"a\", \"b\"]`, several blocks, or several `derive` blocks.";
    SHADOWED_SPELLING = "W0109" "shadowed-spelling": "a spelling is never reached",
        "Of the spellings between the braces of an `extract` the first that matches makes the event. One \
         that stands below another that matches all that it does never comes to it: put the narrower one \
         first, or remove it.";
    NEVER_TOLD = "W0110" "never-told": "a relation has the name of another, and nothing tells it",
        "A relation belongs to its file: an entity `Pod` of yours is not `std.kube.Pod`, and the commands \
         tell nothing of it. Write `use std.kube.Pod` for theirs, or give yours another name. Where your own \
         program tells it, its declaration says so with `collect \"…\"`.";
    CHANGES_NOTHING = "W0111" "changes-nothing": "a statement of a site changes nothing",
        "It sets a parameter to the value that its rule has, or is about a rule that a site disables. Whoever \
         reads it later takes it for a change: remove it.";
    ONLY_SHOWN = "W0112" "only-shown": "an edge goes to one symptom of several",
        "A finding shows one binding, and its `explains` are about that. A name that `when`, `confirm` or `maybe` \
         binds and that is no part of the key may stand for several values; the symptoms of the others are not \
         explained, and stay roots. Bind a name of its own: `explains sick { pod: each } when { Hit { node, pod: each } }`.";
}

/// The code with this id (`E0101`) or name (`unexpected-text`).
#[must_use]
pub fn find(id_or_name: &str) -> Option<Code> {
    ALL.iter()
        .copied()
        .find(|code| code.id.eq_ignore_ascii_case(id_or_name) || code.name == id_or_name)
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn ids_are_in_order_and_names_are_used_once() {
        assert!(ALL.is_sorted_by(|a, b| a.id < b.id), "ids must ascend");
        let mut names: Vec<&str> = ALL.iter().map(|code| code.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn every_code_is_explained() {
        for code in ALL {
            assert!(code.id.len() == 5 && code.id.starts_with(['E', 'W']), "{}", code.id);
            assert!(code.explain.len() > code.meaning.len(), "{}", code.id);
        }
    }
}

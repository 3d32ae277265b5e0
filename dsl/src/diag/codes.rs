//! The one list of all codes. A code, once given, is never used for anything else.
//!
//! `E01..` the text, `E02..` names, `E03..` types, `E04..` rules, `E05..` tests; `W01..` lints.

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

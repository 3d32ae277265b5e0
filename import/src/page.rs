//! Markdown of other tools as a rule's page, and as the one paragraph that a report shows.

/// A remedy longer than this is cut; the page has all of it.
const REMEDY: usize = 480;

/// The text without blank lines at its ends and blanks at line ends.
pub(crate) fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.trim_matches('\n').lines().map(str::trim_end).collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let common = lines.iter().filter(|line| !line.is_empty()).map(indent).min().unwrap_or(0);
    let cut = lines.iter().map(|line| line.get(common..).unwrap_or_default());
    cut.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// A text without its line ends.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Paragraphs, lists and code as one paragraph. What is too long ends with the item that still fits,
/// and says where the rest is.
pub(crate) fn paragraph(markdown: &str, name: &str) -> Option<String> {
    let mut items: Vec<String> = Vec::new();
    let mut open = false;
    for line in markdown.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with("```") {
            open = false;
            continue;
        }
        let text = item(line);
        match items.last_mut().filter(|_| open && text.is_none()) {
            Some(last) => {
                last.push(' ');
                last.push_str(line);
            }
            None => items.push(text.unwrap_or(line).to_owned()),
        }
        open = true;
    }
    let mut said = String::new();
    for item in &items {
        let item = item.replace("**", "");
        if !said.is_empty() && said.len() + item.len() > REMEDY {
            said += &format!(" The rest: etio rules {name}");
            return Some(said);
        }
        if !said.is_empty() {
            said.push(' ');
        }
        said += &item;
        if !said.ends_with(['.', ':', ';', '!', '?']) {
            said.push('.');
        }
    }
    (!said.is_empty()).then_some(said)
}

/// What stands behind the mark of a list's item.
fn item(line: &str) -> Option<&str> {
    if let Some(rest) = ["- ", "* ", "• ", "+ "].iter().find_map(|mark| line.strip_prefix(mark)) {
        return Some(rest.trim());
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line.get(digits..)?.strip_prefix(['.', ')'])?;
    (digits > 0).then(|| rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_become_sentences() {
        let text = "RESPONSE:\n  - **Free** disk\n    space\n  - Restart it.\n\n```\nsystemctl x\n```\n1. Done";
        let said = paragraph(text, "x").unwrap();
        assert_eq!(said, "RESPONSE: Free disk space. Restart it. systemctl x. Done.");
        assert_eq!(paragraph("\n", "x"), None);
    }

    #[test]
    fn what_is_long_is_cut_at_an_item() {
        let text = format!("- {}\n- {}\n", "a".repeat(300), "b".repeat(300));
        let said = paragraph(&text, "disk-full").unwrap();
        assert_eq!(said, format!("{}. The rest: etio rules disk-full", "a".repeat(300)));
    }

    #[test]
    fn indentation_in_common_goes() {
        assert_eq!(tidy("\n  a  \n    b\n\n  c\n"), "a\n  b\n\nc");
    }
}

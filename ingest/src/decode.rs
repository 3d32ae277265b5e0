//! Bytes as text: whatever the encoding, the lines keep their numbers.

use std::borrow::Cow;

/// How much of a file tells whether it is text.
const LOOK: usize = 8192;
/// So many NULs stand where something is gone; fewer may be what a program wrote.
const BLOCK: usize = 16;

/// The bytes as text without byte order marks, blocks of NULs, terminal colours, carriage returns at
/// line ends, and what mail, Markdown, scripts, word processors and framed terminals do to pasted
/// lines; or nothing where they are no text.
pub(crate) fn text(mut bytes: Vec<u8>) -> Option<String> {
    if let Some(text) = utf16(&bytes) {
        return Some(clean(text));
    }
    let look = bytes.get(..LOOK).unwrap_or(&bytes);
    if is_binary(look) {
        return None;
    }
    // In place: there may be as many as a file may be long.
    bytes.retain(|b| *b != 0);
    if bytes.is_empty() {
        return None;
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(invalid) => String::from_utf8_lossy(invalid.as_bytes()).into_owned(),
    };
    Some(clean(text))
}

/// The lines of which something before or at their beginning is gone: a power loss leaves NULs where it was.
pub(crate) fn tears(bytes: &[u8]) -> Vec<u64> {
    let mut tears = Vec::new();
    let (mut line, mut counted, mut from) = (1, 0, 0);
    while let Some(at) = bytes.get(from..).and_then(|rest| memchr::memchr(0, rest)) {
        let start = from + at;
        let nuls = bytes.iter().skip(start).take_while(|b| **b == 0).count();
        from = start + nuls;
        if nuls < BLOCK {
            continue;
        }
        let before = bytes.get(counted..start).unwrap_or_default();
        line += memchr::memchr_iter(b'\n', before).count() as u64;
        counted = start;
        tears.push(line);
        // What stands on the line before the block may be all of a record, and what is gone came after it.
        if !matches!(start.checked_sub(1).and_then(|at| bytes.get(at)), None | Some(b'\n')) {
            tears.push(line + 1);
        }
    }
    tears
}

/// PowerShell's `>` writes UTF-16.
fn utf16(bytes: &[u8]) -> Option<String> {
    let (rest, unit): (_, fn([u8; 2]) -> u16) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => (rest, u16::from_be_bytes),
        _ => return None,
    };
    let units = rest.chunks_exact(2).filter_map(|pair| Some(unit(pair.try_into().ok()?)));
    Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// More than one byte in ten that text does not have. NULs do not count: a power loss leaves blocks
/// of them in a log.
fn is_binary(look: &[u8]) -> bool {
    let allowed = |b: u8| matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x08 | 0x1b | 0x1e | 0x20..);
    let nuls = look.iter().filter(|b| **b == 0).count();
    let strange = look.iter().filter(|b| **b != 0 && !allowed(**b)).count();
    let rest = look.len() - nuls;
    let invalid: usize = look.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    (strange + invalid) * 10 > rest || nuls * 2 > look.len() && rest > 0 && strange > 0
}

fn clean(text: String) -> String {
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    let text = straight(unmarked(uncommented(unlisted(unquoted(unframed(text))))));
    if memchr::memchr3(0x1b, 0, b'\r', text.as_bytes()).is_none() {
        return text;
    }
    let mut clean = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        clean.push_str(&clean_line(line));
    }
    clean
}

/// Without the `> ` that mail and Markdown put before the lines of a quotation.
fn unquoted(text: String) -> String {
    if !text.starts_with('>') && memchr::memmem::find(text.as_bytes(), b"\n>").is_none() {
        return text;
    }
    let inner = |line| {
        let quoted = str::strip_prefix(line, '>')?;
        Some(quoted.strip_prefix(' ').unwrap_or(quoted))
    };
    text.split_inclusive('\n').map(|line| inner(line).unwrap_or(line)).collect()
}

/// Without the `* ` that minikube puts before the lines of what it collects, or before the first of each part.
fn unlisted(text: String) -> String {
    if memchr::memmem::find(text.as_bytes(), b"* ==> ").is_none() {
        return text;
    }
    let inner = |line| {
        let item = str::strip_prefix(line, '*')?;
        item.strip_prefix(' ').or_else(|| item.trim().is_empty().then_some(item))
    };
    text.split_inclusive('\n').map(|line| inner(line).unwrap_or(line)).collect()
}

/// Without the `# ` of a script that is nothing but comments: somebody kept there what commands printed.
fn uncommented(text: String) -> String {
    let comment = |line: &str| line == "#" || line.starts_with("# ") || line.starts_with("#\t");
    let mut said = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('$'));
    if !text.starts_with(['#', '$']) || !said.next().is_some_and(comment) || !said.all(comment) {
        return text;
    }
    let inner = |line| {
        let comment = str::strip_prefix(line, '#')?;
        Some(comment.strip_prefix(' ').unwrap_or(comment))
    };
    text.split_inclusive('\n').map(|line| inner(line).unwrap_or(line)).collect()
}

/// Without the frame that k9s and other terminal programs draw around a page.
fn unframed(text: String) -> String {
    const SIDE: char = '│';
    if !text.contains(SIDE) {
        return text;
    }
    let inner = |line: &str| {
        let body = line.trim_end();
        let opened = body.strip_prefix(SIDE).map(|it| it.strip_prefix(' ').unwrap_or(it));
        let closed = opened.unwrap_or(body).strip_suffix(SIDE).map(str::trim_end);
        let end = if line.ends_with('\n') { "\n" } else { "" };
        closed.or(opened).map(|inner| format!("{inner}{end}"))
    };
    text.split_inclusive('\n')
        .map(|line| inner(line).map_or(Cow::Borrowed(line), Cow::Owned))
        .collect()
}

/// Without what Markdown puts around a line: the backticks of code, or the stars of what somebody points at.
fn unmarked(text: String) -> String {
    const MARKS: [&str; 2] = ["`", "**"];
    if MARKS.iter().all(|mark| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_none()) {
        return text;
    }
    let inner = |line: &str| {
        let end = if line.ends_with('\n') { "\n" } else { "" };
        MARKS.iter().find_map(|mark| {
            let inner = line.trim().strip_prefix(mark)?.strip_suffix(mark)?;
            (!inner.is_empty() && !inner.contains(mark)).then(|| format!("{inner}{end}"))
        })
    };
    text.split_inclusive('\n')
        .map(|line| inner(line).map_or(Cow::Borrowed(line), Cow::Owned))
        .collect()
}

/// With the quotes that programs print, where a word processor made them curly.
fn straight(text: String) -> String {
    // All of them begin with these two bytes.
    if memchr::memmem::find(text.as_bytes(), b"\xe2\x80").is_none() {
        return text;
    }
    text.replace(['\u{201c}', '\u{201d}'], "\"").replace(['\u{2018}', '\u{2019}'], "'")
}

fn clean_line(line: &str) -> Cow<'_, str> {
    if memchr::memchr3(0x1b, 0, b'\r', line.as_bytes()).is_none() {
        return Cow::Borrowed(line);
    }
    let mut clean = String::with_capacity(line.len());
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\0' => {}
            // `ESC [ 0 ; 31 m` and the like end at their letter.
            '\u{1b}' if rest.peek() == Some(&'[') => {
                rest.next();
                while rest.next_if(|c| matches!(c, '0'..='9' | ';' | '?' | ':')).is_some() {}
                rest.next_if(|c| *c != '\n');
            }
            '\u{1b}' => {}
            '\r' if matches!(rest.peek(), None | Some('\n' | '\r')) => {}
            other => clean.push(other),
        }
    }
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_nuls_are_tears() {
        let block = "\0".repeat(BLOCK);
        for (text, expected) in [
            (format!("a\n{block}b\nc\n"), vec![2]),
            (format!("a\n{block}\nc\n"), vec![2]),
            (format!("a\nb{block}c\nd\n"), vec![2, 3]),
            ("a\0\0\nb\n".to_owned(), vec![]),
        ] {
            assert_eq!(tears(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn decoded() {
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain("pod é\r\n".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        for (bytes, expected) in [
            (b"a\r\nb\r\n".to_vec(), Some("a\nb\n")),
            (b"\xef\xbb\xbfa".to_vec(), Some("a")),
            (b"\x1b[0;31mred\x1b[0m x".to_vec(), Some("red x")),
            (
                b"one line of text\n\0\0\0\0\0\0\0\0\0\0\0\0\0\0two".to_vec(),
                Some("one line of text\ntwo"),
            ),
            (
                b"caf\xe9 is a word of latin-1\n".to_vec(),
                Some("caf\u{fffd} is a word of latin-1\n"),
            ),
            (utf16, Some("pod é\n")),
            (b"> Events:\n>\n>   Type  Reason\n".to_vec(), Some("Events:\n\n  Type  Reason\n")),
            (b"# NAME  READY\n#\n# web   0/1\n".to_vec(), Some("NAME  READY\n\nweb   0/1\n")),
            (
                b"$ kubectl get po\n# NAME\n#  web\n".to_vec(),
                Some("$ kubectl get po\nNAME\n web\n"),
            ),
            (b"# kubectl get po\nNAME\n".to_vec(), Some("# kubectl get po\nNAME\n")),
            (b"#1 is the first\n".to_vec(), Some("#1 is the first\n")),
            (b"`$ df /`\n``\n`a` is `b`\n".to_vec(), Some("$ df /\n``\n`a` is `b`\n")),
            (
                "│   Warning  Failed  5s  kubelet  no │\n│  such image   │\n  │ └─10.conf\n".into(),
                Some("  Warning  Failed  5s  kubelet  no\n such image\n  │ └─10.conf\n"),
            ),
            (b"* ==> a <==\n* b\n*  c\n*\n**d**\n".to_vec(), Some("==> a <==\nb\n c\n\nd\n")),
            (
                b"NAME  READY\n**web   0/1**\n**a** and **b**\n".to_vec(),
                Some("NAME  READY\nweb   0/1\n**a** and **b**\n"),
            ),
            (b"* a\n* b\n".to_vec(), Some("* a\n* b\n")),
            (b"> quoted\nand answered\n".to_vec(), Some("quoted\nand answered\n")),
            (
                "secret \u{201c}a\u{201d} isn\u{2019}t there".into(),
                Some("secret \"a\" isn't there"),
            ),
            (b"\x7fELF\x02\x01\x01\0\0\0\x03\x04\x01\x06\x07".to_vec(), None),
        ] {
            assert_eq!(text(bytes.clone()).as_deref(), expected, "{bytes:?}");
        }
    }
}

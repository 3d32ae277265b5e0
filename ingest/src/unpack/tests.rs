use std::io::Write;

use bzip2::write::BzEncoder;
use flate2::{Compression, write::GzEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::*;

#[derive(Default)]
struct Seen {
    files: Vec<(String, String)>,
    notes: Vec<(String, String)>,
    unread: Vec<(String, String)>,
    cut: Vec<String>,
    after: Vec<u64>,
}

impl Files for Seen {
    fn file(&mut self, path: &str, bytes: Vec<u8>, part: Part) {
        self.cut.extend((part == Part::Beginning).then(|| path.to_owned()));
        self.after.extend(if let Part::End(lines) = part { Some(lines) } else { None });
        self.files.push((path.to_owned(), String::from_utf8(bytes).unwrap()));
    }
    fn unread(&mut self, path: &str, why: String) {
        self.unread.push((path.to_owned(), why));
    }
    fn note(&mut self, path: &str, what: String) {
        self.notes.push((path.to_owned(), what));
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap().into_inner()
}

fn read(path: &str, bytes: &[u8]) -> Seen {
    let mut seen = Seen::default();
    Unpack::new().read(path, &mut &*bytes, &mut seen);
    seen
}

#[test]
fn gzip_members_are_one_file() {
    let seen = read("a.log.gz", &[gzip(b"one\n"), gzip(b"two\n")].concat());
    assert_eq!(seen.files, [("a.log.gz".into(), "one\ntwo\n".into())]);
}

#[test]
fn frames_of_zstd_are_one_file() {
    let frame = |text: &[u8]| compress_to_vec(text, CompressionLevel::Fastest);
    // What is between is for other readers: its length, then so many bytes.
    let skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9];
    let bytes = [&skipped[..], &frame(b"one\n"), &skipped, &frame(b"two\n")].concat();
    let seen = read("a.log.zst", &bytes);
    assert_eq!(seen.files, [("a.log.zst".into(), "one\ntwo\n".into())]);
    assert_eq!(read("b.zst", &bytes[..bytes.len() - 5]).files, []);
}

#[test]
fn streams_of_bzip2_are_one_file() {
    let stream = |text: &[u8]| {
        let mut encoder = BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    let seen = read("a.log.bz2", &[stream(b"one\n"), stream(b"two\n")].concat());
    assert_eq!(seen.files, [("a.log.bz2".into(), "one\ntwo\n".into())]);
}

#[test]
fn archives_nest() {
    let inner = gzip(&tar(&[("./n1/kubelet.log", b"x"), ("n1/dmesg", b"y")]));
    let seen = read("bundle.zip", &zip("dump.tar.gz", &inner));
    let expected = [
        ("bundle.zip/dump.tar.gz/n1/kubelet.log".into(), "x".into()),
        ("bundle.zip/dump.tar.gz/n1/dmesg".into(), "y".into()),
    ];
    assert_eq!(seen.files, expected);
    assert_eq!(seen.notes, []);
}

#[test]
fn a_damaged_member_does_not_hide_the_others() {
    let mut broken = gzip(b"lost");
    broken.truncate(12);
    let seen = read("b.tar", &tar(&[("a.gz", &broken), ("b", b"kept")]));
    assert_eq!(seen.files.last(), Some(&("b.tar/b".into(), "kept".into())));
    assert!(seen.unread.iter().any(|(path, _)| path == "b.tar/a.gz"), "{:?}", seen.unread);
}

#[test]
fn what_breaks_off_is_cut_at_a_line() {
    let text: String = (0..10_000).map(|line| format!("line {}\n", line * 7919 % 10_007)).collect();
    let mut broken = gzip(text.as_bytes());
    broken.truncate(broken.len() / 2);
    let seen = read("a.gz", &broken);
    let [(path, begun)] = seen.files.as_slice() else { panic!("{} files", seen.files.len()) };
    assert!(text.starts_with(begun) && begun.ends_with('\n') && begun.len() < text.len());
    assert_eq!((&seen.cut, seen.notes.len()), (&vec![path.clone()], 1));
}

/// Reads where one MiB of a file is held.
fn read_little(path: &str, bytes: &[u8]) -> Seen {
    let mut seen = Seen::default();
    Unpack { entry: 1 << 20, ..Unpack::new() }.read(path, &mut &*bytes, &mut seen);
    seen
}

#[test]
fn of_a_long_log_the_end_is_read() {
    let line = [[b'x'; 1023].as_slice(), b"\n"].concat();
    let log = [line.repeat(1500).as_slice(), b"last\n"].concat();
    let seen = read_little("k.log", &log);
    let [(_, text)] = seen.files.as_slice() else { panic!("{} files", seen.files.len()) };
    assert!(text.starts_with('x') && text.ends_with("x\nlast\n") && text.len() <= 1 << 20);
    let left_out = (log.len() - text.len()) / line.len();
    assert_eq!((seen.after, seen.cut.len()), (vec![left_out as u64], 0));
    assert_eq!(seen.notes, [("k.log".into(), "of one log only the last 1 MiB are read".into())]);
}

#[test]
fn of_long_objects_the_beginning_is_read() {
    let list = [b"{\n \"items\": [".as_slice(), &b"{},\n".repeat(300 << 10)].concat();
    let seen = read_little("pods.json", &list);
    assert_eq!((seen.after.len(), seen.cut.len()), (0, 1));
}

#[test]
fn a_bomb_is_stopped() {
    let bomb = gzip(&vec![0; 320 << 20]);
    let seen = read("bomb.gz", &bomb);
    assert!(seen.notes.iter().any(|(_, what)| what.contains("grows")), "{:?}", seen.notes);
    assert!(seen.files.iter().all(|(_, text)| text.len() < 256 << 20));
}

#[test]
fn a_bomb_in_pieces_is_stopped() {
    let zeros = vec![0; 48 << 20];
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["a", "b", "c", "d", "e", "f"] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(&zeros).unwrap();
    }
    let seen = read("bomb.zip", &writer.finish().unwrap().into_inner());
    assert!((3..6).contains(&seen.files.len()), "{}", seen.files.len());
    assert!(seen.notes.iter().any(|(path, what)| path == "bomb.zip" && what.contains("grows")));
}

#[test]
fn what_is_not_read_is_said() {
    for (path, bytes, why) in [
        ("a.journal", b"LPKSHHRH".as_slice(), "a binary journal (export it with "),
        ("b.zip", b"PK\x03\x04 and no more", "not read: the archive is damaged ("),
        ("c.gz", &gzip(b"text")[..8], "not read: the archive breaks off; "),
        ("d.zip", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "an archive without files"),
    ] {
        let seen = read(path, bytes);
        let [(unread, said)] = seen.unread.as_slice() else { panic!("{path} {:?}", seen.files) };
        assert_eq!((unread.as_str(), said.starts_with(why)), (path, true), "{said}");
    }
}

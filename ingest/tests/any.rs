//! Whatever the bytes, reading ends without a panic and gives the same for every order of files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use etio_ingest::{Options, Reader};
use etio_scan::Scanner;
use proptest::prelude::*;

/// Pieces that look like what the formats look for, so that random text gets past their first test.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,20}",
        "[IWEF][0-9]{4} [0-9:.]{8,15} +[0-9]{1,7} [a-z_]{1,9}\\.go:[0-9]{1,4}\\] ?",
        "(Jan|Sep|9月|Feb) [ 0-9]{1,2} [0-9:]{8} [a-z0-9-]{0,8} [a-z]{0,8}(\\[[0-9]{1,4}\\])?: ?",
        "20[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{0,9})?(Z|[+-][0-9]{2}:?[0-9]{2})? ",
        "time=\"[^\"]{0,30}\" level=[a-z]{1,8} msg=\"?[ -~]{0,20}\"?",
        "<[0-9]{1,3}>1? ?",
        "\\[ *[0-9]{1,9}\\.[0-9]{1,9}\\] ",
        "(stdout|stderr) [PF](:[PF])? ",
        Just("\n".to_owned()),
        Just("\t".to_owned()),
        Just("  ".to_owned()),
        Just("{\"log\":\"a\\n\",\"time\":\"2020-01-01T00:00:00Z\"}".to_owned()),
        Just("{\"__REALTIME_TIMESTAMP\":\"99999999999999999\",\"MESSAGE\":[1,2]}".to_owned()),
        Just("__CURSOR=x\n__REALTIME_TIMESTAMP=1\nMESSAGE\n".to_owned()),
        Just("-- Logs begin at ".to_owned()),
        Just("==== START logs for container a of pod b/c ====\n".to_owned()),
        Just("network not ready: ".to_owned()),
        Just("said ".to_owned()),
        Just("{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[".to_owned()),
        Just("apiVersion: v1\nkind: Pod\n".to_owned()),
        Just("LAST SEEN   TYPE   REASON   OBJECT   MESSAGE\n".to_owned()),
        Just("Events:\n  Type  Reason  Age  From  Message\n".to_owned()),
        Just("Filesystem 1K-blocks Used Available Use% Mounted on\n".to_owned()),
        Just("CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES\n".to_owned()),
        Just("  PID  PPID STAT COMMAND\n".to_owned()),
        Just("Name:   a\nNamespace:  b\nNode:  c/1\n".to_owned()),
        Just("Warning  Failed  5s (x3 over 9m)  kubelet  ".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(texts in prop::collection::vec(text(), 1..4)) {
        let pack = support::pack();
        let named: Vec<(String, &String)> =
            texts.iter().enumerate().map(|(n, text)| (format!("dir/{n}.log"), text)).collect();
        let read = |files: &mut dyn Iterator<Item = &(String, &String)>| {
            let scanner = Scanner::new(pack.clone());
            let mut reader = Reader::new(&scanner, Options::default());
            for (path, text) in files {
                reader.add(path, text.as_bytes());
            }
            reader.finish()
        };
        let forward = read(&mut named.iter());
        prop_assert_eq!(&forward, &read(&mut named.iter().rev()));
        let sources: Vec<_> = forward.facts().map(|fact| fact.origin).collect();
        for origin in sources {
            prop_assert!(forward.locate(origin).is_some());
        }
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..2000), magic in 0..6_usize) {
        let pack = support::pack();
        let start: &[u8] = [
            &[][..], &[0x1f, 0x8b, 8, 0], &[0xfd, b'7', b'z', b'X', b'Z', 0], b"PK\x03\x04",
            &[0xff, 0xfe], b"PK\x05\x06",
        ][magic];
        let scanner = Scanner::new(pack.clone());
        let mut reader = Reader::new(&scanner, Options::default());
        reader.add("f", [start, &bytes].concat().as_slice());
        let _ = reader.finish();
    }
}

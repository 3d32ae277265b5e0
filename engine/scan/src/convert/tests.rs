use super::*;

#[test]
fn durations() {
    for (text, nanos) in [
        ("3m10s", 190_000_000_000),
        ("1.5s", 1_500_000_000),
        ("27h14m51.4s", 98_091_400_000_000),
        ("250ms", 250_000_000),
        ("1.203µs", 1_203),
        ("0", 0),
        ("0s", 0),
        ("-2m", -120_000_000_000),
        ("5d3h", 442_800_000_000_000),
        ("999999999999999999999h", i64::MAX),
    ] {
        assert_eq!(duration(text), Some(nanos), "{text}");
    }
    for text in ["", "5", "s", "1x", "1 s", "1.s.", "-", "1s "] {
        assert_eq!(duration(text), None, "{text:?}");
    }
}

#[test]
fn times() {
    for (text, nanos) in [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-01-01T00:00:00Z", 1_767_225_600_000_000_000),
        ("2000-02-29T12:00:00.25Z", 951_825_600_250_000_000),
        ("2018-09-19 08:23:11 +0800", 1_537_316_591_000_000_000),
        ("2018-09-19T08:23:11.5+08:00", 1_537_316_591_500_000_000),
        ("1969-12-31T23:59:59Z", -1_000_000_000),
    ] {
        assert_eq!(time(text), Some(nanos), "{text}");
    }
    for text in
        ["2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00"]
    {
        assert_eq!(time(text), None, "{text}");
    }
}

#[test]
fn sizes() {
    for (text, size) in [
        ("0", 0),
        ("512", 512),
        ("512B", 512),
        ("100Mi", 104_857_600),
        ("16372Ki", 16_764_928),
        ("4kB", 4_000),
        ("1.5GB", 1_500_000_000),
        ("1.5GiB", 1_610_612_736),
        ("1024m", 2),
        ("99999999999999Ei", i64::MAX),
    ] {
        assert_eq!(bytes(text), Some(size), "{text}");
    }
    for text in ["", "Mi", "i", "5i", "5x", "-5", "1e3"] {
        assert_eq!(bytes(text), None, "{text}");
    }
}

#[test]
fn numbers() {
    assert_eq!(int("-12"), Some(-12));
    assert_eq!(int("99999999999999999999"), Some(i64::MAX));
    assert_eq!(int("1.0"), None);
    assert_eq!(float("-0.0").map(f64::to_bits), Some(0.0_f64.to_bits()));
    assert_eq!(float("inf"), None);
    assert_eq!(float("nan"), None);
    assert_eq!(percent("85.5%"), Some(85.5));
    assert_eq!(percent("85"), Some(85.0));
}

#[test]
fn values_are_canonical() {
    for (ty, text, expected) in [
        (Type::Image, "nginx", Some("docker.io/library/nginx:latest")),
        (Type::Cid, "docker://0916e388251d5b5d0e4f", Some("0916e388251d")),
        (Type::Node, "", None),
        (Type::Ip, "10.0.0.1", Some("10.0.0.1")),
        (Type::Ip, "10.0.0", None),
        (Type::Text, " as it stands ", Some(" as it stands ")),
    ] {
        assert_eq!(value(&ty, text), expected.map(Value::from), "{ty:?} {text}");
    }
}

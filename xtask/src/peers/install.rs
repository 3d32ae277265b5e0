//! Gets the peers from the package registries, by name and version, into the build directory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A command; the workload and its size follow.
pub(super) type Driver = Vec<String>;

/// Where things lie.
pub(super) struct Place {
    root: PathBuf,
    sources: PathBuf,
    build: PathBuf,
}

impl Place {
    pub(super) fn here() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
        let (sources, build) = (root.join("benches/peers"), root.join("target/peers"));
        Self { root: root.to_owned(), sources, build }
    }

    pub(super) fn file(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }
}

/// The drivers that can be had, and why the others cannot.
pub(super) fn drivers(
    place: &Place,
    wanted: &BTreeSet<&'static str>,
) -> (BTreeMap<&'static str, Driver>, BTreeMap<&'static str, String>) {
    let (mut drivers, mut absent) = (BTreeMap::new(), BTreeMap::new());
    for name in wanted {
        let driver = match *name {
            "etio" => rust(place, "etio-peer"),
            "floor" => rust(place, "floor"),
            "regex-set" => rust(place, "regex-set"),
            "clips" => python(place, "venv", "clipspy==1.0.6", "clips_rules.py"),
            "bytewax" => python(place, "venv", "bytewax==0.21.1", "bytewax_cep.py"),
            "drools" => drools(place),
            "etio-wasm" => wasm(place, "wasmtime"),
            "native" => wasm(place, "native"),
            "differential" => differential(place),
            "flink-function" => flink(place, "function"),
            "flink-sql" => flink(place, "sql"),
            _ => Err("nobody knows how to get it".into()),
        };
        match driver {
            Ok(driver) => drop(drivers.insert(*name, driver)),
            Err(why) => drop(absent.insert(*name, why)),
        }
    }
    (drivers, absent)
}

/// Packages of Python that bring the archives of Java along.
const DROOLS: &str = "drools_jpy==0.4.1";
const FLINK: &str = "apache-flink==2.3.0";

fn rust(place: &Place, binary: &str) -> Result<Driver, String> {
    let target = text(&place.root.join("target"));
    let args = ["build", "--release", "-p", "etio-peers", "--bin", binary, "--target-dir", &target];
    done(Command::new(cargo()).args(args).current_dir(&place.root))?;
    Ok(vec![text(&place.root.join("target/release").join(binary))])
}

/// The engine as a module under wasmtime, or the same work without one: a bench of the crate, as only its
/// benches and tests depend on wasmtime.
fn wasm(place: &Place, target: &str) -> Result<Driver, String> {
    crate::wasm::build()?;
    let manifest = text(&place.root.join("Cargo.toml"));
    let bench =
        ["bench", "--quiet", "--manifest-path", &manifest, "-p", "etio-wasm", "--bench", "wasm"];
    done(Command::new(cargo()).args(bench).arg("--no-run"))?;
    let words = bench.into_iter().chain(["--", target]).map(str::to_owned);
    Ok([cargo().to_string_lossy().into_owned()].into_iter().chain(words).collect())
}

/// A virtual environment with a package in it; its Python.
fn venv(place: &Place, name: &str, package: &str) -> Result<PathBuf, String> {
    let at = place.build.join(name);
    let python = at.join("bin/python");
    if !python.exists() {
        done(Command::new("python3").args(["-m", "venv"]).arg(&at))?;
    }
    done(Command::new(&python).args(["-m", "pip", "install", "--quiet", package]))?;
    Ok(python)
}

fn python(place: &Place, venv_name: &str, package: &str, script: &str) -> Result<Driver, String> {
    let python = venv(place, venv_name, package)?;
    Ok(vec![text(&python), text(&place.sources.join(script))])
}

/// A crate of its own, so that the workspace does not build what it depends on.
fn differential(place: &Place) -> Result<Driver, String> {
    let (sources, target) = (place.sources.join("differential"), place.build.join("differential"));
    let mut command = Command::new(cargo());
    command.args(["build", "--release", "--locked", "--target-dir"]).arg(&target);
    done(command.current_dir(sources))?;
    Ok(vec![text(&target.join("release/etio-peer-differential"))])
}

fn drools(place: &Place) -> Result<Driver, String> {
    venv(place, "venv", DROOLS)?;
    let path = jars(&place.build.join("venv"), "drools")?;
    java(place, "Drools", &path, &["-Xmx8g"])
}

/// Flink has a virtual environment of its own, as it asks for old versions of much.
fn flink(place: &Place, how: &str) -> Result<Driver, String> {
    venv(place, "flink", FLINK)?;
    let path = jars(&place.build.join("flink"), "pyflink/lib/")?;
    let opened = ["lang", "util"].map(|of| format!("--add-opens=java.base/java.{of}=ALL-UNNAMED"));
    let mut driver = java(place, "Flink", &path, &["-Xmx4g", &opened[0], &opened[1]])?;
    driver.push(how.to_owned());
    Ok(driver)
}

/// Compiles a class and says how to run it.
fn java(place: &Place, class: &str, path: &str, options: &[&str]) -> Result<Driver, String> {
    let classes = text(&place.build.join("classes"));
    let source = place.sources.join(format!("{class}.java"));
    std::fs::create_dir_all(&classes).map_err(|error| error.to_string())?;
    done(Command::new("javac").args(["-cp", path, "-d", &classes]).arg(source))?;
    let quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error";
    let path = format!("{path}:{classes}");
    let command = [&["java"], options, &[quiet, "-cp", &path, class]].concat();
    Ok(command.into_iter().map(str::to_owned).collect())
}

/// The archives below a directory whose path says this, as a class path.
fn jars(below: &Path, says: &str) -> Result<String, String> {
    let (mut open, mut found) = (vec![below.to_owned()], Vec::new());
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|of| of == "jar") && text(&path).contains(says) {
                found.push(text(&path));
            }
        }
    }
    found.sort();
    if found.is_empty() {
        Err(format!("no archive of `{says}` was installed"))
    } else {
        Ok(found.join(":"))
    }
}

fn cargo() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn done(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("cannot run it: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it failed").to_owned())
}

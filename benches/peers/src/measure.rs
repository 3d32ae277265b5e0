//! How drivers measure, and what they print: a figure, its value and its unit on a line.

use rustix::time::{ClockId, clock_gettime};

/// When something began, by the processor's time that this thread has had: other processes do not show.
pub struct Begin(f64);

impl Begin {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        let now = clock_gettime(ClockId::ThreadCPUTime);
        Self(now.tv_sec as f64 * 1e6 + now.tv_nsec as f64 / 1e3)
    }

    /// Prints what each of so many steps has cost since, in microseconds.
    pub fn figure(self, name: &str, steps: u32) {
        println!("{name} {:.4} us", (Self::now().0 - self.0) / f64::from(steps.max(1)));
    }
}

/// Does the same five times over and prints what it has cost in the middle, in milliseconds. What it makes is
/// dropped outside of the measure.
pub fn repeated<T>(name: &str, mut make: impl FnMut() -> T) {
    let mut took = [(); 5].map(|()| {
        let begin = Begin::now();
        let made = make();
        let took = Begin::now().0 - begin.0;
        drop(made);
        took
    });
    took.sort_by(f64::total_cmp);
    println!("{name} {:.4} ms", took[2] / 1e3);
}

/// Prints how often something was: by this, drivers can be seen to do the same.
pub fn count(name: &str, times: u64) {
    println!("{name} {times}");
}

/// Prints an amount of memory in megabytes, where it is known.
pub fn memory(name: &str, kilobytes: Option<f64>) {
    if let Some(kilobytes) = kilobytes {
        println!("{name} {:.1} MB", kilobytes / 1024.0);
    }
}

/// The most memory the process had so far, in kilobytes, where the system says so.
#[must_use]
pub fn peak() -> Option<f64> {
    status("VmHWM:")
}

/// The memory the process has, in kilobytes, where the system says so.
#[must_use]
pub fn resident() -> Option<f64> {
    status("VmRSS:")
}

fn status(name: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

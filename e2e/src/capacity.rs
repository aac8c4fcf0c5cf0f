//! What the kubelet takes the machine for. A fleet of tenants asks for more processors and memory than a machine for tests has,
//! though its pods only wait: the scheduler counts what is asked for, and so the node says that it has plenty.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::node::INSIDE;
use crate::process::run;

/// How many processors there seem to be.
const PROCESSORS: usize = 96;
/// How much memory there seems to be, in kB.
const MEMORY: u64 = 256 << 20;

/// Lays other answers over those files of the kernel in which the kubelet looks. To be called in the node's own mounts.
///
/// # Errors
/// A mount is refused.
pub fn enlarge() -> Result<()> {
    let mount = |arguments: &[&str]| run(Command::new("mount").args(arguments));
    // Without groups of processors, and without a place for each, they are counted and no more: the kubelet would set real
    // control groups to processors of these numbers.
    mount(&["-t", "tmpfs", "tmpfs", "/sys/devices/system/node"])?;
    mount(&["-t", "tmpfs", "tmpfs", "/sys/devices/system/cpu"])?;
    for number in 0..PROCESSORS {
        fs::create_dir(format!("/sys/devices/system/cpu/cpu{number}"))?;
    }
    let told = fs::read_to_string("/proc/meminfo")?;
    let lines = told.lines().map(|line| match line.split_once(':') {
        Some((name @ ("MemTotal" | "MemFree" | "MemAvailable"), _)) => format!("{name}: {MEMORY} kB\n"),
        _ => format!("{line}\n"),
    });
    let file = Path::new(INSIDE).join("meminfo");
    fs::write(&file, lines.collect::<String>())?;
    mount(&["--bind", &file.display().to_string(), "/proc/meminfo"])?;
    Ok(())
}

//! `cargo xtask bench`: our network and PyTorch on the same machine, the same threads, in one run.
//!
//! Both sides print lines `name<TAB>milliseconds`; here they are only called and laid side by side. What is timed stands in
//! `core/model/benches`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{Failure, Outcome};
use crate::{cargo, shell};

/// The PyTorch that the figures in `docs/performance.md` were measured with.
const TORCH: &str = "torch==2.4.1";

/// PyTorch's names carry this where the same work ran in its other memory format.
const OTHER_FORMAT: &str = "_channels_last";

/// One side's figures, in the order in which they were printed.
type Figures = Vec<(String, f64)>;

/// Times both sides on `threads` threads and prints a table.
pub fn bench(threads: Option<usize>) -> Outcome {
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = threads.unwrap_or(all).to_string();
    let python = environment()?;
    let (mut ours, mut theirs) = (Figures::new(), Figures::new());
    for name in ["peer", "step"] {
        // Chosen over the workspace for the same reason as in `run`; the binary links ks-model and nothing else of ours.
        let mut bench = cargo::cargo_in_root(&["bench", "--workspace", "--bench", name, "--", "--threads", &threads]);
        bench.env("RAYON_NUM_THREADS", &threads);
        let script = cargo::workspace_root().join(format!("core/model/benches/{name}_torch.py"));
        let mut peer = Command::new(&python);
        peer.arg(script).args(["--threads", &threads]).env("OMP_NUM_THREADS", &threads);
        println!("Timing Kinetoscope ({name}) on {threads} threads …");
        ours.extend(figures(&mut bench)?);
        println!("Timing PyTorch ({name}) on {threads} threads …");
        theirs.extend(figures(&mut peer)?);
    }
    println!("\n{}", table(&ours, &theirs));
    Ok(())
}

fn figures(command: &mut Command) -> Outcome<Figures> {
    let line = shell::line_of(command);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| Failure::failed(format!("{line} did not start: {error}")))?;
    if !output.status.success() {
        return Err(Failure::failed(format!("{line} failed ({})", output.status)));
    }
    let figures = read(&String::from_utf8_lossy(&output.stdout));
    if figures.is_empty() {
        return Err(Failure::failed(format!("{line} printed no line of the form name<TAB>milliseconds")));
    }
    Ok(figures)
}

fn read(text: &str) -> Figures {
    let one = |line: &str| {
        let (name, millis) = line.split_once('\t')?;
        let millis: f64 = millis.trim().parse().ok()?;
        (millis > 0.0 && millis.is_finite()).then(|| (name.trim().to_owned(), millis))
    };
    text.lines().filter_map(one).collect()
}

/// A Markdown table with their rows first, then those that only we have.
fn table(ours: &Figures, theirs: &Figures) -> String {
    let our_millis: BTreeMap<_, _> = ours.iter().map(|(name, millis)| (name.as_str(), *millis)).collect();
    let their_names: Vec<_> = theirs.iter().map(|(name, _)| name.as_str()).collect();
    let only_ours = ours.iter().filter(|(name, _)| !their_names.contains(&name.as_str()));
    let rows = theirs
        .iter()
        .map(|(name, millis)| {
            (name.as_str(), our_millis.get(name.trim_end_matches(OTHER_FORMAT)).copied(), Some(*millis))
        })
        .chain(only_ours.map(|(name, millis)| (name.as_str(), Some(*millis), None)));
    let mut text =
        "| what | Kinetoscope, ms | PyTorch, ms | times as fast |\n| --- | ---: | ---: | ---: |\n".to_owned();
    for (name, ours, theirs) in rows {
        let ratio = ours.zip(theirs).map(|(ours, theirs)| theirs / ours);
        writeln!(text, "| {name} | {} | {} | {} |", cell(ours), cell(theirs), cell(ratio))
            .expect("should always be possible to write to a string");
    }
    text
}

fn cell(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"))
}

/// The Python of an environment that holds PyTorch and nothing else of ours; delete the folder to be rid of it.
fn environment() -> Outcome<PathBuf> {
    let folder = cargo::tools_dir().join("torch");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if has_torch(&python) {
        return Ok(python);
    }
    let system = ["python3", "python"].into_iter().find_map(shell::which);
    let system =
        system.ok_or_else(|| Failure::failed("the comparison needs Python 3 (with venv) on the search path"))?;
    println!("Installing PyTorch into {} (up to 3 GB from PyPI) …", folder.display());
    shell::run(Command::new(system).args(["-m", "venv"]).arg(&folder)).map_err(|failure| {
        Failure::failed(format!("{failure}; on Debian and Ubuntu, `apt-get install python3-venv` mends it"))
    })?;
    if let Err(failure) = pip_install(&python, TORCH) {
        println!("{failure}; taking the newest PyTorch for this Python instead");
        pip_install(&python, "torch")?;
    }
    Ok(python)
}

fn has_torch(python: &Path) -> bool {
    let import = Command::new(python).args(["-c", "import torch"]).stderr(Stdio::null()).status();
    import.is_ok_and(|status| status.success())
}

fn pip_install(python: &Path, what: &str) -> Outcome {
    // PyTorch warns at every start when NumPy is not there.
    shell::run(Command::new(python).args(["-m", "pip", "install", "--quiet", "--no-cache-dir", what, "numpy"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_with_a_name_and_a_time_are_figures() {
        let text =
            "running on 2 threads\nir50_32x224\t812.5\nname only\nsgemm_2048\tfast\nzero\t0\ndw_fwd_64x32x56\t 9.25\n";
        assert_eq!(read(text), [("ir50_32x224".to_owned(), 812.5), ("dw_fwd_64x32x56".to_owned(), 9.25)]);
    }

    #[test]
    fn our_one_figure_stands_beside_both_memory_formats_of_pytorch() {
        let ours = read("ir50_32x224\t500\nextra\t1\n");
        let theirs = read("ir50_32x224\t2000\nir50_32x224_channels_last\t1500\nsgemm_2048\t100\n");
        let table = table(&ours, &theirs);
        let rows: Vec<_> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| ir50_32x224 | 500.00 | 2000.00 | 4.00 |",
                "| ir50_32x224_channels_last | 500.00 | 1500.00 | 3.00 |",
                "| sgemm_2048 | – | 100.00 | – |",
                "| extra | 1.00 | – | – |",
            ]
        );
    }
}

//! Times steps of training on the processor, for comparison with a peer: forward, backward and optimizer, one line a figure,
//! `name<TAB>milliseconds`, the least of several runs. What each held in memory at most goes to standard error, beside what
//! the plan says.
//!
//! `cargo xtask bench` runs this beside PyTorch on the same threads.
#![expect(clippy::print_stdout, reason = "the figures are the output")]
#![expect(unsafe_code, reason = "an allocator that counts")]

mod common;

use std::alloc::{GlobalAlloc, Layout};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use ks_domain::training::{NormPolicy, StepSettings, TrainedParts};
use ks_domain::{ArchSpec, BottleneckMode, Normalization};
use ks_model::train::{Targets, Trainer, training_bytes};
use ks_model::weights::formula_weights;
use ks_model::{ClipBatch, DeviceChoice, choose_device};

/// The program's allocator, and how much it holds and held at most.
struct Counting {
    inner: mimalloc::MiMalloc,
    held: AtomicUsize,
    most: AtomicUsize,
}

#[global_allocator]
static ALLOCATOR: Counting =
    Counting { inner: mimalloc::MiMalloc, held: AtomicUsize::new(0), most: AtomicUsize::new(0) };

// SAFETY: everything is the inner allocator's; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = self.held.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        self.most.fetch_max(held, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { self.inner.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.held.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { self.inner.dealloc(pointer, layout) }
    }
}

/// Steps of each figure; the first only warms up.
const RUNS: usize = 5;

fn main() {
    common::keep_freed_memory();
    let arguments: Vec<String> = std::env::args().collect();
    let after =
        |name: &str| arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
    let threads = after("--threads").and_then(|threads| threads.parse().ok());
    let wanted = after("--only").cloned().unwrap_or_default();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0));
    pool.build_global().expect("should be the first to set up the pool");
    let small = ArchSpec { stage_blocks: [1; 4], base_channels: 32, ..ArchSpec::new(BottleneckMode::Ir, 101) };
    let full = ArchSpec::new(BottleneckMode::Ir, 400);
    let (all, last) = (TrainedParts::All, TrainedParts::LastStages(1));
    for (name, arch, parts, norm, shape) in [
        ("step_small_frozen_2x8x112", &small, all, NormPolicy::Frozen, [2, 8, 112, 112, 3]),
        ("step_small_live_2x8x112", &small, all, NormPolicy::Train, [2, 8, 112, 112, 3]),
        ("step_ir50_frozen_2x8x112", &full, all, NormPolicy::Frozen, [2, 8, 112, 112, 3]),
        ("step_ir50_live_2x8x112", &full, all, NormPolicy::Train, [2, 8, 112, 112, 3]),
        ("step_ir50_last_2x8x112", &full, last, NormPolicy::Frozen, [2, 8, 112, 112, 3]),
    ] {
        if name.contains(&wanted) {
            step(name, arch, StepSettings { parts, norm, ..StepSettings::default() }, shape);
        }
    }
}

fn step(name: &str, arch: &ArchSpec, settings: StepSettings, shape: [usize; 5]) {
    let device = choose_device(&DeviceChoice::Cpu).expect("should always have a processor");
    let weights = formula_weights(arch, 11);
    let before = ALLOCATOR.held.load(Ordering::Relaxed);
    ALLOCATOR.most.store(before, Ordering::Relaxed);
    let mut trainer = Trainer::new(&weights, &settings, device, 0).expect("should be in order");
    let pixels: Vec<u8> = (0..shape.iter().product::<usize>()).map(|i| (i * 31 % 251) as u8).collect();
    let labels: Vec<usize> = (0..shape[0]).collect();
    let mut least = f64::INFINITY;
    for run in 0..RUNS {
        let start = Instant::now();
        let clips = ClipBatch { pixels: &pixels, shape };
        let found = trainer.accumulate(clips, &Normalization::IMAGENET, Targets::Classes(&labels), 1.0);
        black_box(found.expect("should compute"));
        trainer.step(1e-4).expect("should step");
        if run > 0 {
            least = least.min(start.elapsed().as_secs_f64());
        }
    }
    let most = ALLOCATOR.most.load(Ordering::Relaxed) - before;
    let planned = training_bytes(arch, &settings, shape);
    eprintln!("{name}: held {} MB at most, planned {} MB", most / 1_000_000, planned / 1_000_000);
    println!("{name}\t{:.3}", least * 1e3);
}

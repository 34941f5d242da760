//! Times the network and its operators on the processor, for comparison with a peer: one line a figure,
//! `name<TAB>milliseconds`, the least of several runs.
//!
//! `cargo xtask bench` runs this beside PyTorch on the same threads.
#![expect(clippy::print_stdout, reason = "the figures are the output")]

mod common;

use std::hint::black_box;
use std::time::Instant;

use ks_domain::Normalization;
use ks_domain::{ArchSpec, BottleneckMode};
use ks_model::cpu::depthwise::{self, Epilogue, Geometry};
use ks_model::cpu::gemm::{self, PackedMatrix, Rows, gemm};
use ks_model::weights::formula_weights;
use ks_model::{ClipBatch, DeviceChoice, Recognizer, choose_device};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs of each figure; the first only warms up.
const RUNS: usize = 8;

fn main() {
    common::keep_freed_memory();
    let arguments: Vec<String> = std::env::args().collect();
    let threads = arguments
        .iter()
        .position(|argument| argument == "--threads")
        .and_then(|at| arguments.get(at + 1)?.parse().ok());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0));
    pool.build_global().expect("should be the first to set up the pool");
    sgemm();
    for (channels, time, side) in [(64, 32, 56), (128, 16, 28), (256, 8, 14), (512, 4, 7)] {
        operators(channels, time, side);
    }
    network();
}

fn report(name: &str, mut work: impl FnMut()) {
    let mut least = f64::INFINITY;
    for run in 0..RUNS {
        let start = Instant::now();
        work();
        if run > 0 {
            least = least.min(start.elapsed().as_secs_f64());
        }
    }
    println!("{name}\t{:.3}", least * 1e3);
}

fn sgemm() {
    const N: usize = 2048;
    let (a, b, mut out) = (vec![0.5f32; N * N], vec![0.25f32; N * N], vec![0f32; N * N]);
    let packed = PackedMatrix::new(&b, N, N);
    report("sgemm_2048", || {
        let rows = Rows { data: &a, count: N, offset: |row| row * N, segments: &[0], segment_len: N };
        gemm(&rows, &packed, gemm::Epilogue::default(), &mut out);
    });
}

fn operators(channels: usize, time: usize, side: usize) {
    let volume = [1, time, side, side, channels];
    let elements = volume.iter().product();
    let geometry = Geometry::strided([1; 3]);
    let (x, gradient, weight) = (vec![0.5f32; elements], vec![0.3f32; elements], vec![0.1f32; 27 * channels]);
    let (mut out, mut of_weight) = (vec![0f32; elements], vec![0f32; 27 * channels]);
    let shape = format!("{channels}x{time}x{side}");
    report(&format!("dw_fwd_{shape}"), || {
        depthwise::forward(&x, volume, &weight, geometry, Epilogue::default(), &mut out);
    });
    report(&format!("dw_dgrad_{shape}"), || depthwise::data_gradient(&gradient, volume, &weight, geometry, &mut out));
    report(&format!("dw_wgrad_{shape}"), || {
        depthwise::weight_gradient(&x, volume, &gradient, geometry, &mut of_weight);
    });
}

fn network() {
    let device = choose_device(&DeviceChoice::Cpu).expect("should always have a processor");
    let weights = formula_weights(&ArchSpec::new(BottleneckMode::Ir, 400), 11);
    let mut recognizer = Recognizer::from_weights(&weights, &device);
    let shape = [1, 32, 224, 224, 3];
    let pixels: Vec<u8> = (0..shape.iter().product::<usize>()).map(|i| (i * 31 % 251) as u8).collect();
    report("ir50_32x224", || {
        let scores = recognizer.logits(ClipBatch { pixels: &pixels, shape }, &Normalization::IMAGENET);
        black_box(scores.expect("should compute"));
    });
}

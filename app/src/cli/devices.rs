//! `kinetoscope devices`: what can compute.

use std::io::{self, Write as _};

use ks_engine::{DeviceInfo, DeviceKind};
use serde::Serialize;

use super::Exit;
use super::args::DevicesArgs;

/// What `--json` prints for one device. The fields are described in `docs/cli.md`.
#[derive(Serialize)]
struct Entry {
    /// What to give to `--device`.
    device: String,
    kind: &'static str,
    backend: String,
    name: String,
}

impl From<DeviceInfo> for Entry {
    fn from(info: DeviceInfo) -> Self {
        Self { device: info.choice.to_string(), kind: kind(info.kind), backend: info.backend, name: info.name }
    }
}

pub(super) fn kind(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::DiscreteGpu => "discrete GPU",
        DeviceKind::IntegratedGpu => "integrated GPU",
        DeviceKind::VirtualGpu => "virtual GPU",
        DeviceKind::SoftwareGpu => "software GPU",
        DeviceKind::Cpu => "CPU",
    }
}

pub(super) fn run(args: &DevicesArgs) -> anyhow::Result<Exit> {
    let devices: Vec<Entry> = ks_engine::enumerate_devices().into_iter().map(Entry::from).collect();
    let mut out = io::stdout().lock();
    if args.json {
        let text = serde_json::to_string_pretty(&devices)?;
        writeln!(out, "{text}")?;
    } else {
        for Entry { device, kind, backend, name } in &devices {
            writeln!(out, "{device:<8} {kind:<15} {backend:<8} {name}")?;
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}

//! `kinetoscope devices`: what can compute.

use std::io::{self, Write as _};

use ks_engine::DeviceInfo;
use serde::Serialize;

use super::Exit;
use super::args::DevicesArgs;
use crate::checks::kind;

/// What is printed of one device. The fields are described in `docs/schema/devices.schema.json`.
#[derive(Serialize)]
pub(super) struct Device {
    /// What to give to `--device`.
    device: String,
    kind: &'static str,
    backend: String,
    name: String,
}

impl From<DeviceInfo> for Device {
    fn from(info: DeviceInfo) -> Self {
        Self { device: info.choice.to_string(), kind: kind(info.kind), backend: info.backend, name: info.name }
    }
}

pub(super) fn run(args: &DevicesArgs) -> anyhow::Result<Exit> {
    let devices: Vec<Device> = ks_engine::enumerate_devices().into_iter().map(Device::from).collect();
    let mut out = io::stdout().lock();
    if args.json {
        let text = serde_json::to_string_pretty(&devices)?;
        writeln!(out, "{text}")?;
    } else {
        for Device { device, kind, backend, name } in &devices {
            writeln!(out, "{device:<8} {kind:<15} {backend:<8} {name}")?;
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}

//! Where the network is computed: what there is, and which of it is chosen, and why.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What the user asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceChoice {
    /// The best there is: CUDA, else a hardware graphics adapter, else the processor. Never a software adapter.
    #[default]
    Auto,
    /// An NVIDIA GPU through CUDA, by number.
    Cuda(usize),
    /// A graphics adapter, by its number in the list of devices.
    Gpu(usize),
    /// The processor.
    Cpu,
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
            Self::Gpu(number) => write!(f, "gpu:{number}"),
            Self::Cpu => f.write_str("cpu"),
        }
    }
}

/// A device name that cannot be understood.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("“{0}” is not a device; write auto, cpu, gpu:0, gpu:1… or cuda:0, cuda:1…")]
pub struct DeviceNameError(String);

impl FromStr for DeviceChoice {
    type Err = DeviceNameError;

    fn from_str(text: &str) -> Result<Self, DeviceNameError> {
        let number = |rest: &str| rest.parse().map_err(|_parse| DeviceNameError(text.to_owned()));
        match text.split_once(':') {
            None if text == "auto" => Ok(Self::Auto),
            None if text == "cpu" => Ok(Self::Cpu),
            None if text == "gpu" => Ok(Self::Gpu(0)),
            None if text == "cuda" => Ok(Self::Cuda(0)),
            Some(("cuda", rest)) => Ok(Self::Cuda(number(rest)?)),
            Some(("gpu", rest)) => Ok(Self::Gpu(number(rest)?)),
            _ => Err(DeviceNameError(text.to_owned())),
        }
    }
}

/// What kind of hardware a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceKind {
    /// A graphics card.
    DiscreteGpu,
    /// Graphics on the processor's chip.
    IntegratedGpu,
    /// A GPU that a virtual machine is given.
    VirtualGpu,
    /// A graphics driver that computes on the processor; for tests, never chosen on its own.
    SoftwareGpu,
    /// The processor.
    Cpu,
}

/// One device that the network can be computed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// How to ask for it.
    pub choice: DeviceChoice,
    /// Its name, as its driver tells it.
    pub name: String,
    /// How it is reached: `cuda`, `vulkan`, `dx12`, `metal`, `gl` or `cpu`.
    pub backend: String,
    /// What kind of hardware it is.
    pub kind: DeviceKind,
}

/// A device that was chosen, and why.
#[derive(Clone, Debug)]
pub struct ChosenDevice {
    /// Which one.
    pub info: DeviceInfo,
    /// Why this one, in a sentence for the user.
    pub reason: String,
    device: Device,
}

impl ChosenDevice {
    /// Burn's handle, for those who make tensors of their own.
    pub fn burn_device(&self) -> &Device {
        &self.device
    }

    /// From now on, tensors made on this device remember how they came about.
    pub(crate) fn track_gradients(&mut self) {
        self.device = self.device.clone().autodiff();
    }
}

/// Why a device cannot be had.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum DeviceError {
    /// None of that number.
    #[error("there is no device {wanted} here; there are {available}")]
    Absent {
        /// What was asked for.
        wanted: DeviceChoice,
        /// What there is.
        available: String,
    },
    /// Not in this program.
    #[error(
        "this program was built without CUDA, so {0} cannot be used; choose auto, gpu:0 or cpu, or install the CUDA build"
    )]
    WithoutCuda(DeviceChoice),
}

/// Every device of this machine, without opening any: CUDA, then graphics adapters, then the processor.
pub fn enumerate_devices() -> Vec<DeviceInfo> {
    found().into_iter().map(|(info, _)| info).collect()
}

/// Keeps what is learnt about a GPU in `folder`: which of several kernels is fastest for which shape. To be called
/// before the first tensor; without it, the folder depends on where the program was started.
pub fn keep_tuning_in(folder: &Path) {
    #[cfg(feature = "gpu")]
    gpu::keep_tuning_in(folder);
    #[cfg(not(feature = "gpu"))]
    let _ = folder; // The processor's kernels are not chosen by trying.
}

/// Chooses a device. Nothing is opened yet; the first tensor does that.
///
/// # Errors
/// If the wanted device is not there. `Auto` and `Cpu` always are.
pub fn choose_device(choice: &DeviceChoice) -> Result<ChosenDevice, DeviceError> {
    // Looking for graphics adapters loads their drivers: not for somebody who wants none.
    let found = if *choice == DeviceChoice::Cpu { vec![cpu()] } else { found() };
    let software: Vec<&str> = found
        .iter()
        .filter(|(info, _)| info.kind == DeviceKind::SoftwareGpu)
        .map(|(info, _)| info.name.as_str())
        .collect();
    let position = match choice {
        DeviceChoice::Auto => found.iter().position(|(info, _)| info.kind != DeviceKind::SoftwareGpu),
        named => found.iter().position(|(info, _)| info.choice == *named),
    };
    if position.is_none() && matches!(choice, DeviceChoice::Cuda(_)) && !cfg!(feature = "cuda") {
        return Err(DeviceError::WithoutCuda(*choice));
    }
    let available =
        found.iter().map(|(info, _)| format!("{} ({})", info.choice, info.name)).collect::<Vec<_>>().join(", ");
    let position = position.ok_or(DeviceError::Absent { wanted: *choice, available })?;
    let reason = match (choice, found.get(position).map(|(info, _)| info.kind)) {
        (DeviceChoice::Auto, Some(DeviceKind::Cpu)) if software.is_empty() => "no GPU was found".to_owned(),
        (DeviceChoice::Auto, Some(DeviceKind::Cpu)) => {
            format!(
                "no hardware GPU was found; {} is a software driver and is only used when named",
                software.join(", ")
            )
        }
        (DeviceChoice::Auto, _) => "the first hardware GPU in the order CUDA, graphics adapters".to_owned(),
        _ => "it was asked for".to_owned(),
    };
    let (info, device) = found.into_iter().nth(position).expect("should be a position in the list");
    tracing::info!(device = %info.choice, name = %info.name, backend = %info.backend, reason, "compute device chosen");
    Ok(ChosenDevice { info, reason, device })
}

/// All devices with Burn's handle of each, best first.
fn found() -> Vec<(DeviceInfo, Device)> {
    let mut found = Vec::new();
    #[cfg(feature = "cuda")]
    found.extend(gpu::cuda());
    #[cfg(feature = "gpu")]
    found.extend(gpu::adapters());
    found.push(cpu());
    found
}

fn cpu() -> (DeviceInfo, Device) {
    let info =
        DeviceInfo { choice: DeviceChoice::Cpu, name: processor(), backend: "cpu".to_owned(), kind: DeviceKind::Cpu };
    (info, Device::flex())
}

/// The processor with its instruction set and threads.
fn processor() -> String {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let isa = match crate::cpu::simd::Isa::detect() {
        crate::cpu::simd::Isa::Avx512 => "AVX-512",
        crate::cpu::simd::Isa::Avx2 => "AVX2",
        crate::cpu::simd::Isa::Portable => std::env::consts::ARCH,
    };
    let plural = if threads == 1 { "" } else { "s" };
    format!("processor, {isa}, {threads} thread{plural}")
}

#[cfg(feature = "gpu")]
mod gpu {
    //! Devices that cubecl would find, in its own order, asked without opening them.

    use std::path::Path;

    use burn::tensor::{Device, DeviceKind as BurnKind};
    use cubecl::config::{CubeClRuntimeConfig, RuntimeConfig as _};

    use super::{DeviceChoice, DeviceInfo, DeviceKind};

    /// The framework's first look at its configuration resets the folder, so it is made to look before.
    pub(super) fn keep_tuning_in(folder: &Path) {
        let _configuration = CubeClRuntimeConfig::get();
        cubecl::environment::set_root(folder);
    }

    #[cfg(feature = "cuda")]
    pub(super) fn cuda() -> Vec<(DeviceInfo, Device)> {
        let devices = Device::enumerate(burn::tensor::DeviceType::Cuda).into_vec();
        let named = |number| DeviceInfo {
            choice: DeviceChoice::Cuda(number),
            name: format!("NVIDIA GPU {number}"),
            backend: "cuda".to_owned(),
            kind: DeviceKind::DiscreteGpu,
        };
        devices.into_iter().enumerate().map(|(number, device)| (named(number), device)).collect()
    }

    /// The graphics adapters, hardware first. cubecl settles on the first graphics API that has a hardware adapter and
    /// counts the adapters of each kind there; the same is done here.
    pub(super) fn adapters() -> Vec<(DeviceInfo, Device)> {
        let (api, adapters) = settle();
        let mut counts = [0usize; 3];
        let mut count = |kind: usize| {
            counts[kind] += 1;
            counts[kind] - 1
        };
        let mut found: Vec<(DeviceInfo, BurnKind)> = Vec::new();
        for adapter in adapters {
            let (kind, place) = match adapter.device_type {
                wgpu::DeviceType::DiscreteGpu => (DeviceKind::DiscreteGpu, BurnKind::DiscreteGpu(count(0))),
                wgpu::DeviceType::IntegratedGpu => (DeviceKind::IntegratedGpu, BurnKind::IntegratedGpu(count(1))),
                wgpu::DeviceType::VirtualGpu => (DeviceKind::VirtualGpu, BurnKind::VirtualGpu(count(2))),
                wgpu::DeviceType::Cpu => (DeviceKind::SoftwareGpu, BurnKind::Cpu),
                // Burn cannot name an adapter whose driver does not tell its kind.
                wgpu::DeviceType::Other => continue,
            };
            let info = DeviceInfo { choice: DeviceChoice::Gpu(0), name: adapter.name, backend: api.to_string(), kind };
            found.push((info, place));
        }
        found.sort_by_key(|(info, _)| match info.kind {
            DeviceKind::DiscreteGpu => 0,
            DeviceKind::IntegratedGpu => 1,
            DeviceKind::VirtualGpu => 2,
            DeviceKind::SoftwareGpu | DeviceKind::Cpu => 3,
        });
        let numbered = |(number, (info, place)): (usize, (DeviceInfo, BurnKind))| {
            (DeviceInfo { choice: DeviceChoice::Gpu(number), ..info }, open(place))
        };
        found.into_iter().enumerate().map(numbered).collect()
    }

    /// SPIR-V where that is compiled in, WGSL elsewhere.
    fn open(place: BurnKind) -> Device {
        #[cfg(feature = "vulkan")]
        return Device::vulkan(place);
        #[cfg(not(feature = "vulkan"))]
        Device::wgpu(place)
    }

    fn settle() -> (wgpu::Backend, Vec<wgpu::AdapterInfo>) {
        let chain: &[wgpu::Backend] = if cfg!(target_os = "macos") {
            &[wgpu::Backend::Metal]
        } else if cfg!(feature = "vulkan") {
            &[wgpu::Backend::Vulkan]
        } else {
            &[wgpu::Backend::Vulkan, wgpu::Backend::Dx12, wgpu::Backend::Gl]
        };
        let mut software = None;
        for api in chain {
            let backends = wgpu::Backends::from(*api);
            let descriptor =
                wgpu::InstanceDescriptor { backends, ..wgpu::InstanceDescriptor::new_without_display_handle() };
            let instance = wgpu::Instance::new(descriptor);
            let adapters = pollster::block_on(instance.enumerate_adapters(backends));
            let adapters: Vec<wgpu::AdapterInfo> = adapters.iter().map(wgpu::Adapter::get_info).collect();
            if adapters.iter().any(|adapter| adapter.device_type != wgpu::DeviceType::Cpu) {
                return (*api, adapters);
            }
            if software.is_none() && !adapters.is_empty() {
                software = Some((*api, adapters));
            }
        }
        software.unwrap_or((wgpu::Backend::Vulkan, Vec::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_names_are_read_and_written() {
        for name in ["auto", "cpu", "gpu:3", "cuda:0"] {
            assert_eq!(name.parse::<DeviceChoice>().expect("should parse").to_string(), name);
        }
        for name in ["", "gpu:x", "tpu", "cpu:1", "cuda:-1"] {
            assert!(name.parse::<DeviceChoice>().is_err(), "{name}");
        }
    }

    #[test]
    fn software_adapters_are_never_chosen_on_their_own() {
        let chosen = choose_device(&DeviceChoice::Auto).expect("should always find the processor");
        assert_ne!(chosen.info.kind, DeviceKind::SoftwareGpu);
        assert!(!chosen.reason.is_empty());
    }

    #[test]
    fn an_absent_device_is_an_error_that_lists_what_there_is() {
        let error = choose_device(&DeviceChoice::Gpu(99)).expect_err("should not exist");
        assert!(error.to_string().contains("cpu"), "{error}");
    }
}

//! What can compute, and how the compute engine's process fares.

use super::video::Failure;

/// One device that can compute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceEntry {
    /// How it is named in settings (`cpu`, `gpu:0`, `cuda:0`).
    pub id: String,
    /// What it is (`NVIDIA GeForce RTX 4090`).
    pub name: String,
    /// More about it (`CUDA 12`, `Vulkan`, `8 threads`); may be empty.
    pub details: String,
    /// Whether it is a real accelerator: neither a processor nor a software rasteriser.
    pub is_gpu: bool,
}

/// What can compute, and what was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceState {
    /// Best first; `None` until the engine has said.
    pub found: Option<Vec<DeviceEntry>>,
    /// What the user wants: `auto` or a device's id.
    pub wanted: String,
    /// The device that computes, once a network is loaded.
    pub chosen: Option<DeviceEntry>,
    /// Why that one, in a sentence.
    pub reason: String,
}

impl Default for DeviceState {
    fn default() -> Self {
        Self { found: None, wanted: "auto".to_owned(), chosen: None, reason: String::new() }
    }
}

impl DeviceState {
    /// The device that computes or would compute now. `auto` takes the first GPU, else the processor; never a software
    /// rasteriser, which is neither.
    pub fn current(&self) -> Option<&DeviceEntry> {
        let mut found = self.found.iter().flatten();
        self.chosen.as_ref().or_else(|| match self.wanted.as_str() {
            "auto" => found.find(|device| device.is_gpu || device.id == "cpu"),
            wanted => found.find(|device| device.id == wanted),
        })
    }

    /// Whether the engine found devices and none of them is a GPU.
    pub fn lacks_gpu(&self) -> bool {
        self.found.as_ref().is_some_and(|found| !found.iter().any(|device| device.is_gpu))
    }
}

/// How the compute engine's process fares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EngineState {
    /// Starting.
    #[default]
    Starting,
    /// Working or waiting.
    Running,
    /// Died and is being started again.
    Restarting,
    /// Died too often.
    Down(Failure),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn automatic_never_means_a_software_rasteriser() {
        let entry =
            |id: &str, is_gpu| DeviceEntry { id: id.to_owned(), name: id.to_owned(), details: String::new(), is_gpu };
        let mut devices =
            DeviceState { found: Some(vec![entry("gpu:0", false), entry("cpu", false)]), ..Default::default() };
        assert_eq!(devices.current().map(|device| device.id.as_str()), Some("cpu"));
        devices.found = Some(vec![entry("gpu:0", true), entry("cpu", false)]);
        assert_eq!(devices.current().map(|device| device.id.as_str()), Some("gpu:0"));
        devices.wanted = "gpu:7".to_owned();
        assert_eq!(devices.current(), None);
    }
}

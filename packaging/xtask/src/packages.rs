//! Which packages bring a need, per package manager: a table and nothing else.
//!
//! The names for apt are tried on Debian 12; those of the others come from the distributions' package lists.

use crate::need::Need;
use crate::os_release::Manager;

/// The packages that bring `need`, by their names in `manager`'s distributions.
pub fn packages(manager: Manager, need: Need) -> &'static [&'static str] {
    match manager {
        Manager::Apt => apt(need),
        Manager::Dnf => dnf(need),
        Manager::Pacman => pacman(need),
        Manager::Zypper => zypper(need),
    }
}

fn apt(need: Need) -> &'static [&'static str] {
    match need {
        Need::CCompiler => &["build-essential"],
        Need::PkgConfig => &["pkg-config"],
        Need::FastLinker => &["clang", "mold"],
        Need::GStreamerDevelopment => &["libgstreamer1.0-dev", "libgstreamer-plugins-base1.0-dev"],
        Need::PluginsBase => &["gstreamer1.0-plugins-base"],
        Need::PluginsGood => &["gstreamer1.0-plugins-good"],
        Need::PluginsBad => &["gstreamer1.0-plugins-bad"],
        Need::PluginsLibav => &["gstreamer1.0-libav"],
        Need::SoundOutput => &["gstreamer1.0-alsa", "gstreamer1.0-pulseaudio"],
        Need::VulkanLoader => &["libvulkan1"],
        Need::MesaVulkan => &["mesa-vulkan-drivers"],
        Need::WindowLibraries => &[
            "libx11-6",
            "libx11-xcb1",
            "libxcursor1",
            "libxi6",
            "libxrandr2",
            "libxkbcommon0",
            "libxkbcommon-x11-0",
            "libwayland-client0",
            "libegl1",
            "libgl1",
        ],
    }
}

fn dnf(need: Need) -> &'static [&'static str] {
    match need {
        Need::CCompiler => &["gcc"],
        Need::PkgConfig => &["pkgconf-pkg-config"],
        Need::FastLinker => &["clang", "mold"],
        Need::GStreamerDevelopment => &["gstreamer1-devel", "gstreamer1-plugins-base-devel"],
        Need::PluginsBase => &["gstreamer1-plugins-base"],
        Need::PluginsGood => &["gstreamer1-plugins-good"],
        Need::PluginsBad => &["gstreamer1-plugins-bad-free"],
        Need::PluginsLibav => &["gstreamer1-plugin-libav"],
        Need::SoundOutput => &["pipewire-gstreamer"],
        Need::VulkanLoader => &["vulkan-loader"],
        Need::MesaVulkan => &["mesa-vulkan-drivers"],
        Need::WindowLibraries => &[
            "libX11",
            "libX11-xcb",
            "libXcursor",
            "libXi",
            "libXrandr",
            "libxkbcommon",
            "libxkbcommon-x11",
            "libwayland-client",
            "libglvnd-egl",
            "libglvnd-glx",
        ],
    }
}

fn pacman(need: Need) -> &'static [&'static str] {
    match need {
        Need::CCompiler => &["gcc"],
        Need::PkgConfig => &["pkgconf"],
        Need::FastLinker => &["clang", "mold"],
        Need::GStreamerDevelopment => &["gstreamer", "gst-plugins-base-libs"],
        Need::PluginsBase => &["gst-plugins-base"],
        Need::PluginsGood => &["gst-plugins-good"],
        Need::PluginsBad => &["gst-plugins-bad"],
        Need::PluginsLibav => &["gst-libav"],
        Need::SoundOutput => &["gst-plugin-pipewire"],
        Need::VulkanLoader => &["vulkan-icd-loader"],
        Need::MesaVulkan => &["vulkan-swrast"],
        Need::WindowLibraries => {
            &["libx11", "libxcursor", "libxi", "libxrandr", "libxkbcommon", "libxkbcommon-x11", "wayland", "libglvnd"]
        }
    }
}

fn zypper(need: Need) -> &'static [&'static str] {
    match need {
        Need::CCompiler => &["gcc"],
        Need::PkgConfig => &["pkgconf-pkg-config"],
        Need::FastLinker => &["clang", "mold"],
        Need::GStreamerDevelopment => &["gstreamer-devel", "gstreamer-plugins-base-devel"],
        Need::PluginsBase => &["gstreamer-plugins-base"],
        Need::PluginsGood => &["gstreamer-plugins-good"],
        Need::PluginsBad => &["gstreamer-plugins-bad"],
        Need::PluginsLibav => &["gstreamer-plugins-libav"],
        Need::SoundOutput => &["gstreamer-plugin-pipewire"],
        Need::VulkanLoader => &["libvulkan1"],
        Need::MesaVulkan => &["libvulkan_lvp"],
        Need::WindowLibraries => &[
            "libX11-6",
            "libX11-xcb1",
            "libXcursor1",
            "libXi6",
            "libXrandr2",
            "libxkbcommon0",
            "libxkbcommon-x11-0",
            "libwayland-client0",
            "libglvnd",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_can_be_installed_by_every_manager() {
        for manager in Manager::ALL {
            for need in Need::ALL {
                assert!(!packages(manager, need).is_empty(), "{manager:?} has nothing for {need:?}");
            }
        }
    }

    #[test]
    fn a_package_name_has_no_blank_and_no_option_in_it() {
        for manager in Manager::ALL {
            for name in Need::ALL.into_iter().flat_map(|need| packages(manager, need)) {
                assert!(!name.starts_with('-') && !name.contains(char::is_whitespace), "{manager:?}: {name:?}");
            }
        }
    }
}

//! What a missing part is called, and how it is installed, on the systems that we know.

use std::path::PathBuf;

/// A way to install software.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Installer {
    /// Debian, Ubuntu and their kin.
    Apt,
    /// Fedora and its kin.
    Dnf,
    /// Arch and its kin.
    Pacman,
    /// openSUSE.
    Zypper,
    /// Windows.
    Windows,
    /// macOS.
    Brew,
    /// The package that the program came in, which carries the parts.
    Package,
    /// Something else.
    Unknown,
}

impl Installer {
    /// That of this system: of those we know, the first whose program is installed.
    pub(crate) fn of_this_system() -> Self {
        if crate::carried::root().is_some() {
            return Self::Package;
        }
        if cfg!(windows) {
            return Self::Windows;
        }
        if cfg!(target_os = "macos") {
            return Self::Brew;
        }
        let folders: Vec<PathBuf> =
            std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
        let has = |program: &str| folders.iter().any(|folder| folder.join(program).is_file());
        [("apt-get", Self::Apt), ("dnf", Self::Dnf), ("pacman", Self::Pacman), ("zypper", Self::Zypper)]
            .into_iter()
            .find(|(program, _)| has(program))
            .map_or(Self::Unknown, |(_, installer)| installer)
    }

    /// The command that installs packages, which are named as Debian names them. Packages come once and in order.
    pub(crate) fn command(self, debian_packages: &[&str]) -> String {
        let mut names: Vec<&str> = debian_packages.iter().map(|package| self.name(package)).collect();
        names.sort_unstable();
        names.dedup();
        let names = names.join(" ");
        match self {
            Self::Apt => format!("sudo apt-get install {names}"),
            Self::Dnf => format!("sudo dnf install {names}"),
            Self::Pacman => format!("sudo pacman -S --needed {names}"),
            Self::Zypper => format!("sudo zypper install {names}"),
            Self::Windows => {
                "install GStreamer (MSVC 64-bit, complete) from https://gstreamer.freedesktop.org/download/ \
                              and the newest driver of your graphics card"
                    .to_owned()
            }
            Self::Package => "install Kinetoscope again: a part that it brings along is gone or damaged".to_owned(),
            Self::Brew => "brew install gstreamer".to_owned(),
            Self::Unknown => format!("install what your system calls {names}"),
        }
    }

    fn name(self, debian: &str) -> &str {
        let Some((_, dnf, pacman, zypper)) = NAMES.iter().find(|(name, ..)| *name == debian) else { return debian };
        match self {
            Self::Dnf => dnf,
            Self::Pacman => pacman,
            Self::Zypper => zypper,
            Self::Apt | Self::Windows | Self::Package | Self::Brew | Self::Unknown => debian,
        }
    }
}

/// Debian's name, and those of Fedora, Arch and openSUSE.
const NAMES: &[(&str, &str, &str, &str)] = &[
    ("libgstreamer1.0-0", "gstreamer1", "gstreamer", "gstreamer"),
    ("gstreamer1.0-plugins-base", "gstreamer1-plugins-base", "gst-plugins-base", "gstreamer-plugins-base"),
    ("gstreamer1.0-plugins-good", "gstreamer1-plugins-good", "gst-plugins-good", "gstreamer-plugins-good"),
    ("gstreamer1.0-plugins-bad", "gstreamer1-plugins-bad-free", "gst-plugins-bad", "gstreamer-plugins-bad"),
    ("gstreamer1.0-libav", "gstreamer1-plugin-libav", "gst-libav", "gstreamer-plugins-libav"),
    ("mesa-vulkan-drivers", "mesa-vulkan-drivers", "vulkan-intel vulkan-radeon", "libvulkan_intel libvulkan_radeon"),
    ("libvulkan1", "vulkan-loader", "vulkan-icd-loader", "libvulkan1"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_gets_its_own_command_and_names() {
        let missing = ["gstreamer1.0-libav", "gstreamer1.0-plugins-bad", "gstreamer1.0-libav"];
        let command = |installer: Installer| installer.command(&missing);
        assert_eq!(command(Installer::Apt), "sudo apt-get install gstreamer1.0-libav gstreamer1.0-plugins-bad");
        assert_eq!(command(Installer::Dnf), "sudo dnf install gstreamer1-plugin-libav gstreamer1-plugins-bad-free");
        assert_eq!(command(Installer::Pacman), "sudo pacman -S --needed gst-libav gst-plugins-bad");
        assert_eq!(command(Installer::Zypper), "sudo zypper install gstreamer-plugins-bad gstreamer-plugins-libav");
        assert!(command(Installer::Windows).contains("gstreamer.freedesktop.org"));
    }
}

//! What the project needs from the system, in words that a person understands. Not how to look for it, nor where to get it.

/// One thing that has to be on the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A C compiler with its headers: some crates carry C sources.
    CCompiler,
    /// `pkg-config`, by which crates find GStreamer.
    PkgConfig,
    /// clang and mold. Wanted, not needed.
    FastLinker,
    /// GStreamer's own development files.
    GStreamerDevelopment,
    /// Plugin set “base”.
    PluginsBase,
    /// Plugin set “good”: containers, VP8/VP9.
    PluginsGood,
    /// Plugin set “bad”: the parsers of H.264, H.265 and AV1.
    PluginsBad,
    /// FFmpeg's decoders.
    PluginsLibav,
    /// A way to play sound.
    SoundOutput,
    /// `libvulkan`.
    VulkanLoader,
    /// Mesa's Vulkan drivers, the one on the processor among them, which the tests use.
    MesaVulkan,
    /// X11, Wayland, keyboard and GL libraries that the window opens at run time.
    WindowLibraries,
}

/// The oldest GStreamer that will do.
pub const GSTREAMER_VERSION: &str = "1.22";

/// The parts of GStreamer that are linked.
pub const GSTREAMER_MODULES: [&str; 4] =
    ["gstreamer-1.0", "gstreamer-app-1.0", "gstreamer-video-1.0", "gstreamer-pbutils-1.0"];

/// Libraries that the window opens by name at run time, so that no linker misses them.
pub const WINDOW_LIBRARIES: [&str; 10] = [
    "libX11.so.6",
    "libX11-xcb.so.1",
    "libXcursor.so.1",
    "libXi.so.6",
    "libXrandr.so.2",
    "libxkbcommon.so.0",
    "libxkbcommon-x11.so.0",
    "libwayland-client.so.0",
    "libEGL.so.1",
    "libGL.so.1",
];

impl Need {
    /// All of them, in the order in which they are reported.
    pub const ALL: [Self; 12] = [
        Self::CCompiler,
        Self::PkgConfig,
        Self::FastLinker,
        Self::GStreamerDevelopment,
        Self::PluginsBase,
        Self::PluginsGood,
        Self::PluginsBad,
        Self::PluginsLibav,
        Self::SoundOutput,
        Self::VulkanLoader,
        Self::MesaVulkan,
        Self::WindowLibraries,
    ];

    /// The name for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::CCompiler => "C compiler",
            Self::PkgConfig => "pkg-config",
            Self::FastLinker => "fast linker (clang and mold)",
            Self::GStreamerDevelopment => "GStreamer 1.22 or newer with development files",
            Self::PluginsBase => "GStreamer plugins: base",
            Self::PluginsGood => "GStreamer plugins: good",
            Self::PluginsBad => "GStreamer plugins: bad",
            Self::PluginsLibav => "GStreamer plugins: libav",
            Self::SoundOutput => "GStreamer sound output",
            Self::VulkanLoader => "Vulkan loader",
            Self::MesaVulkan => "Mesa Vulkan drivers",
            Self::WindowLibraries => "X11, Wayland, keyboard and GL libraries",
        }
    }

    /// Whether nothing works without it. What is only wanted is installed in a step of its own, which may fail.
    pub fn is_required(self) -> bool {
        !matches!(self, Self::FastLinker | Self::SoundOutput)
    }
}

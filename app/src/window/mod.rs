//! The window: joins the panels of `ks-ui` to files, the player and the engine.
//!
//! `ks-ui` decides what is shown and what is to be done; this module does it. Here is how the window is opened;
//! [`shell`] is its heart. The command line is not here, and neither is any widget.

pub(crate) mod built_in;
mod closing;
mod config;
mod dialogs;
mod drops;
mod engine;
mod exchange;
mod inbox;
mod installation;
mod languages;
mod media;
mod player;
mod project;
mod relink;
mod sample;
mod shell;
#[cfg(test)]
mod tests;
mod training;
mod videos;
mod zoo;

use std::path::PathBuf;

use anyhow::Context as _;
use eframe::egui;
use ks_engine::{DeviceChoice, Places};

pub(crate) use self::config::works_offline;
pub(crate) use self::dialogs::{Dialogs, Question, Wanted};
use self::shell::{Outside, Shell};
use crate::crash;

/// The name by which desktops know the window: that of the desktop entry, which has the icon.
pub(crate) const APP_ID: &str = "io.github.kinetoscope.kinetoscope";

/// What the window starts with. What is not given comes from the last session.
pub(crate) struct WindowOptions {
    /// Videos to open.
    pub(crate) videos: Vec<PathBuf>,
    /// Checkpoint to start with.
    pub(crate) checkpoint: Option<PathBuf>,
    /// Labels to start with.
    pub(crate) labels: Option<PathBuf>,
    /// Where to compute.
    pub(crate) device: Option<DeviceChoice>,
    /// Folder for the configuration instead of the platform's own.
    pub(crate) config_dir: Option<PathBuf>,
}

fn open(creation: &eframe::CreationContext<'_>, options: WindowOptions) -> anyhow::Result<Shell> {
    let render_state = creation.wgpu_render_state.as_ref().context("the window has no renderer")?;
    ks_ui::picture::install(render_state);
    let adapter = render_state.adapter.get_info();
    tracing::info!("the window is drawn by {:?}", adapter.name);
    let drawn_by = format!("{} ({}, {})", adapter.name, adapter.backend, adapter.driver_info);
    crash::note_renderer(&drawn_by);
    let places =
        Places::find(options.config_dir.clone()).context("this user has no home folder to keep settings in")?;
    crash::watch(&places);
    crash::crash_if_asked();
    Shell::start(&creation.egui_ctx, Outside::of_the_platform(places, drawn_by), options)
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// If there is no display, or nothing can draw on it.
pub(crate) fn run(options: WindowOptions) -> anyhow::Result<()> {
    let viewport = egui::ViewportBuilder::default()
        .with_title("Kinetoscope")
        .with_app_id(APP_ID)
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size([640.0, 400.0])
        .with_drag_and_drop(true);
    let native = eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Wgpu,
        centered: true,
        // File names may be in any script.
        system_font_fallback: true,
        ..eframe::NativeOptions::default()
    };
    let create: eframe::AppCreator<'_> = Box::new(|creation| Ok(Box::new(open(creation, options)?)));
    eframe::run_native("Kinetoscope", native, create).map_err(|error| {
        anyhow::anyhow!(
            "the window cannot be opened ({error}); run `kinetoscope doctor` to see what is missing, or work without a window: `kinetoscope classify --help`"
        )
    })
}

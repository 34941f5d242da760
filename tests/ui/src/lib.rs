//! The window without a window: its panels driven through their accessible names, and pictures of them.
//!
//! [`scenes`] are the states that are tested and looked at; [`open`] puts one on a test harness. The tests are in
//! `tests/`, and `examples/pictures.rs` draws every scene for a person to judge. No file, player or engine is used:
//! effects are collected, not carried out.

pub mod label_scenes;
pub mod scenes;

use egui_kittest::Harness;
use ks_ui::state::{AppState, Effect, Event};
use ks_ui::{ViewCtx, show};

/// A state on a harness, and what it asked to be done.
pub struct Window {
    /// What is shown.
    pub state: AppState,
    /// What was asked to be done so far.
    pub effects: Vec<Effect>,
}

impl Window {
    /// Something happened outside.
    pub fn happens(&mut self, event: Event) {
        let effects = self.state.apply(event);
        self.effects.extend(effects);
    }

    fn frame(&mut self, ui: &mut egui::Ui) {
        self.state.refresh();
        for action in show(ui, &self.state, ViewCtx::default()) {
            self.happens(action.into());
        }
    }
}

/// How a scene is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Light or dark.
    pub theme: egui::Theme,
    /// Size in points.
    pub size: [f32; 2],
    /// Pixels in a point: the interface scale.
    pub scale: f32,
}

impl Default for Look {
    fn default() -> Self {
        Self { theme: egui::Theme::Dark, size: [1100.0, 700.0], scale: 1.0 }
    }
}

/// Puts a scene on a harness without a renderer.
pub fn open(state: AppState, look: Look) -> Harness<'static, Window> {
    builder(look).build_ui_state(|ui, window: &mut Window| window.frame(ui), Window { state, effects: Vec::new() })
}

/// Puts a scene on a harness that can draw pictures; `None` where there is no graphics adapter, not even a software
/// one.
pub fn open_drawn(state: AppState, look: Look) -> Option<Harness<'static, Window>> {
    let instance = egui_wgpu::wgpu::Instance::new(egui_wgpu::wgpu::InstanceDescriptor::new_without_display_handle());
    pollster::block_on(instance.request_adapter(&egui_wgpu::wgpu::RequestAdapterOptions::default())).ok()?;
    let setup = egui_kittest::wgpu::default_wgpu_setup();
    let render_state = egui_kittest::wgpu::create_render_state(setup, egui_wgpu::RendererOptions::PREDICTABLE);
    ks_ui::picture::install(&render_state);
    let renderer = egui_kittest::wgpu::WgpuTestRenderer::from_render_state(render_state);
    let window = Window { state, effects: Vec::new() };
    Some(builder(look).renderer(renderer).build_ui_state(|ui, window: &mut Window| window.frame(ui), window))
}

fn builder(look: Look) -> egui_kittest::HarnessBuilder<Window> {
    Harness::builder()
        .with_size(look.size)
        .with_pixels_per_point(look.scale)
        .with_theme(look.theme)
        .with_max_steps(8)
        .with_render_cursor(false)
        .with_context_setup(ks_ui::theme::apply)
}

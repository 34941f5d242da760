//! One frame in a window, as the player draws it, compared with the frame that the network would get.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use eframe::egui::{self, ColorImage};
use ks_domain::{CancelToken, Picture};
use ks_media::{Player, PlayerEvent, RgbFrame};

use super::decode::Film;
use crate::checks::{Check, State};

/// The window is given up on after this long.
const PATIENCE: Duration = Duration::from_secs(30);

/// The mean colours of what is on the screen and of the frame may differ by so much of 255: scaling and letter box.
const TOLERANCE: f32 = 12.0;

/// Draws the frame in the middle of a video. Without a display that cannot be tried, which is said and no failure.
pub(super) fn check(film: &Film) -> Check {
    if !has_display() {
        return Check::bad(State::Warning, "drawing", "not tried: there is no display", "");
    }
    match draw(film) {
        Ok(renderer) => Check::ok("drawing", format!("frame {} in a window, by {renderer}", film.middle())),
        Err(error) => {
            let remedy = "install the driver of your graphics card, or Mesa’s (mesa-vulkan-drivers, libgl1); `kinetoscope doctor` says more";
            Check::bad(State::Missing, "drawing", format!("{error:#}"), remedy)
        }
    }
}

fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// What was on the screen, and who drew it.
struct Drawn {
    image: Arc<ColorImage>,
    /// Where in it the picture is, in pixels: the letter box is not.
    place: egui::Rect,
    renderer: String,
}

fn draw(film: &Film) -> anyhow::Result<String> {
    let wanted = ks_media::frame_at((&film.path, &film.info, &film.table), film.middle(), &CancelToken::new())?;
    let (answer, answers) = sync_channel(1);
    let size = [480.0, 480.0 * wanted.height as f32 / wanted.width.max(1) as f32];
    let viewport = egui::ViewportBuilder::default()
        .with_title("Kinetoscope tries itself out")
        .with_app_id(crate::window::APP_ID)
        .with_inner_size(size);
    let native =
        eframe::NativeOptions { viewport, renderer: eframe::Renderer::Wgpu, ..eframe::NativeOptions::default() };
    let (path, info, table, frame) = (film.path.clone(), film.info.clone(), Arc::clone(&film.table), film.middle());
    let create: eframe::AppCreator<'_> = Box::new(move |creation| {
        let render_state = creation.wgpu_render_state.as_ref().context("the window has no renderer")?;
        ks_ui::picture::install(render_state);
        let adapter = render_state.adapter.get_info();
        let renderer = format!("{} ({})", adapter.name, adapter.backend);
        let ctx = creation.egui_ctx.clone();
        let wake = Arc::new(move || ctx.request_repaint());
        let player = Player::open(Path::new(&path), &info, Some(table), wake)?;
        player.seek_frame(frame);
        Ok(Box::new(Screen { player, frame, picture: None, shown: 0, began: Instant::now(), renderer, answer }))
    });
    let closed = eframe::run_native("Kinetoscope", native, create);
    closed.map_err(|error| anyhow!("the window cannot be opened ({error})"))?;
    let drawn = received(&answers)?;
    compare(&drawn, &wanted)?;
    Ok(drawn.renderer)
}

fn received(answers: &Receiver<Result<Drawn, String>>) -> anyhow::Result<Drawn> {
    let answer = answers.try_recv().map_err(|_nothing| anyhow!("the window was closed before it showed the frame"))?;
    answer.map_err(anyhow::Error::msg)
}

/// Whether the screen has the colours of the frame.
fn compare(drawn: &Drawn, wanted: &RgbFrame) -> anyhow::Result<()> {
    // Not the outermost pixels, which the letter box may have a share in.
    let [width, height] = drawn.image.size.map(|side| side as f32);
    let all = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(width, height));
    let place = drawn.place.intersect(all).shrink(2.0);
    if !place.is_positive() {
        bail!("the window is too small to show a picture ({width}×{height} pixels)");
    }
    let image = drawn.image.region(&place, None);
    let shown = mean(image.pixels.iter().map(|pixel| [pixel.r(), pixel.g(), pixel.b()]));
    let frame = mean(wanted.rgb.chunks_exact(3).filter_map(|pixel| pixel.try_into().ok()));
    if shown.iter().zip(frame).any(|(shown, frame)| (shown - frame).abs() > TOLERANCE) {
        bail!("the frame’s mean colour is {frame:.0?}, but {shown:.0?} is on the screen");
    }
    Ok(())
}

fn mean(pixels: impl Iterator<Item = [u8; 3]>) -> [f32; 3] {
    let (mut sums, mut count) = ([0.0_f64; 3], 0_u64);
    for pixel in pixels {
        for (sum, value) in sums.iter_mut().zip(pixel) {
            *sum += f64::from(value);
        }
        count += 1;
    }
    sums.map(|sum| (sum / count.max(1) as f64) as f32)
}

/// A window with nothing but the picture. It closes itself.
struct Screen {
    player: Player,
    frame: u32,
    picture: Option<Picture>,
    /// Frames of the window that had the picture.
    shown: u32,
    began: Instant,
    renderer: String,
    answer: SyncSender<Result<Drawn, String>>,
}

impl Screen {
    fn give_up(&self, ctx: &egui::Context, reason: String) {
        // Full: it was answered already.
        _ = self.answer.try_send(Err(reason));
        ctx.send_viewport_cmd(egui::ViewportCommand::Close);
    }

    fn follow_player(&mut self, ctx: &egui::Context) {
        for event in self.player.take_events() {
            if let PlayerEvent::Failed(reason) = event {
                self.give_up(ctx, reason);
            }
        }
        let latest = self.player.pictures().take_latest();
        if let Some(picture) = latest.filter(|picture| picture.frame == self.frame && picture.stands_for.is_none()) {
            self.picture = Some(picture);
        }
        if self.began.elapsed() > PATIENCE {
            self.give_up(ctx, format!("nothing was drawn within {} seconds", PATIENCE.as_secs()));
        }
        ctx.request_repaint_after(Duration::from_millis(50));
    }

    /// Asks for what is on the screen, once the picture is.
    fn ask(&mut self, ctx: &egui::Context, place: egui::Rect) {
        self.shown += 1;
        if self.shown != 3 {
            return;
        }
        let (answer, renderer, closing) = (self.answer.clone(), self.renderer.clone(), ctx.clone());
        ctx.request_screenshot(move |image| {
            _ = answer.try_send(Ok(Drawn { image, place, renderer }));
            closing.send_viewport_cmd(egui::ViewportCommand::Close);
            closing.request_repaint();
        });
    }
}

impl eframe::App for Screen {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.follow_player(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let Some(picture) = &self.picture else { return };
        let place = ks_ui::picture::fill(ui, picture);
        let ctx = ui.ctx().clone();
        self.ask(&ctx, place * ctx.pixels_per_point());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_black_window_is_not_the_frame() {
        let wanted = RgbFrame {
            frame: 0,
            time: ks_domain::MediaTime::ZERO,
            width: 2,
            height: 1,
            rgb: vec![200, 40, 40, 180, 60, 40],
        };
        let drawn = |color| Drawn {
            image: Arc::new(ColorImage::new([8, 8], vec![color; 64])),
            place: egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(8.0, 8.0)),
            renderer: String::new(),
        };
        assert!(compare(&drawn(egui::Color32::BLACK), &wanted).is_err());
        let near = egui::Color32::from_hex("#be3228").unwrap();
        assert!(compare(&drawn(near), &wanted).is_ok());
    }
}

//! Turning tokens into egui's styles.

use egui::style::{ScrollAnimation, ScrollStyle, Selection, TextCursorStyle, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, CornerRadius, Event, FontFamily, FontId, Margin, MouseWheelUnit, RawInput, Shadow, Stroke,
    TextStyle, Theme, vec2,
};

use super::{Tokens, fonts, size, tokens_of};

/// How long something takes to fold, fade or slide.
const ANIMATION_SECS: f32 = 0.08;

/// Lets nothing move by itself, or lets it. Cheap if nothing changes.
pub fn reduce_motion(ctx: &Context, reduced: bool) {
    let secs = if reduced { 0.0 } else { ANIMATION_SECS };
    let is_so = [Theme::Dark, Theme::Light].into_iter().all(|theme| ctx.style_of(theme).animation_time == secs);
    if is_so {
        return;
    }
    for theme in [Theme::Dark, Theme::Light] {
        ctx.style_mut_of(theme, |style| {
            style.animation_time = secs;
            style.scroll_animation = if reduced { ScrollAnimation::none() } else { ScrollAnimation::default() };
        });
    }
}

/// Lets a notch of the wheel scroll at once instead of over some frames: the toolkit smooths only what comes in steps
/// larger than this many points.
pub fn still_wheel(input: &mut RawInput, points_in_line: f32) {
    const SMALL: f32 = 6.0;
    let mut still = Vec::with_capacity(input.events.len());
    for event in input.events.drain(..) {
        let Event::MouseWheel {
            unit: unit @ (MouseWheelUnit::Line | MouseWheelUnit::Point),
            delta,
            phase,
            source,
            modifiers,
        } = event
        else {
            still.push(event);
            continue;
        };
        let points = if unit == MouseWheelUnit::Line { delta * points_in_line } else { delta };
        let steps = (points.length() / SMALL).ceil().clamp(1.0, 1000.0);
        let step = Event::MouseWheel { unit: MouseWheelUnit::Point, delta: points / steps, phase, source, modifiers };
        still.extend(std::iter::repeat_n(step, steps as usize));
    }
    input.events = still;
}

/// Gives a context the fonts and both themes. Called once, before the first frame.
pub fn apply(ctx: &Context) {
    ctx.set_fonts(fonts::definitions());
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    for theme in [Theme::Dark, Theme::Light] {
        ctx.style_mut_of(theme, |style| {
            text_styles(style);
            spacing(style);
            style.visuals = visuals(theme, tokens_of(theme));
            style.interaction.selectable_labels = false;
            style.interaction.tooltip_delay = 0.4;
            style.animation_time = ANIMATION_SECS;
            style.compact_menu_style = false;
        });
    }
}

fn text_styles(style: &mut egui::Style) {
    let proportional = |points| FontId::new(points, FontFamily::Proportional);
    style.text_styles = [
        (TextStyle::Body, proportional(size::BODY)),
        (TextStyle::Button, proportional(size::BODY)),
        (TextStyle::Small, proportional(size::SECTION)),
        (TextStyle::Heading, FontId::new(size::HEADING, fonts::semibold())),
        (TextStyle::Monospace, FontId::new(size::BODY, FontFamily::Monospace)),
    ]
    .into();
}

fn spacing(style: &mut egui::Style) {
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(size::SPACING, size::SPACING);
    spacing.button_padding = vec2(8.0, 4.0);
    spacing.interact_size = vec2(size::ROW, size::ROW);
    spacing.indent = 14.0;
    spacing.icon_width = size::ICON;
    spacing.icon_width_inner = 8.0;
    spacing.icon_spacing = 6.0;
    spacing.menu_margin = Margin::same(6);
    spacing.menu_width = 320.0;
    spacing.tooltip_width = 360.0;
    spacing.window_margin = Margin::same(size::PADDING as i8);
    spacing.combo_width = 40.0;
    spacing.combo_height = 320.0;
    spacing.scroll = ScrollStyle { bar_width: 6.0, ..ScrollStyle::floating() };
}

fn visuals(theme: Theme, t: &Tokens) -> egui::Visuals {
    let mut visuals = match theme {
        Theme::Dark => egui::Visuals::dark(),
        Theme::Light => egui::Visuals::light(),
    };
    let radius = CornerRadius::same(size::RADIUS);
    let large_radius = CornerRadius::same(size::LARGE_RADIUS);
    visuals.widgets = widgets(t, radius);
    visuals.weak_text_color = Some(t.text_subdued);
    visuals.selection = Selection { bg_fill: t.selection_bg, stroke: Stroke::new(1.0, t.text_strong) };
    visuals.hyperlink_color = t.accent;
    visuals.faint_bg_color = t.lane_alt_bg;
    visuals.extreme_bg_color = t.window_bg;
    visuals.text_edit_bg_color = Some(t.window_bg);
    visuals.code_bg_color = t.control_bg;
    visuals.warn_fg_color = t.warning;
    visuals.error_fg_color = t.error;
    visuals.window_fill = t.raised_bg;
    visuals.window_stroke = Stroke::new(1.0, t.border);
    visuals.window_corner_radius = large_radius;
    visuals.menu_corner_radius = large_radius;
    visuals.panel_fill = t.panel_bg;
    let shadow = Shadow { offset: [0, 4], blur: 16, spread: 0, color: Color32::from_black_alpha(80) };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    visuals.text_cursor = TextCursorStyle { stroke: Stroke::new(2.0, t.accent), ..visuals.text_cursor };
    visuals.slider_trailing_fill = true;
    visuals.disabled_alpha = 0.55;
    visuals
}

fn widgets(t: &Tokens, corner_radius: CornerRadius) -> Widgets {
    let state = |fill: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::NONE,
        corner_radius,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    let mut noninteractive = state(t.panel_bg, t.text);
    noninteractive.bg_stroke = Stroke::new(1.0, t.border);
    let mut active = state(t.control_active_bg, t.text_strong);
    // Keyboard focus shows as an outline.
    active.bg_stroke = Stroke::new(1.0, t.accent);
    Widgets {
        noninteractive,
        inactive: state(t.control_bg, t.text),
        hovered: state(t.control_hover_bg, t.text_strong),
        active,
        open: state(t.control_active_bg, t.text_strong),
    }
}

#[cfg(test)]
mod tests {
    use egui::{Modifiers, MouseWheelSource, TouchPhase};

    use super::*;

    #[test]
    fn a_still_wheel_scrolls_as_far_in_steps_that_are_not_smoothed() {
        let notch = Event::MouseWheel {
            unit: MouseWheelUnit::Line,
            delta: vec2(0.0, -2.0),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Unknown,
            modifiers: Modifiers::SHIFT,
        };
        let mut input = RawInput { events: vec![Event::Copy, notch], ..RawInput::default() };
        still_wheel(&mut input, 40.0);
        assert_eq!(input.events.first(), Some(&Event::Copy));
        let mut total = 0.0;
        for event in &input.events[1..] {
            let Event::MouseWheel { unit: MouseWheelUnit::Point, delta, modifiers: Modifiers::SHIFT, .. } = event
            else {
                panic!("{event:?}")
            };
            assert!(delta.length() < 8.0);
            total += delta.y;
        }
        assert!((total + 80.0).abs() < 1e-3, "{total}");
    }
}

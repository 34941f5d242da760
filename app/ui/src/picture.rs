//! The player's picture, drawn by the YUV shader inside of egui's render pass.
//!
//! What is not here: which picture is shown, and where; that is the player panel.

use std::sync::Arc;

use egui::{PaintCallbackInfo, Rect, Shape};
use egui_wgpu::{Callback, CallbackResources, CallbackTrait, RenderState, ScreenDescriptor, wgpu};
use ks_domain::{ColorMatrix, ColorRange, Picture, PixelLayout, Plane, Rotation};
use ks_shaders::{YuvConverter, YuvLayout, YuvMatrix, YuvPicture, YuvPlane, YuvRange, YuvTurn, YuvView};

use crate::state::PictureView;

/// Builds the shader for the window's renderer. Called once, before the first frame; without it, no picture is drawn.
pub fn install(render_state: &RenderState) {
    let converter = YuvConverter::new(&render_state.device, render_state.target_format);
    render_state.renderer.write().callback_resources.insert(OnGpu { converter, shown: None });
}

/// The picture on the GPU.
struct OnGpu {
    converter: YuvConverter,
    /// The planes that were uploaded last. Kept, so that no other picture can have their address.
    shown: Option<Arc<[Plane]>>,
}

/// Draws a picture over all of a surface, letterboxed: a window that has nothing else. Says where it is.
pub fn fill(ui: &egui::Ui, picture: &Picture) -> Rect {
    let (room, view) = (ui.ctx().content_rect(), PictureView::default());
    ui.painter().with_clip_rect(room).add(shape(room, picture, view));
    view.place(room, picture)
}

/// A shape that draws a picture into a rectangle, upright, letterboxed and magnified.
pub(crate) fn shape(rect: Rect, picture: &Picture, view: PictureView) -> Shape {
    Shape::Callback(Callback::new_paint_callback(rect, Paint { rect, picture: picture.clone(), view }))
}

struct Paint {
    rect: Rect,
    picture: Picture,
    view: PictureView,
}

impl CallbackTrait for Paint {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(on_gpu) = resources.get_mut::<OnGpu>() {
            let is_new = on_gpu.shown.as_ref().is_none_or(|shown| !Arc::ptr_eq(shown, &self.picture.planes));
            if is_new {
                let planes: Vec<YuvPlane<'_>> = self
                    .picture
                    .planes
                    .iter()
                    .map(|plane| YuvPlane { bytes: &plane.bytes, stride: plane.stride })
                    .collect();
                // A picture that does not hold what it says shows nothing; the player reports what it decodes.
                if on_gpu.converter.upload(device, queue, &yuv(&self.picture, &planes)).is_err() {
                    on_gpu.converter.clear();
                }
                on_gpu.shown = Some(Arc::clone(&self.picture.planes));
            }
            let size = self.rect.size() * screen.pixels_per_point;
            let is_sharp = self.view.is_sharp(self.rect, &self.picture, screen.pixels_per_point);
            let view = YuvView { zoom: self.view.zoom, center: self.view.center, is_sharp };
            on_gpu.converter.prepare(queue, [size.x, size.y], view);
        }
        Vec::new()
    }

    fn paint(&self, _info: PaintCallbackInfo, pass: &mut wgpu::RenderPass<'static>, resources: &CallbackResources) {
        if let Some(on_gpu) = resources.get::<OnGpu>() {
            on_gpu.converter.draw(pass);
        }
    }
}

fn yuv<'a>(picture: &Picture, planes: &'a [YuvPlane<'a>]) -> YuvPicture<'a> {
    YuvPicture {
        width: picture.width,
        height: picture.height,
        layout: match picture.layout {
            PixelLayout::I420 => YuvLayout::I420,
            PixelLayout::Nv12 => YuvLayout::Nv12,
            PixelLayout::P010 => YuvLayout::P010,
        },
        matrix: match picture.matrix {
            ColorMatrix::Bt601 => YuvMatrix::Bt601,
            ColorMatrix::Bt709 => YuvMatrix::Bt709,
        },
        range: match picture.range {
            ColorRange::Limited => YuvRange::Limited,
            ColorRange::Full => YuvRange::Full,
        },
        turn: match picture.rotation {
            Rotation::None => YuvTurn::None,
            Rotation::Clockwise90 => YuvTurn::Clockwise90,
            Rotation::Half => YuvTurn::Half,
            Rotation::Clockwise270 => YuvTurn::Clockwise270,
        },
        pixel_aspect: picture.pixel_aspect,
        planes,
    }
}

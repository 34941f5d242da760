//! The wrapper of `yuv_to_rgb.wgsl`: holds one picture on the GPU and draws it.
//!
//! Conventions: a sample is its code over the largest code (255, or 1023 at ten bits). Chroma sits where H.264, H.265,
//! VP9 and AV1 put it by default: on every second luma column, halfway between two luma rows; between the samples it is
//! interpolated linearly, beyond the edge the outermost sample is repeated. Luma is filtered linearly when the picture
//! is scaled; at one picture pixel per screen pixel it is exact. RGB leaves gamma-coded, as egui wants it, and without
//! a conversion between primaries.

use std::num::NonZeroU64;

use bytemuck::{Pod, Zeroable};

use crate::picture::{PlaneShape, YuvError, YuvLayout, YuvPicture};

/// `Params` of the shader, field by field.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
struct Params {
    red_green_blue_from_y: [f32; 4],
    red_green_blue_from_u: [f32; 4],
    red_green_blue_from_v: [f32; 4],
    zero: [f32; 4],
    stored_x_from_upright: [f32; 4],
    stored_y_from_upright: [f32; 4],
    extent_and_weights: [f32; 4],
    offset_and_sharpness: [f32; 4],
    size_and_flags: [u32; 4],
}

/// Which part of a picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct YuvView {
    /// How many times larger than fitted into the viewport.
    pub zoom: f32,
    /// The point of the upright picture in the middle of the viewport; 0 to 1 across and down.
    pub center: [f32; 2],
    /// Whether the picture's own pixels are drawn as squares, instead of one running into the next.
    pub is_sharp: bool,
}

impl Default for YuvView {
    /// All of it.
    fn default() -> Self {
        Self { zoom: 1.0, center: [0.5, 0.5], is_sharp: false }
    }
}

/// The planes of one picture as textures.
struct Uploaded {
    shapes: Vec<PlaneShape>,
    textures: Vec<wgpu::Texture>,
    bind_group: wgpu::BindGroup,
    params: Params,
    display_aspect: f32,
}

/// Converts YUV pictures to RGB on the GPU while drawing them, upright and letterboxed.
///
/// Call [`upload`](Self::upload) for each new picture, [`prepare`](Self::prepare) before each frame and
/// [`draw`](Self::draw) in the render pass. Textures are kept as long as the size and layout stay the same.
pub struct YuvConverter {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    sampler: wgpu::Sampler,
    params: wgpu::Buffer,
    target_is_linear: bool,
    uploaded: Option<Uploaded>,
}

impl YuvConverter {
    /// Builds the pipeline for render passes whose only colour target has `target` as its format.
    pub fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        let module = device.create_shader_module(wgpu::include_wgsl!("../yuv_to_rgb.wgsl"));
        let layout = bind_group_layout(device);
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("yuv to rgb"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("yuv to rgb"),
            layout: Some(&pipeline_layout),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("corner"),
                buffers: &[],
                compilation_options: wgpu::PipelineCompilationOptions::default(),
            },
            primitive: wgpu::PrimitiveState {
                topology: wgpu::PrimitiveTopology::TriangleStrip,
                ..wgpu::PrimitiveState::default()
            },
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("rgb"),
                targets: &[Some(target.into())],
                compilation_options: wgpu::PipelineCompilationOptions::default(),
            }),
            multiview_mask: None,
            cache: None,
        });
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("yuv luma"),
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..wgpu::SamplerDescriptor::default()
        });
        let params = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("yuv parameters"),
            size: size_of::<Params>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Self { pipeline, layout, sampler, params, target_is_linear: target.is_srgb(), uploaded: None }
    }

    /// Copies the planes to the GPU.
    ///
    /// # Errors
    /// If the picture is empty, larger than a texture can be, or its planes do not hold its pixels. The picture
    /// uploaded before then stays.
    pub fn upload(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        picture: &YuvPicture<'_>,
    ) -> Result<(), YuvError> {
        let shapes = picture.shapes()?;
        let limit = device.limits().max_texture_dimension_2d;
        if picture.width.max(picture.height) > limit {
            return Err(YuvError::TooLarge { width: picture.width, height: picture.height, limit });
        }
        let kept = self.uploaded.take().filter(|uploaded| uploaded.shapes == shapes);
        let (textures, bind_group) = match kept {
            Some(kept) => (kept.textures, kept.bind_group),
            None => self.textures(device, &shapes),
        };
        for ((shape, plane), texture) in shapes.iter().zip(picture.planes).zip(&textures) {
            write_plane(queue, texture, shape, plane.bytes, plane.stride);
        }
        self.uploaded = Some(Uploaded {
            textures,
            bind_group,
            params: self.params_of(picture),
            display_aspect: picture.display_aspect(),
            shapes,
        });
        Ok(())
    }

    /// Forgets the picture, so that nothing is drawn.
    pub fn clear(&mut self) {
        self.uploaded = None;
    }

    /// Fits the picture into a viewport of this width and height, in pixels, and magnifies it as the view says. Needed
    /// before each frame that is drawn.
    pub fn prepare(&self, queue: &wgpu::Queue, viewport: [f32; 2], view: YuvView) {
        let Some(uploaded) = &self.uploaded else { return };
        let [width, height] = letterbox(uploaded.display_aspect, viewport[0] / viewport[1].max(1.0));
        let mut params = uploaded.params;
        let [width, height] = [width * view.zoom, height * view.zoom];
        let [_, _, low, high] = params.extent_and_weights;
        params.extent_and_weights = [width, height, low, high];
        let [x, y] = view.center;
        let sharpness = if view.is_sharp { 1.0 } else { 0.0 };
        params.offset_and_sharpness = [(1.0 - 2.0 * x) * width, (2.0 * y - 1.0) * height, sharpness, 0.0];
        queue.write_buffer(&self.params, 0, bytemuck::bytes_of(&params));
    }

    /// Draws into the pass's viewport; what the picture does not cover stays as it is.
    pub fn draw(&self, pass: &mut wgpu::RenderPass<'_>) {
        let Some(uploaded) = &self.uploaded else { return };
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &uploaded.bind_group, &[]);
        pass.draw(0..4, 0..1);
    }

    fn params_of(&self, picture: &YuvPicture<'_>) -> Params {
        let conversion = picture.conversion();
        let [from_y, from_u, from_v] = conversion.rgb_from_yuv.map(|[r, g, b]| [r, g, b, 0.0]);
        let [zero_y, zero_u, zero_v] = conversion.zero;
        let [stored_x, stored_y] = picture.stored_from_upright().map(|[a, b, c]| [a, b, c, 0.0]);
        let [low, high] = conversion.byte_weights;
        let separate_chroma = u32::from(picture.layout == YuvLayout::I420);
        Params {
            red_green_blue_from_y: from_y,
            red_green_blue_from_u: from_u,
            red_green_blue_from_v: from_v,
            zero: [zero_y, zero_u, zero_v, 0.0],
            stored_x_from_upright: stored_x,
            stored_y_from_upright: stored_y,
            extent_and_weights: [1.0, 1.0, low, high],
            offset_and_sharpness: [0.0; 4],
            size_and_flags: [picture.width, picture.height, separate_chroma, u32::from(self.target_is_linear)],
        }
    }

    fn textures(&self, device: &wgpu::Device, shapes: &[PlaneShape]) -> (Vec<wgpu::Texture>, wgpu::BindGroup) {
        let textures: Vec<wgpu::Texture> = shapes.iter().map(|shape| plane_texture(device, shape)).collect();
        let views: Vec<wgpu::TextureView> =
            textures.iter().map(|texture| texture.create_view(&wgpu::TextureViewDescriptor::default())).collect();
        let [luma, chroma, ..] = views.as_slice() else { unreachable!("every layout has a luma and a chroma plane") };
        let view = |binding, view| wgpu::BindGroupEntry { binding, resource: wgpu::BindingResource::TextureView(view) };
        let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("yuv picture"),
            layout: &self.layout,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: self.params.as_entire_binding() },
                view(1, luma),
                view(2, chroma),
                // Bound but not read where U and V share a plane.
                view(3, views.get(2).unwrap_or(chroma)),
                wgpu::BindGroupEntry { binding: 4, resource: wgpu::BindingResource::Sampler(&self.sampler) },
            ],
        });
        (textures, bind_group)
    }
}

/// Half width and half height in clip space of a picture fitted into a viewport.
fn letterbox(picture_aspect: f32, viewport_aspect: f32) -> [f32; 2] {
    if picture_aspect > viewport_aspect {
        [1.0, viewport_aspect / picture_aspect]
    } else {
        [picture_aspect / viewport_aspect, 1.0]
    }
}

fn bind_group_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let entry = |binding, visibility, ty| wgpu::BindGroupLayoutEntry { binding, visibility, ty, count: None };
    let texture = |binding| {
        let ty = wgpu::BindingType::Texture {
            sample_type: wgpu::TextureSampleType::Float { filterable: true },
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        };
        entry(binding, wgpu::ShaderStages::FRAGMENT, ty)
    };
    let params = wgpu::BindingType::Buffer {
        ty: wgpu::BufferBindingType::Uniform,
        has_dynamic_offset: false,
        min_binding_size: NonZeroU64::new(size_of::<Params>() as u64),
    };
    let sampler = wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering);
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("yuv to rgb"),
        entries: &[
            entry(0, wgpu::ShaderStages::VERTEX_FRAGMENT, params),
            texture(1),
            texture(2),
            texture(3),
            entry(4, wgpu::ShaderStages::FRAGMENT, sampler),
        ],
    })
}

fn plane_texture(device: &wgpu::Device, shape: &PlaneShape) -> wgpu::Texture {
    // Sixteen-bit normalised textures are an optional feature; bytes are not, and the shader joins them.
    let format = match shape.pixel_bytes {
        1 => wgpu::TextureFormat::R8Unorm,
        2 => wgpu::TextureFormat::Rg8Unorm,
        _ => wgpu::TextureFormat::Rgba8Unorm,
    };
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some("yuv plane"),
        size: extent(shape),
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    })
}

fn write_plane(queue: &wgpu::Queue, texture: &wgpu::Texture, shape: &PlaneShape, bytes: &[u8], stride: usize) {
    queue.write_texture(
        texture.as_image_copy(),
        bytes,
        wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: u32::try_from(stride).ok(),
            rows_per_image: Some(shape.height),
        },
        extent(shape),
    );
}

fn extent(shape: &PlaneShape) -> wgpu::Extent3d {
    wgpu::Extent3d { width: shape.width, height: shape.height, depth_or_array_layers: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_picture_gets_bars_above_and_a_tall_one_beside() {
        assert_eq!(letterbox(2.0, 1.0), [1.0, 0.5]);
        assert_eq!(letterbox(0.5, 1.0), [0.5, 1.0]);
        assert_eq!(letterbox(1.5, 1.5), [1.0, 1.0]);
    }
}

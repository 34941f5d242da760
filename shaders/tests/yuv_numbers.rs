//! The shader's output, pixel by pixel, against the same conversion written in plain Rust.
//!
//! The reference: luma as stored; chroma at column `(x - 0) / 2` and row `(y - 0.5) / 2` of the chroma plane, linear
//! between samples, the outermost sample repeated; the matrix in double precision; clamped to 0–1. The GPU writes
//! eight bits, so one code of difference is allowed and no more.

use ks_shaders::{YuvConverter, YuvLayout, YuvMatrix, YuvPicture, YuvPlane, YuvRange, YuvTurn, YuvView};

const WIDTH: u32 = 37;
const HEIGHT: u32 = 23;

/// A plane of codes with its true size.
struct Codes {
    width: u32,
    height: u32,
    values: Vec<u16>,
}

impl Codes {
    fn noise(width: u32, height: u32, bits: u32, seed: &mut u32) -> Self {
        let values = (0..width * height)
            .map(|_| {
                *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (*seed >> (32 - bits)) as u16
            })
            .collect();
        Self { width, height, values }
    }

    fn at(&self, x: i64, y: i64) -> f64 {
        let x = x.clamp(0, i64::from(self.width) - 1) as usize;
        let y = y.clamp(0, i64::from(self.height) - 1) as usize;
        f64::from(self.values[y * self.width as usize + x])
    }

    /// Linear between samples.
    fn between(&self, x: f64, y: f64) -> f64 {
        let (x0, y0) = (x.floor(), y.floor());
        let (fx, fy) = (x - x0, y - y0);
        let (x0, y0) = (x0 as i64, y0 as i64);
        let upper = self.at(x0, y0) * (1.0 - fx) + self.at(x0 + 1, y0) * fx;
        let lower = self.at(x0, y0 + 1) * (1.0 - fx) + self.at(x0 + 1, y0 + 1) * fx;
        upper * (1.0 - fy) + lower * fy
    }
}

struct Case {
    layout: YuvLayout,
    matrix: YuvMatrix,
    range: YuvRange,
    turn: YuvTurn,
    y: Codes,
    u: Codes,
    v: Codes,
}

impl Case {
    fn new(layout: YuvLayout, matrix: YuvMatrix, range: YuvRange, turn: YuvTurn) -> Self {
        let bits = if layout == YuvLayout::P010 { 10 } else { 8 };
        let mut seed = 7 + layout as u32 * 31 + matrix as u32 * 5 + range as u32;
        let (half_width, half_height) = (WIDTH.div_ceil(2), HEIGHT.div_ceil(2));
        Self {
            layout,
            matrix,
            range,
            turn,
            y: Codes::noise(WIDTH, HEIGHT, bits, &mut seed),
            u: Codes::noise(half_width, half_height, bits, &mut seed),
            v: Codes::noise(half_width, half_height, bits, &mut seed),
        }
    }

    /// Bytes with padding after every row, and the stride.
    fn planes(&self) -> Vec<(Vec<u8>, usize)> {
        let single = |codes: &Codes| {
            let stride = codes.width as usize + 11;
            let mut bytes = vec![0xA5; stride * codes.height as usize];
            for (i, value) in codes.values.iter().enumerate() {
                bytes[i / codes.width as usize * stride + i % codes.width as usize] = *value as u8;
            }
            (bytes, stride)
        };
        let pairs = |first: &[u16], second: &[u16], width: usize| {
            let stride = width * 2 + 6;
            let mut bytes = vec![0xA5; stride * (first.len() / width)];
            for (i, (a, b)) in first.iter().zip(second).enumerate() {
                let at = i / width * stride + i % width * 2;
                bytes[at] = *a as u8;
                bytes[at + 1] = *b as u8;
            }
            (bytes, stride)
        };
        let words = |parts: &[&Codes]| {
            let width = parts[0].width as usize;
            let stride = width * 2 * parts.len() + 12;
            let mut bytes = vec![0xA5; stride * parts[0].height as usize];
            for (part, codes) in parts.iter().enumerate() {
                for (i, value) in codes.values.iter().enumerate() {
                    let at = i / width * stride + (i % width * parts.len() + part) * 2;
                    bytes[at..at + 2].copy_from_slice(&(value << 6).to_le_bytes());
                }
            }
            (bytes, stride)
        };
        match self.layout {
            YuvLayout::I420 => vec![single(&self.y), single(&self.u), single(&self.v)],
            YuvLayout::Nv12 => vec![single(&self.y), pairs(&self.u.values, &self.v.values, self.u.width as usize)],
            YuvLayout::P010 => vec![words(&[&self.y]), words(&[&self.u, &self.v])],
        }
    }

    /// RGB of a stored pixel, 0 to 255, not rounded.
    fn expected(&self, x: u32, y: u32) -> [f64; 3] {
        let scale = if self.layout == YuvLayout::P010 { 4.0 } else { 1.0 };
        let largest = if self.layout == YuvLayout::P010 { 1023.0 } else { 255.0 };
        let (chroma_x, chroma_y) = (f64::from(x) / 2.0, (f64::from(y) - 0.5) / 2.0);
        let luma = self.y.at(i64::from(x), i64::from(y));
        let u = self.u.between(chroma_x, chroma_y) - 128.0 * scale;
        let v = self.v.between(chroma_x, chroma_y) - 128.0 * scale;
        let (luma, u, v) = match self.range {
            YuvRange::Limited => ((luma - 16.0 * scale) / (219.0 * scale), u / (224.0 * scale), v / (224.0 * scale)),
            YuvRange::Full => (luma / largest, u / largest, v / largest),
        };
        let [r, g, b] = match self.matrix {
            YuvMatrix::Bt601 => [luma + 1.402 * v, luma - 0.344_136_286_2 * u - 0.714_136_286_2 * v, luma + 1.772 * u],
            YuvMatrix::Bt709 => {
                [luma + 1.5748 * v, luma - 0.187_324_273_0 * u - 0.468_124_273_0 * v, luma + 1.8556 * u]
            }
        };
        [r, g, b].map(|part| part.clamp(0.0, 1.0) * 255.0)
    }

    /// The stored pixel that the turned picture shows at a place.
    fn stored(&self, x: u32, y: u32) -> (u32, u32) {
        match self.turn {
            YuvTurn::None => (x, y),
            YuvTurn::Clockwise90 => (y, HEIGHT - 1 - x),
            YuvTurn::Half => (WIDTH - 1 - x, HEIGHT - 1 - y),
            YuvTurn::Clockwise270 => (WIDTH - 1 - y, x),
        }
    }

    fn check(&self, device: &wgpu::Device, queue: &wgpu::Queue, view: YuvView) {
        let bytes = self.planes();
        let planes: Vec<YuvPlane<'_>> =
            bytes.iter().map(|(bytes, stride)| YuvPlane { bytes, stride: *stride }).collect();
        let picture = YuvPicture {
            width: WIDTH,
            height: HEIGHT,
            layout: self.layout,
            matrix: self.matrix,
            range: self.range,
            turn: self.turn,
            pixel_aspect: 1.0,
            planes: &planes,
        };
        let (width, height) = match self.turn {
            YuvTurn::None | YuvTurn::Half => (WIDTH, HEIGHT),
            YuvTurn::Clockwise90 | YuvTurn::Clockwise270 => (HEIGHT, WIDTH),
        };
        let pixels = render((device, queue), &picture, (width, height), view);
        let [x0, y0] = [view.center[0] * width as f32, view.center[1] * height as f32];
        let mut worst: f64 = 0.0;
        for y in 0..height {
            for x in 0..width {
                // The pixel of the picture that lies under the middle of the target's.
                let under = |at: u32, side: u32, middle: f32| {
                    (middle + (at as f32 + 0.5 - side as f32 / 2.0) / view.zoom).floor() as u32
                };
                let (stored_x, stored_y) = self.stored(under(x, width, x0), under(y, height, y0));
                let got = &pixels[((y * width + x) * 4) as usize..][..3];
                for (got, expected) in got.iter().zip(self.expected(stored_x, stored_y)) {
                    worst = worst.max((f64::from(*got) - expected).abs());
                }
            }
        }
        let Self { layout, matrix, range, turn, .. } = self;
        assert!(worst <= 1.0, "{layout:?} {matrix:?} {range:?} {turn:?} {view:?}: off by {worst:.3} codes");
    }
}

/// Draws into a target of this size and reads RGBA back.
fn render(
    (device, queue): (&wgpu::Device, &wgpu::Queue),
    picture: &YuvPicture<'_>,
    (width, height): (u32, u32),
    view: YuvView,
) -> Vec<u8> {
    let format = wgpu::TextureFormat::Rgba8Unorm;
    let mut converter = YuvConverter::new(device, format);
    converter.upload(device, queue, picture).expect("should upload");
    converter.prepare(queue, [width as f32, height as f32], view);
    let target = device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    });
    let stride = (width * 4).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: u64::from(stride * height),
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    {
        let view = target.create_view(&wgpu::TextureViewDescriptor::default());
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations::default(),
            })],
            ..wgpu::RenderPassDescriptor::default()
        });
        converter.draw(&mut pass);
    }
    let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(stride), rows_per_image: None };
    encoder.copy_texture_to_buffer(
        target.as_image_copy(),
        wgpu::TexelCopyBufferInfo { buffer: &buffer, layout },
        target.size(),
    );
    queue.submit([encoder.finish()]);
    buffer.map_async(wgpu::MapMode::Read, .., |result| result.expect("should map"));
    device.poll(wgpu::PollType::wait_indefinitely()).expect("should finish");
    let bytes = buffer.get_mapped_range(..).expect("should be mapped");
    bytes.chunks_exact(stride as usize).flat_map(|row| row[..width as usize * 4].to_vec()).collect()
}

/// Any adapter, a software one included.
fn device() -> Option<(wgpu::Device, wgpu::Queue)> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let adapter = pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default())).ok()?;
    eprintln!("adapter: {:?}", adapter.get_info().name);
    let device = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor {
        required_limits: wgpu::Limits::downlevel_defaults(),
        ..wgpu::DeviceDescriptor::default()
    }));
    Some(device.expect("an adapter should give a device"))
}

#[test]
fn every_layout_matrix_and_range_matches_the_reference() {
    let Some((device, queue)) = device() else {
        eprintln!("skipped: no graphics adapter, not even a software one");
        return;
    };
    for layout in [YuvLayout::I420, YuvLayout::Nv12, YuvLayout::P010] {
        for matrix in [YuvMatrix::Bt601, YuvMatrix::Bt709] {
            for range in [YuvRange::Limited, YuvRange::Full] {
                Case::new(layout, matrix, range, YuvTurn::None).check(&device, &queue, YuvView::default());
            }
        }
    }
}

#[test]
fn turned_pictures_match_the_reference() {
    let Some((device, queue)) = device() else {
        eprintln!("skipped: no graphics adapter, not even a software one");
        return;
    };
    for turn in [YuvTurn::Clockwise90, YuvTurn::Half, YuvTurn::Clockwise270] {
        Case::new(YuvLayout::Nv12, YuvMatrix::Bt709, YuvRange::Limited, turn).check(
            &device,
            &queue,
            YuvView::default(),
        );
    }
}

#[test]
fn magnified_pixels_are_squares_of_their_own_colour() {
    let Some((device, queue)) = device() else {
        eprintln!("skipped: no graphics adapter, not even a software one");
        return;
    };
    // Off the middle, and so that no edge of a pixel falls on the middle of one of the target's.
    let view = YuvView { zoom: 4.0, center: [0.4, 0.45], is_sharp: true };
    for (layout, turn) in [(YuvLayout::I420, YuvTurn::None), (YuvLayout::P010, YuvTurn::Half)] {
        Case::new(layout, YuvMatrix::Bt709, YuvRange::Full, turn).check(&device, &queue, view);
    }
}

// Turns the planes of one video picture into RGB, upright and letterboxed into the viewport.
//
// The host is `YuvConverter` (yuv.rs), which fills `Params` and documents every convention used here.

struct Params {
    // Columns of the matrix that turns offset samples into gamma-coded RGB.
    red_green_blue_from_y: vec4<f32>,
    red_green_blue_from_u: vec4<f32>,
    red_green_blue_from_v: vec4<f32>,
    // Sample values of black (x) and of colourless chroma (y, z).
    zero: vec4<f32>,
    // Stored position from upright position: x' = dot(row_x.xy, p) + row_x.z, the same for y.
    stored_x_from_upright: vec4<f32>,
    stored_y_from_upright: vec4<f32>,
    // Half extent of the picture in clip space (x, y); weights of the low and the high byte of a sample (z, w).
    extent_and_weights: vec4<f32>,
    // Where the middle of the picture lies in clip space (x, y); 1 if its pixels are drawn as squares (z).
    offset_and_sharpness: vec4<f32>,
    // Width and height of the luma plane in pixels (x, y); 1 if U and V have planes of their own (z);
    // 1 if the target wants linear light (w).
    size_and_flags: vec4<u32>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var luma: texture_2d<f32>;
@group(0) @binding(2) var chroma_first: texture_2d<f32>;
@group(0) @binding(3) var chroma_second: texture_2d<f32>;
@group(0) @binding(4) var linear_clamp: sampler;

struct Corner {
    @builtin(position) clip: vec4<f32>,
    // Position in the upright picture: (0, 0) is the upper left corner, (1, 1) the lower right.
    @location(0) upright: vec2<f32>,
}

@vertex
fn corner(@builtin(vertex_index) index: u32) -> Corner {
    // A strip of two triangles: upper left, lower left, upper right, lower right.
    let upright = vec2<f32>(f32(index >> 1u), f32(index & 1u));
    let extent = params.extent_and_weights.xy;
    var out: Corner;
    let offset = params.offset_and_sharpness.xy;
    let position = vec2<f32>(upright.x * 2.0 - 1.0, 1.0 - upright.y * 2.0) * extent + offset;
    out.clip = vec4<f32>(position, 0.0, 1.0);
    out.upright = upright;
    return out;
}

// One chroma sample (U, V) at a whole position, clamped to the plane.
fn chroma_at(position: vec2<i32>, last: vec2<i32>) -> vec2<f32> {
    let at = clamp(position, vec2<i32>(0), last);
    let first = textureLoad(chroma_first, at, 0);
    if params.size_and_flags.z == 1u {
        return vec2<f32>(first.r, textureLoad(chroma_second, at, 0).r);
    }
    // Interleaved: 8-bit samples sit in (r, g); wider ones as low and high byte in (r, g) and (b, a).
    let weights = params.extent_and_weights.zw;
    if weights.y == 0.0 {
        return first.rg;
    }
    return vec2<f32>(dot(first.rg, weights), dot(first.ba, weights));
}

// Chroma between the samples. They sit on every second luma column and halfway between two luma rows.
fn chroma_between(stored: vec2<f32>) -> vec2<f32> {
    let last = vec2<i32>(textureDimensions(chroma_first)) - vec2<i32>(1);
    let pixel = stored * vec2<f32>(params.size_and_flags.xy);
    let position = vec2<f32>((pixel.x - 0.5) * 0.5, pixel.y * 0.5 - 0.5);
    let whole = floor(position);
    let part = position - whole;
    let at = vec2<i32>(whole);
    let upper = mix(chroma_at(at, last), chroma_at(at + vec2<i32>(1, 0), last), part.x);
    let lower = mix(chroma_at(at + vec2<i32>(0, 1), last), chroma_at(at + vec2<i32>(1, 1), last), part.x);
    return mix(upper, lower, part.y);
}

fn linear_light(gamma: vec3<f32>) -> vec3<f32> {
    let low = gamma / 12.92;
    let high = pow((gamma + 0.055) / 1.055, vec3<f32>(2.4));
    return select(high, low, gamma <= vec3<f32>(0.04045));
}

@fragment
fn rgb(in: Corner) -> @location(0) vec4<f32> {
    let upright = vec3<f32>(in.upright, 1.0);
    var stored = vec2<f32>(
        dot(params.stored_x_from_upright.xyz, upright),
        dot(params.stored_y_from_upright.xyz, upright),
    );
    if params.offset_and_sharpness.z == 1.0 {
        // The middle of the pixel, where linear filtering gives the pixel itself.
        let size = vec2<f32>(params.size_and_flags.xy);
        stored = (floor(stored * size) + 0.5) / size;
    }
    let y = dot(textureSampleLevel(luma, linear_clamp, stored, 0.0).rg, params.extent_and_weights.zw);
    let yuv = vec3<f32>(y, chroma_between(stored)) - params.zero.xyz;
    let gamma = clamp(
        params.red_green_blue_from_y.xyz * yuv.x
            + params.red_green_blue_from_u.xyz * yuv.y
            + params.red_green_blue_from_v.xyz * yuv.z,
        vec3<f32>(0.0),
        vec3<f32>(1.0),
    );
    if params.size_and_flags.w == 1u {
        return vec4<f32>(linear_light(gamma), 1.0);
    }
    return vec4<f32>(gamma, 1.0);
}

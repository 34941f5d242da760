//! What is written as ONNX computes what the network computes. A small interpreter stands in for a runtime: naive loops in
//! double precision, so that it shares nothing with the network's own arithmetic.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::{Tensor, TensorData};
use ks_domain::{ArchSpec, BottleneckMode, Capsule, StrideStyle};
use ks_model::network::Network;
use ks_model::weights::write::{Saving, Target, save};
use ks_model::weights::{Weights, formula_values, formula_weights, read_checkpoint, read_state_dict};
use prost::Message;

/// Of ONNX's messages what is looked at here.
#[derive(Clone, PartialEq, Message)]
struct Model {
    #[prost(int64, tag = "1")]
    ir_version: i64,
    #[prost(message, optional, tag = "7")]
    graph: Option<Graph>,
}

#[derive(Clone, PartialEq, Message)]
struct Graph {
    #[prost(message, repeated, tag = "1")]
    node: Vec<Node>,
    #[prost(message, repeated, tag = "5")]
    initializer: Vec<Constant>,
}

#[derive(Clone, PartialEq, Message)]
struct Node {
    #[prost(string, repeated, tag = "1")]
    input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    output: Vec<String>,
    #[prost(string, tag = "4")]
    op_type: String,
    #[prost(message, repeated, tag = "5")]
    attribute: Vec<Attribute>,
}

#[derive(Clone, PartialEq, Message)]
struct Attribute {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(int64, tag = "3")]
    i: i64,
    #[prost(int64, repeated, tag = "8")]
    ints: Vec<i64>,
}

#[derive(Clone, PartialEq, Message)]
struct Constant {
    #[prost(int64, repeated, tag = "1")]
    dims: Vec<i64>,
    #[prost(string, tag = "8")]
    name: String,
    #[prost(bytes = "vec", tag = "9")]
    raw_data: Vec<u8>,
}

/// `[batch, channels, time, height, width]`, or fewer axes filled with ones.
#[derive(Clone)]
struct Array {
    shape: [usize; 5],
    data: Vec<f64>,
}

impl Array {
    fn new(shape: &[usize], data: Vec<f64>) -> Self {
        let mut full = [1; 5];
        full[..shape.len()].copy_from_slice(shape);
        assert_eq!(full.iter().product::<usize>(), data.len());
        Self { shape: full, data }
    }

    fn at(&self, index: [usize; 5]) -> f64 {
        self.data[index.iter().zip(&self.shape).fold(0, |at, (index, size)| at * size + index)]
    }
}

fn ints(node: &Node, name: &str) -> [usize; 3] {
    let found = node.attribute.iter().find(|attribute| attribute.name == name).expect(name);
    std::array::from_fn(|axis| usize::try_from(found.ints[axis]).unwrap())
}

fn int(node: &Node, name: &str) -> usize {
    usize::try_from(node.attribute.iter().find(|attribute| attribute.name == name).expect(name).i).unwrap()
}

/// Every position of an array of that shape, the last axis fastest.
fn positions(shape: [usize; 5]) -> impl Iterator<Item = [usize; 5]> {
    (0..shape.iter().product::<usize>()).map(move |mut flat| {
        let mut index = [0; 5];
        for axis in (0..5).rev() {
            index[axis] = flat % shape[axis];
            flat /= shape[axis];
        }
        index
    })
}

/// Slides a window: `visit(output position, [(input position, tap)])`.
fn slide(
    node: &Node,
    x: &Array,
    channels: usize,
    mut visit: impl FnMut([usize; 5], &[([usize; 3], usize)]) -> f64,
) -> Array {
    let (kernel, stride, pads) = (ints(node, "kernel_shape"), ints(node, "strides"), ints(node, "pads"));
    let dilation = if node.op_type == "Conv" { ints(node, "dilations") } else { [1; 3] };
    let mut shape = [x.shape[0], channels, 0, 0, 0];
    for axis in 0..3 {
        let reach = dilation[axis] * (kernel[axis] - 1) + 1;
        shape[axis + 2] = (x.shape[axis + 2] + 2 * pads[axis] - reach) / stride[axis] + 1;
    }
    let mut taps = Vec::new();
    let data = positions(shape).map(|index| {
        taps.clear();
        for (tap, [_, _, t, h, w]) in positions([1, 1, kernel[0], kernel[1], kernel[2]]).enumerate() {
            let place = |axis: usize, step: usize| {
                let at = (index[axis + 2] * stride[axis] + step * dilation[axis]).checked_sub(pads[axis])?;
                (at < x.shape[axis + 2]).then_some(at)
            };
            if let (Some(t), Some(h), Some(w)) = (place(0, t), place(1, h), place(2, w)) {
                taps.push(([t, h, w], tap));
            }
        }
        visit(index, &taps)
    });
    let data = data.collect();
    Array { shape, data }
}

fn compute(node: &Node, inputs: &[&Array]) -> Array {
    let x = inputs[0];
    let [batch, channels, ..] = x.shape;
    match node.op_type.as_str() {
        "Conv" => {
            let (weight, bias, group) = (inputs[1], inputs[2], int(node, "group"));
            let [outputs, per_group, ..] = weight.shape;
            let taps_in_all: usize = weight.shape[2..].iter().product();
            slide(node, x, outputs, |[b, o, ..], taps| {
                let first = o / (outputs / group) * per_group;
                let products = (0..per_group).flat_map(|i| taps.iter().map(move |tap| (i, tap)));
                bias.data[o]
                    + products
                        .map(|(i, ([t, h, w], tap))| {
                            x.at([b, first + i, *t, *h, *w]) * weight.data[(o * per_group + i) * taps_in_all + tap]
                        })
                        .sum::<f64>()
            })
        }
        "MaxPool" => slide(node, x, channels, |[b, c, ..], taps| {
            taps.iter().map(|([t, h, w], _)| x.at([b, c, *t, *h, *w])).fold(f64::NEG_INFINITY, f64::max)
        }),
        "Relu" => Array { shape: x.shape, data: x.data.iter().map(|value| value.max(0.0)).collect() },
        "Add" => {
            assert_eq!(x.shape, inputs[1].shape);
            Array { shape: x.shape, data: x.data.iter().zip(&inputs[1].data).map(|(a, b)| a + b).collect() }
        }
        "GlobalAveragePool" => {
            let size = x.data.len() / (batch * channels);
            let data = x.data.chunks_exact(size).map(|part| part.iter().sum::<f64>() / size as f64).collect();
            Array::new(&[batch, channels], data)
        }
        "Flatten" => x.clone(),
        "Gemm" => {
            assert_eq!(int(node, "transB"), 1);
            let rows = x.data.chunks_exact(channels).flat_map(|row| {
                let products = inputs[1].data.chunks_exact(channels).zip(&inputs[2].data);
                products.map(|(w, b)| b + row.iter().zip(w).map(|(x, w)| x * w).sum::<f64>()).collect::<Vec<_>>()
            });
            Array::new(&[batch, inputs[1].shape[0]], rows.collect())
        }
        other => panic!("the operator {other} is not one of those that are written"),
    }
}

/// Logits of an ONNX file.
fn interpreted(path: &Path, clips: &[f32], shape: [usize; 5]) -> Vec<f64> {
    let model = Model::decode(std::fs::read(path).unwrap().as_slice()).unwrap();
    assert_eq!(model.ir_version, 8);
    let graph = model.graph.unwrap();
    let mut values =
        BTreeMap::from([("clips".to_owned(), Array::new(&shape, clips.iter().map(|x| f64::from(*x)).collect()))]);
    for constant in graph.initializer {
        let dims: Vec<usize> = constant.dims.iter().map(|size| usize::try_from(*size).unwrap()).collect();
        let floats = constant.raw_data.as_chunks::<4>().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes)));
        values.insert(constant.name, Array::new(&dims, floats.collect()));
    }
    for node in &graph.node {
        let inputs: Vec<&Array> = node.input.iter().map(|name| &values[name]).collect();
        let output = compute(node, &inputs);
        values.insert(node.output[0].clone(), output);
    }
    values.remove("logits").unwrap().data
}

/// Our logits.
fn ours(weights: &Weights, clips: &[f32], shape: [usize; 5]) -> Vec<f32> {
    let device = support::cpu();
    let x: Tensor<5> = Tensor::from_data(TensorData::new(clips.to_vec(), shape), device.burn_device());
    let logits = Network::folded(weights, device.burn_device()).forward(x.permute([0, 2, 3, 4, 1]));
    logits.try_into_vec_as::<f32>().unwrap()
}

fn write(weights: &Weights, path: &Path) {
    let saving = Saving { target: Target::Onnx, half: false, overwrite: true };
    save(weights, &Capsule::new(weights.spec().clone()), path, saving).unwrap();
}

fn largest_difference(ours: &[f32], others: &[f64]) -> f64 {
    assert_eq!(ours.len(), others.len());
    let differences = ours.iter().zip(others).map(|(a, b)| (f64::from(*a) - b).abs() / b.abs().max(1.0));
    differences.fold(0.0, f64::max)
}

#[test]
fn tiny_networks_of_every_option_compute_the_same() {
    let scratch = tempfile::tempdir().unwrap();
    let base = |mode| ArchSpec { base_channels: 2, stage_blocks: [2, 1, 1, 1], ..ArchSpec::new(mode, 5) };
    let specs = [
        base(BottleneckMode::Ir),
        base(BottleneckMode::Ip),
        ArchSpec { style: StrideStyle::Caffe, conv1_stride_t: 2, ..base(BottleneckMode::Ip) },
        ArchSpec { with_pool2: true, pool1_stride_t: 2, ..base(BottleneckMode::Ir) },
        ArchSpec { with_pool1: false, dilations: [1, 1, 2, 2], bn_eps: 1e-5, ..base(BottleneckMode::Ir) },
    ];
    let shape = [2, 3, 9, 33, 30];
    let clips = formula_values(7, "clips", shape.iter().product(), |u| (2.0 * u - 1.0) * 2.0);
    for spec in specs {
        let weights = formula_weights(&spec, 7);
        let path = scratch.path().join("tiny.onnx");
        write(&weights, &path);
        let difference = largest_difference(&ours(&weights, &clips, shape), &interpreted(&path, &clips, shape));
        assert!(difference < 1e-4, "{difference} for {spec:?}");
    }
}

#[test]
fn checkpoints_of_the_original_compute_the_originals_logits() {
    let Some(fixtures) = support::fixtures() else { return };
    let scratch = tempfile::tempdir().unwrap();
    for (file, reference) in
        [("ir4_mmaction.pth", "ir4_io"), ("ip4_bare.pth", "ip4_io"), ("ip8_train1x.pth", "ip8_train1x_io")]
    {
        let folder = fixtures.join("checkpoints");
        let weights = read_checkpoint(&folder.join(file)).unwrap();
        let reference = read_state_dict(&folder.join(format!("{reference}.safetensors"))).unwrap();
        let shape: [usize; 5] = reference["x"].shape.clone().try_into().unwrap();
        let path = scratch.path().join("original.onnx");
        write(&weights, &path);
        let found = interpreted(&path, &reference["x"].data, shape);
        let difference = largest_difference(&reference["logits"].data, &found);
        assert!(difference < 1e-4, "{difference} for {file}");
    }
}

/// For `packaging/checks/check_onnx.py`, which asks onnxruntime.
#[test]
fn networks_of_real_size_are_written_for_the_check_with_onnxruntime() {
    let Some(folder) = std::env::var_os("KS_ONNX_OUT") else {
        support::say("skipped: KS_ONNX_OUT names no folder; packaging/checks/check_onnx.py says what for");
        return;
    };
    for (name, mode) in [("ir-50", BottleneckMode::Ir), ("ip-50", BottleneckMode::Ip)] {
        for (kind, shape, tiny) in [("", [1, 3, 32, 112, 112], false), ("-tiny", [2, 3, 9, 45, 61], true)] {
            let spec = ArchSpec::new(mode, 400);
            let spec = if tiny { ArchSpec { base_channels: 4, stage_blocks: [1, 2, 1, 1], ..spec } } else { spec };
            let weights = formula_weights(&spec, 20_240_601);
            let path = Path::new(&folder).join(format!("{name}{kind}.onnx"));
            write(&weights, &path);
            let clips = formula_values(7, "clips", shape.iter().product(), |u| (2.0 * u - 1.0) * 2.0);
            let logits = ours(&weights, &clips, shape);
            let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
            let (clips, rows) = (bytes(&clips), vec![shape[0], 400]);
            let logits = bytes(&logits);
            let view =
                |shape, bytes| safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape, bytes).unwrap();
            let tensors = [("clips", view(shape.to_vec(), &clips)), ("logits", view(rows, &logits))];
            std::fs::write(path.with_extension("safetensors"), safetensors::serialize(tensors, None).unwrap()).unwrap();
        }
    }
}

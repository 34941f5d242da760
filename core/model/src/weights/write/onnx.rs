//! The network as ONNX, opset 17: from normalised clips `[batch, channels, time, height, width]` to logits
//! `[batch, classes]`, batch normalisation folded, every axis but the channels free.

use ks_domain::{ArchSpec, BlockPlace, BottleneckMode, Capsule, StrideStyle, UnitKind, UnitSpec};
use prost::Message as _;

use super::WriteError;
use super::proto::{
    Attribute, Dimension, Entry, Graph, Model, Node, OperatorSet, Shape, TensorProto, TensorType, Type, ValueInfo,
};
use crate::weights::capsule;
use crate::weights::state::Weights;

/// `f32` among ONNX's types.
const FLOAT: i32 = 1;
/// Protocol buffers cannot be longer.
const MAX_BYTES: usize = (1 << 31) - (1 << 20);

/// The whole file.
pub(super) fn bytes(weights: &Weights, capsule: &Capsule) -> Result<Vec<u8>, WriteError> {
    let spec = weights.spec();
    let bytes = 4 * spec.parameters();
    if bytes > MAX_BYTES {
        return Err(WriteError::TooLarge { bytes });
    }
    let entry = |key: &str, value: String| Entry { key: Some(key.to_owned()), value: Some(value) };
    let model = Model {
        ir_version: Some(8),
        producer_name: Some("kinetoscope".to_owned()),
        producer_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        doc_string: Some(format!("{spec}; RGB clips in, normalised as (x - mean) / std of bytes; logits out")),
        graph: Some(graph(weights)),
        opset_import: vec![OperatorSet { domain: Some(String::new()), version: Some(17) }],
        metadata_props: vec![entry(capsule::KEY, capsule::to_json(capsule)?)],
    };
    Ok(model.encode_to_vec())
}

fn graph(weights: &Weights) -> Graph {
    let spec = weights.spec();
    let mut builder = Builder { weights, units: spec.units().into_iter(), nodes: Vec::new(), constants: Vec::new() };
    let mut x = builder.stem(spec, "clips");
    for place in spec.blocks() {
        x = builder.bottleneck(spec, place, &x);
        if spec.with_pool2 && place.stage == 0 && place.index + 1 == spec.stage_blocks[0] {
            x = builder.max_pool(&x, "pool2", [2, 1, 1], [2, 1, 1], [0, 0, 0]);
        }
    }
    builder.head(spec, &x);
    let axis = |name: &str| Dimension { dim_param: Some(name.to_owned()), dim_value: None };
    let fixed = |size: usize| Dimension { dim_param: None, dim_value: Some(size as i64) };
    let clips = vec![axis("batch"), fixed(spec.in_channels), axis("time"), axis("height"), axis("width")];
    Graph {
        name: Some(spec.to_string()),
        node: builder.nodes,
        initializer: builder.constants,
        input: vec![value("clips", clips)],
        output: vec![value("logits", vec![axis("batch"), fixed(spec.classes)])],
    }
}

fn value(name: &str, dim: Vec<Dimension>) -> ValueInfo {
    let tensor_type = TensorType { elem_type: Some(FLOAT), shape: Some(Shape { dim }) };
    ValueInfo { name: Some(name.to_owned()), r#type: Some(Type { tensor_type: Some(tensor_type) }) }
}

fn one(name: &str, value: usize) -> Attribute {
    Attribute { name: Some(name.to_owned()), i: Some(value as i64), ints: Vec::new(), r#type: Some(2) }
}

fn several(name: &str, values: &[usize]) -> Attribute {
    let ints = values.iter().map(|value| *value as i64).collect();
    Attribute { name: Some(name.to_owned()), i: None, ints, r#type: Some(7) }
}

/// The same padding before and behind.
fn pads([time, height, width]: [usize; 3]) -> Attribute {
    several("pads", &[time, height, width, time, height, width])
}

/// Builds the graph; values are named after mmaction2's modules.
struct Builder<'a> {
    weights: &'a Weights,
    /// Convolutions in the order in which they are needed.
    units: std::vec::IntoIter<UnitSpec>,
    nodes: Vec<Node>,
    constants: Vec<TensorProto>,
}

impl Builder<'_> {
    /// Adds an operator and returns the name of its result.
    fn node(&mut self, op: &str, inputs: &[&str], output: &str, attribute: Vec<Attribute>) -> String {
        self.nodes.push(Node {
            input: inputs.iter().map(|input| (*input).to_owned()).collect(),
            output: vec![output.to_owned()],
            name: Some(format!("{output}/{op}")),
            op_type: Some(op.to_owned()),
            attribute,
        });
        output.to_owned()
    }

    fn constant(&mut self, name: &str, dims: &[usize], data: &[f32]) {
        self.constants.push(TensorProto {
            dims: dims.iter().map(|size| *size as i64).collect(),
            data_type: Some(FLOAT),
            name: Some(name.to_owned()),
            raw_data: Some(data.iter().flat_map(|value| value.to_le_bytes()).collect()),
        });
    }

    /// The next convolution of the network, with the normalisation folded in.
    fn convolution(&mut self, x: &str, stride: [usize; 3], dilation: usize, with_relu: bool) -> String {
        let unit = self.units.next().expect("should have a unit for every convolution");
        let folded = self.weights.folded(&unit);
        let (weight, bias) = (format!("{}.weight", unit.name), format!("{}.bias", unit.name));
        self.constant(&weight, &unit.kind.torch_shape(), &folded.weight);
        self.constant(&bias, &[unit.kind.outputs()], &folded.bias);
        let (padding, group) = match unit.kind {
            UnitKind::Stem { .. } => ([1, 3, 3], 1),
            UnitKind::Pointwise { .. } => ([0; 3], 1),
            UnitKind::Depthwise { channels } => ([1, dilation, dilation], channels),
        };
        let [.., time, height, width] = unit.kind.torch_shape();
        let attributes = vec![
            several("kernel_shape", &[time, height, width]),
            several("strides", &stride),
            pads(padding),
            several("dilations", &[1, dilation, dilation]),
            one("group", group),
        ];
        let y = self.node("Conv", &[x, &weight, &bias], &unit.name, attributes);
        if with_relu { self.relu(&y) } else { y }
    }

    fn relu(&mut self, x: &str) -> String {
        self.node("Relu", &[x], &format!("{x}.relu"), Vec::new())
    }

    fn max_pool(&mut self, x: &str, name: &str, kernel: [usize; 3], stride: [usize; 3], padding: [usize; 3]) -> String {
        let attributes = vec![several("kernel_shape", &kernel), several("strides", &stride), pads(padding)];
        self.node("MaxPool", &[x], name, attributes)
    }

    fn stem(&mut self, spec: &ArchSpec, x: &str) -> String {
        let y = self.convolution(x, [spec.conv1_stride_t, 2, 2], 1, true);
        if spec.with_pool1 {
            self.max_pool(&y, "maxpool", [1, 3, 3], [spec.pool1_stride_t, 2, 2], [0, 1, 1])
        } else {
            y
        }
    }

    fn bottleneck(&mut self, spec: &ArchSpec, place: BlockPlace, x: &str) -> String {
        let stride = spec.block_stride(place);
        let (first, depthwise) = match spec.style {
            StrideStyle::Pytorch => ([1; 3], stride),
            StrideStyle::Caffe => (stride, [1; 3]),
        };
        let mut inner = self.convolution(x, first, 1, true);
        if spec.mode == BottleneckMode::Ip {
            inner = self.convolution(&inner, [1; 3], 1, false);
        }
        let inner = self.convolution(&inner, depthwise, spec.dilations[place.stage], true);
        let inner = self.convolution(&inner, [1; 3], 1, false);
        let shortcut = if spec.has_shortcut(place) { self.convolution(x, stride, 1, false) } else { x.to_owned() };
        let name = format!("backbone.layer{}.{}", place.stage + 1, place.index);
        let sum = self.node("Add", &[&inner, &shortcut], &name, Vec::new());
        self.relu(&sum)
    }

    fn head(&mut self, spec: &ArchSpec, x: &str) {
        let (weight, bias) = ("cls_head.fc_cls.weight", "cls_head.fc_cls.bias");
        self.constant(weight, &[spec.classes, spec.features()], self.weights.get(weight));
        self.constant(bias, &[spec.classes], self.weights.get(bias));
        let pooled = self.node("GlobalAveragePool", &[x], "cls_head.avg_pool", Vec::new());
        let flat = self.node("Flatten", &[&pooled], "cls_head.flat", vec![one("axis", 1)]);
        self.node("Gemm", &[&flat, weight, bias], "logits", vec![one("transB", 1)]);
    }
}

//! The values that a pickle describes, in an arena: cycles are harmless and nothing is dropped recursively.

use std::ops::Range;

/// Where a value is in its [`Arena`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub(super) u32);

/// Bytes of the pickle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub(super) start: u32,
    pub(super) len: u32,
}

/// One value.
#[derive(Debug)]
pub enum Node {
    /// `None`.
    None,
    /// A truth value.
    Bool(bool),
    /// An integer of at most 64 bits.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// Text or bytes.
    Text(Span),
    /// A tuple.
    Tuple(Box<[Id]>),
    /// A list or set.
    List(Vec<Id>),
    /// A mapping, pairs in order of insertion; a later pair replaces an earlier one of the same key.
    Dict(Vec<(Id, Id)>),
    /// The name of something in a Python module. Never looked up.
    Global {
        /// The module.
        module: Span,
        /// The name in it.
        name: Span,
    },
    /// A reference to a storage beside the pickle.
    Persistent(Id),
    /// A tensor's description.
    Tensor(Box<TensorNode>),
    /// The result of a call that was not made; of which class, if the pickle says so.
    Object(Option<Id>),
}

/// Where a tensor's elements are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorNode {
    /// The storage.
    pub storage: StorageNode,
    /// First element within the storage.
    pub offset: u64,
    /// Sizes of the axes.
    pub shape: Vec<usize>,
    /// Distance of neighbours along each axis, in elements.
    pub stride: Vec<u64>,
}

/// What a persistent reference says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageNode {
    /// Name of its elements' type; `None` for one that weights never have.
    pub dtype: Option<ElementType>,
    /// Its name in the file.
    pub key: String,
    /// Elements.
    pub elements: u64,
}

/// Types of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ElementType {
    F64,
    F32,
    F16,
    Bf16,
    I64,
    I32,
    I16,
    I8,
    U8,
    Bool,
}

impl ElementType {
    /// Bytes of one element.
    pub fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::Bf16 | Self::I16 => 2,
            Self::I8 | Self::U8 | Self::Bool => 1,
        }
    }

    /// By the name of PyTorch's class of storages.
    pub(super) fn of_storage(class: &str) -> Option<Self> {
        Some(match class {
            "DoubleStorage" => Self::F64,
            "FloatStorage" => Self::F32,
            "HalfStorage" => Self::F16,
            "BFloat16Storage" => Self::Bf16,
            "LongStorage" => Self::I64,
            "IntStorage" => Self::I32,
            "ShortStorage" => Self::I16,
            "CharStorage" => Self::I8,
            "ByteStorage" => Self::U8,
            "BoolStorage" => Self::Bool,
            _ => return None,
        })
    }
}

/// All values of a pickle, and the pickle, of which texts are parts.
#[derive(Debug, Default)]
pub struct Arena {
    pub(super) bytes: Vec<u8>,
    pub(super) nodes: Vec<Node>,
}

impl Arena {
    /// No values yet, out of the bytes of one pickle or several.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, nodes: Vec::new() }
    }

    /// A value.
    pub fn node(&self, id: Id) -> &Node {
        // An `Id` is made with its node and by nobody else; `None` stands in if one of another arena comes along.
        self.nodes.get(id.0 as usize).unwrap_or(&Node::None)
    }

    pub(super) fn span(&self, span: Span) -> &[u8] {
        let start = span.start as usize;
        self.bytes.get(Range { start, end: start.saturating_add(span.len as usize) }).unwrap_or_default()
    }

    /// A value's text, if it is text in UTF-8.
    pub fn text(&self, id: Id) -> Option<&str> {
        match self.node(id) {
            Node::Text(span) => std::str::from_utf8(self.span(*span)).ok(),
            _ => None,
        }
    }

    /// Module and name, if it is a global.
    pub fn global(&self, id: Id) -> Option<(&str, &str)> {
        match self.node(id) {
            Node::Global { module, name } => {
                Some((std::str::from_utf8(self.span(*module)).ok()?, std::str::from_utf8(self.span(*name)).ok()?))
            }
            _ => None,
        }
    }

    /// A value that is an integer.
    pub fn int(&self, id: Id) -> Option<i64> {
        match self.node(id) {
            Node::Int(value) => Some(*value),
            Node::Bool(value) => Some(i64::from(*value)),
            _ => None,
        }
    }

    /// The elements of a tuple or list.
    pub fn items(&self, id: Id) -> Option<&[Id]> {
        match self.node(id) {
            Node::Tuple(items) => Some(items),
            Node::List(items) => Some(items),
            _ => None,
        }
    }

    /// The pairs of a mapping whose keys are text; nothing for what is no mapping.
    pub fn entries(&self, id: Id) -> impl Iterator<Item = (&str, Id)> {
        let pairs = match self.node(id) {
            Node::Dict(pairs) => pairs.as_slice(),
            _ => &[],
        };
        pairs.iter().filter_map(|(key, value)| Some((self.text(*key)?, *value)))
    }

    /// The value of a text key.
    pub fn lookup(&self, id: Id, key: &str) -> Option<Id> {
        self.entries(id).filter(|(name, _)| *name == key).map(|(_, value)| value).last()
    }

    /// A tensor's description, if it is one.
    pub fn tensor(&self, id: Id) -> Option<&TensorNode> {
        match self.node(id) {
            Node::Tensor(tensor) => Some(tensor),
            _ => None,
        }
    }
}

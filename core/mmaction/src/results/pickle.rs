//! Pickled results: a list of numpy arrays of `f32`, or of lists of floats.
//!
//! The reader knows the few instructions that such a file is made of and the four names that numpy needs; it runs nothing
//! and keeps one node for each instruction at most. Any other name is refused. Checkpoints have a reader of their own.

use super::{ResultError, malformed};

/// Makes an empty array.
const RECONSTRUCT: &[&str] = &["numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct"];
const NDARRAY: &str = "numpy ndarray";
const DTYPE: &str = "numpy dtype";
/// Bytes in protocol 2, as a text in Latin 1.
const ENCODE: &str = "_codecs encode";

/// Writes protocol 3, which every Python 3 reads.
pub(super) fn write(scores: &[Vec<f32>]) -> Vec<u8> {
    let mut out = vec![0x80, 3, b']', b'('];
    for row in scores {
        put_array(&mut out, row);
    }
    out.extend([b'e', b'.']);
    out
}

fn put_name(out: &mut Vec<u8>, name: &str) {
    out.push(b'c');
    out.extend(name.replace(' ', "\n").bytes());
    out.push(b'\n');
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'X');
    put_length(out, text.len());
    out.extend(text.bytes());
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    out.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
}

/// An array of one dimension, as numpy pickles it.
fn put_array(out: &mut Vec<u8>, row: &[f32]) {
    put_name(out, RECONSTRUCT[0]);
    put_name(out, NDARRAY);
    // An empty array of bytes that is then given its state.
    out.extend([b'K', 0, 0x85, b'C', 1, b'b', 0x87, b'R']);
    out.extend([b'(', b'K', 1, b'J']);
    put_length(out, row.len());
    out.push(0x85);
    put_name(out, DTYPE);
    put_text(out, "f4");
    out.extend([0x89, 0x88, 0x87, b'R', b'(', b'K', 3]);
    put_text(out, "<");
    out.extend([b'N', b'N', b'N', b'J', 0xff, 0xff, 0xff, 0xff, b'J', 0xff, 0xff, 0xff, 0xff, b'K', 0, b't', b'b']);
    out.extend([0x89, b'B']);
    put_length(out, 4 * row.len());
    out.extend(row.iter().flat_map(|score| score.to_le_bytes()));
    out.extend([b't', b'b']);
}

/// What an instruction left.
enum Node {
    None,
    Bool,
    Int(i64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<usize>),
    Tuple(Vec<usize>),
    Name(String),
    /// Kind and width, `f4`, and byte order.
    Dtype {
        kind: String,
        is_big: bool,
    },
    Array(Vec<f32>),
}

/// Places on the stack.
#[derive(Clone, Copy)]
enum Item {
    Mark,
    Node(usize),
}

struct Machine<'a> {
    rest: &'a [u8],
    nodes: Vec<Node>,
    stack: Vec<Item>,
    memo: std::collections::BTreeMap<u32, usize>,
}

pub(super) fn read(content: &[u8]) -> Result<Vec<Vec<f32>>, ResultError> {
    let mut machine = Machine { rest: content, nodes: Vec::new(), stack: Vec::new(), memo: Default::default() };
    let read = machine.run().and_then(|top| machine.scores(top, content.len()));
    // A dump of 1.x has dictionaries before the first name of PyTorch, so it fails on those.
    let is_torch = || content.windows(12).any(|window| window == b"torch._utils");
    read.map_err(|error| if is_torch() { ResultError::TorchDump } else { error })
}

impl<'a> Machine<'a> {
    /// Follows the instructions to the end; gives the node that is left.
    fn run(&mut self) -> Result<usize, ResultError> {
        loop {
            let code = self.take(1)?[0];
            match code {
                0x80 => {
                    self.take(1)?;
                }
                0x95 => {
                    self.take(8)?;
                }
                b'.' => return self.pop(),
                b'(' => self.stack.push(Item::Mark),
                b']' => self.push(Node::List(Vec::new())),
                b')' => self.push(Node::Tuple(Vec::new())),
                b'N' => self.push(Node::None),
                0x88 | 0x89 => self.push(Node::Bool),
                b'a' | b'e' => self.append(code == b'e')?,
                b't' | 0x85..=0x87 => self.tuple(code)?,
                b'q' | b'r' | 0x94 => self.remember(code)?,
                b'h' | b'j' => self.recall(code)?,
                b'c' | 0x93 => self.name(code)?,
                b'R' => self.reduce()?,
                b'b' => self.build()?,
                _ => self.literal(code)?,
            }
        }
    }

    fn literal(&mut self, code: u8) -> Result<(), ResultError> {
        let node = match code {
            b'K' => Node::Int(i64::from(self.take(1)?[0])),
            b'M' => Node::Int(i64::from(u16::from_le_bytes(self.array()?))),
            b'J' => Node::Int(i64::from(i32::from_le_bytes(self.array()?))),
            b'G' => Node::Float(f64::from_be_bytes(self.array()?)),
            b'X' | 0x8c => {
                let length = self.length(code == 0x8c)?;
                let text = std::str::from_utf8(self.take(length)?).map_err(|_error| malformed("a text is no UTF-8"))?;
                Node::Text(text.to_owned())
            }
            b'B' | b'C' => {
                let length = self.length(code == b'C')?;
                Node::Bytes(self.take(length)?.to_vec())
            }
            _ => {
                let at = format!("the pickle holds an instruction ({code:#04x}) that results are not made of");
                return Err(malformed(at));
            }
        };
        self.push(node);
        Ok(())
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], ResultError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(|| malformed("the pickle is cut off"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ResultError> {
        self.take(N)?.try_into().map_err(|_error| malformed("the pickle is cut off"))
    }

    fn length(&mut self, is_short: bool) -> Result<usize, ResultError> {
        Ok(if is_short { usize::from(self.take(1)?[0]) } else { u32::from_le_bytes(self.array()?) as usize })
    }

    fn push(&mut self, node: Node) {
        self.stack.push(Item::Node(self.nodes.len()));
        self.nodes.push(node);
    }

    fn pop(&mut self) -> Result<usize, ResultError> {
        match self.stack.pop() {
            Some(Item::Node(node)) => Ok(node),
            Some(Item::Mark) | None => Err(malformed("the pickle takes a value that is not there")),
        }
    }

    /// Everything above the last mark.
    fn pop_to_mark(&mut self) -> Result<Vec<usize>, ResultError> {
        let mark = self.stack.iter().rposition(|item| matches!(item, Item::Mark));
        let mark = mark.ok_or_else(|| malformed("the pickle goes back to a mark that is not there"))?;
        let above = self.stack.split_off(mark);
        let node = |item: Item| if let Item::Node(node) = item { Some(node) } else { None };
        Ok(above.into_iter().filter_map(node).collect())
    }

    fn append(&mut self, has_many: bool) -> Result<(), ResultError> {
        let more = if has_many { self.pop_to_mark()? } else { vec![self.pop()?] };
        let list = self.pop()?;
        let Some(Node::List(items)) = self.nodes.get_mut(list) else {
            return Err(malformed("the pickle appends to something that is no list"));
        };
        items.extend(more);
        self.stack.push(Item::Node(list));
        Ok(())
    }

    fn tuple(&mut self, code: u8) -> Result<(), ResultError> {
        let items = if code == b't' {
            self.pop_to_mark()?
        } else {
            let mut items = (0..code - 0x84).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
            items.reverse();
            items
        };
        self.push(Node::Tuple(items));
        Ok(())
    }

    fn remember(&mut self, code: u8) -> Result<(), ResultError> {
        let key = match code {
            b'q' => u32::from(self.take(1)?[0]),
            b'r' => u32::from_le_bytes(self.array()?),
            _ => u32::try_from(self.memo.len()).unwrap_or(u32::MAX),
        };
        let node = self.pop()?;
        self.stack.push(Item::Node(node));
        self.memo.insert(key, node);
        Ok(())
    }

    fn recall(&mut self, code: u8) -> Result<(), ResultError> {
        let key = if code == b'h' { u32::from(self.take(1)?[0]) } else { u32::from_le_bytes(self.array()?) };
        let node = self.memo.get(&key).ok_or_else(|| malformed("the pickle recalls what it never kept"))?;
        self.stack.push(Item::Node(*node));
        Ok(())
    }

    fn name(&mut self, code: u8) -> Result<(), ResultError> {
        let name = if code == b'c' {
            let mut lines = Vec::new();
            for _ in 0..2 {
                let end = self.rest.iter().take(200).position(|byte| *byte == b'\n');
                let end = end.ok_or_else(|| malformed("the pickle is cut off in a name"))?;
                lines.push(String::from_utf8_lossy(&self.take(end + 1)?[..end]).into_owned());
            }
            lines.join(" ")
        } else {
            let (name, module) = (self.pop()?, self.pop()?);
            format!("{} {}", self.text(module)?, self.text(name)?)
        };
        let is_known = RECONSTRUCT.contains(&name.as_str()) || [NDARRAY, DTYPE, ENCODE].contains(&name.as_str());
        if !is_known {
            return Err(malformed(format!("the pickle asks for `{name}`, and results need no such thing")));
        }
        self.push(Node::Name(name));
        Ok(())
    }

    fn text(&self, node: usize) -> Result<&str, ResultError> {
        match self.nodes.get(node) {
            Some(Node::Text(text)) => Ok(text),
            _ => Err(malformed("the pickle has something else where a text should be")),
        }
    }

    /// The calls that numpy's arrays are made by.
    fn reduce(&mut self) -> Result<(), ResultError> {
        let (arguments, function) = (self.pop()?, self.pop()?);
        let unknown = || malformed("the pickle calls something that results are not made of");
        let (Some(Node::Tuple(arguments)), Some(Node::Name(name))) =
            (self.nodes.get(arguments), self.nodes.get(function))
        else {
            return Err(unknown());
        };
        let made = match (name.as_str(), arguments.as_slice()) {
            (ENCODE, [text, ..]) => {
                let byte = |character: char| u8::try_from(u32::from(character)).map_err(|_error| unknown());
                Node::Bytes(self.text(*text)?.chars().map(byte).collect::<Result<_, _>>()?)
            }
            (DTYPE, [kind, ..]) => Node::Dtype { kind: self.text(*kind)?.to_owned(), is_big: false },
            (name, _) if RECONSTRUCT.contains(&name) => Node::Array(Vec::new()),
            _ => return Err(unknown()),
        };
        self.push(made);
        Ok(())
    }

    /// Gives an array or its kind of number a state.
    fn build(&mut self) -> Result<(), ResultError> {
        let (state, object) = (self.pop()?, self.pop()?);
        let unknown = || malformed("the pickle holds an array that is not understood; arrays of f32 or f64 are");
        let Some(Node::Tuple(state)) = self.nodes.get(state) else { return Err(unknown()) };
        let made = match (self.nodes.get(object), state.as_slice()) {
            (Some(Node::Dtype { kind, .. }), [_, order, ..]) => {
                Node::Dtype { kind: kind.clone(), is_big: self.text(*order)? == ">" }
            }
            (Some(Node::Array(_)), [_, shape, dtype, _, bytes]) => Node::Array(self.numbers(*shape, *dtype, *bytes)?),
            _ => return Err(unknown()),
        };
        self.nodes[object] = made;
        self.stack.push(Item::Node(object));
        Ok(())
    }

    fn numbers(&self, shape: usize, dtype: usize, bytes: usize) -> Result<Vec<f32>, ResultError> {
        let unknown = || malformed("the pickle holds an array that is no list of f32 or f64");
        let (Some(Node::Tuple(shape)), Some(Node::Dtype { kind, is_big }), Some(Node::Bytes(bytes))) =
            (self.nodes.get(shape), self.nodes.get(dtype), self.nodes.get(bytes))
        else {
            return Err(unknown());
        };
        let length = match shape.as_slice() {
            [length] => match self.nodes.get(*length) {
                Some(Node::Int(length)) => usize::try_from(*length).map_err(|_error| unknown())?,
                _ => return Err(unknown()),
            },
            _ => return Err(unknown()),
        };
        let numbers: Vec<f32> = match (kind.as_str(), is_big) {
            ("f4", false) => bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect(),
            ("f4", true) => bytes.as_chunks().0.iter().map(|four| f32::from_be_bytes(*four)).collect(),
            ("f8", false) => bytes.as_chunks().0.iter().map(|eight| f64::from_le_bytes(*eight) as f32).collect(),
            ("f8", true) => bytes.as_chunks().0.iter().map(|eight| f64::from_be_bytes(*eight) as f32).collect(),
            _ => return Err(unknown()),
        };
        let width = if kind == "f4" { 4 } else { 8 };
        let fits = length.checked_mul(width) == Some(bytes.len());
        if fits { Ok(numbers) } else { Err(unknown()) }
    }

    /// The list of lists of numbers. Parts that a file repeats by name may not add up to more than it is long.
    fn scores(&self, top: usize, most: usize) -> Result<Vec<Vec<f32>>, ResultError> {
        let unknown = || malformed("a list of arrays, or of lists of numbers, was expected");
        let Some(Node::List(rows)) = self.nodes.get(top) else { return Err(unknown()) };
        let mut left = most;
        let mut scores = Vec::new();
        for row in rows {
            let row: Vec<f32> = match self.nodes.get(*row) {
                Some(Node::Array(numbers)) => {
                    left = left.checked_sub(numbers.len()).ok_or_else(unknown)?;
                    numbers.clone()
                }
                Some(Node::List(items) | Node::Tuple(items)) => {
                    left = left.checked_sub(items.len()).ok_or_else(unknown)?;
                    let number = |item: &usize| match self.nodes.get(*item) {
                        Some(Node::Float(number)) => Ok(*number as f32),
                        Some(Node::Int(number)) => Ok(*number as f32),
                        _ => Err(unknown()),
                    };
                    items.iter().map(number).collect::<Result<_, _>>()?
                }
                _ => return Err(unknown()),
            };
            scores.push(row);
        }
        Ok(scores)
    }
}

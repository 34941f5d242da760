//! The stack machine of a pickle, protocols 0 to 5, that calls nothing.

use std::collections::HashMap;

use super::error::TorchError;
use super::limits::Limits;
use super::node::{Arena, Id, Node, Span};

/// A pickle's values.
#[derive(Debug)]
pub struct Parsed {
    /// What it describes.
    pub root: Id,
    /// Where it ended in the bytes.
    pub end: usize,
}

/// Runs one pickle that begins at `start` of the arena's bytes, and adds its values to the arena.
///
/// # Errors
/// If it is damaged, ends early or goes beyond the limits.
pub fn parse(arena: &mut Arena, start: usize, limits: Limits) -> Result<Parsed, TorchError> {
    if arena.bytes.len() > limits.bytes {
        return Err(TorchError::Limit { what: "bytes of description", limit: limits.bytes as u64 });
    }
    let mut machine = Machine { at: start, arena, stack: Vec::new(), marks: Vec::new(), memo: HashMap::new(), limits };
    let root = machine.run()?;
    Ok(Parsed { root, end: machine.at })
}

struct Machine<'a> {
    at: usize,
    arena: &'a mut Arena,
    stack: Vec<Id>,
    /// Heights of the stack at which groups were opened.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
    limits: Limits,
}

type Step<T = ()> = Result<T, TorchError>;

impl Machine<'_> {
    fn run(&mut self) -> Step<Id> {
        for _ in 0..self.limits.instructions {
            let code = self.byte()?;
            if code == b'.' {
                return self.pop();
            }
            self.step(code)?;
        }
        Err(TorchError::Limit { what: "instructions", limit: u64::from(self.limits.instructions) })
    }

    fn step(&mut self, code: u8) -> Step {
        match code {
            0x80 => self.protocol(),
            0x95 => self.take(8).map(|_frame_length| ()),
            b'(' => self.mark(),
            b'0' => self.pop().map(|_dropped| ()),
            b'1' => self.group().map(|_dropped| ()),
            b'2' => self.duplicate(),
            b'N' => self.push(Node::None),
            0x88 | 0x89 => self.push(Node::Bool(code == 0x88)),
            b'I' | b'L' | b'J' | b'K' | b'M' | 0x8a | 0x8b => self.integer(code),
            b'F' | b'G' => self.float(code),
            b'S' | b'T' | b'U' | b'V' | b'X' | b'B' | b'C' | 0x8c | 0x8d | 0x8e | 0x96 => self.text(code),
            b'g' | b'h' | b'j' => self.recall(code),
            b'p' | b'q' | b'r' | 0x94 => self.remember(code),
            b']' | 0x8f => self.push(Node::List(Vec::new())),
            b'}' => self.push(Node::Dict(Vec::new())),
            b')' => self.push(Node::Tuple(Box::default())),
            b't' | b'l' | 0x91 | b'd' => self.collect(code),
            0x85..=0x87 => self.tuple(usize::from(code - 0x84)),
            b'a' | b'e' | 0x90 => self.append(code),
            b's' | b'u' => self.set_items(code),
            b'c' | 0x93 => self.global(code),
            b'P' | b'Q' => self.persistent(code),
            b'R' | 0x81 | 0x92 | b'o' | b'i' => self.call(code),
            b'b' => self.build(),
            _ => Err(self.wrong("an instruction that PyTorch does not write")),
        }
    }

    fn wrong(&self, what: &'static str) -> TorchError {
        TorchError::Pickle { at: self.at.saturating_sub(1), what }
    }

    fn take(&mut self, count: usize) -> Step<&[u8]> {
        let end = self.at.checked_add(count).filter(|end| *end <= self.arena.bytes.len());
        let end = end.ok_or_else(|| self.wrong("it ends in the middle"))?;
        let start = std::mem::replace(&mut self.at, end);
        Ok(&self.arena.bytes[start..end])
    }

    fn array<const N: usize>(&mut self) -> Step<[u8; N]> {
        let bytes = self.take(N)?;
        Ok(std::array::from_fn(|index| bytes[index]))
    }

    fn byte(&mut self) -> Step<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// The bytes up to the end of the line, without it.
    fn line(&mut self) -> Step<Span> {
        let rest = self.arena.bytes.get(self.at..).unwrap_or_default();
        let len = rest.iter().position(|byte| *byte == b'\n').ok_or_else(|| self.wrong("a line that never ends"))?;
        let span = self.span(self.at, len);
        self.at += len + 1;
        Ok(span)
    }

    /// Offsets fit: a pickle has at most [`Limits::bytes`] bytes.
    fn span(&self, start: usize, len: usize) -> Span {
        Span { start: start as u32, len: len as u32 }
    }

    fn add(&mut self, node: Node) -> Step<Id> {
        let id = Id(u32::try_from(self.arena.nodes.len()).map_err(|_too_many| self.wrong("too many values"))?);
        self.arena.nodes.push(node);
        Ok(id)
    }

    fn push(&mut self, node: Node) -> Step {
        let id = self.add(node)?;
        self.stack.push(id);
        Ok(())
    }

    /// Takes the uppermost value of the innermost open group.
    fn pop(&mut self) -> Step<Id> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let top = if self.stack.len() > floor { self.stack.pop() } else { None };
        top.ok_or_else(|| self.wrong("an instruction lacks its value"))
    }

    fn peek(&self) -> Step<Id> {
        self.stack.last().copied().ok_or_else(|| self.wrong("an instruction lacks its value"))
    }

    fn mark(&mut self) -> Step {
        if self.marks.len() >= self.limits.depth {
            return Err(TorchError::Limit { what: "nested groups", limit: self.limits.depth as u64 });
        }
        self.marks.push(self.stack.len());
        Ok(())
    }

    /// Takes all values of the innermost open group.
    fn group(&mut self) -> Step<Vec<Id>> {
        let start = self.marks.pop().ok_or_else(|| self.wrong("a group ends that was never opened"))?;
        Ok(self.stack.split_off(start.min(self.stack.len())))
    }

    fn protocol(&mut self) -> Step {
        match self.byte()? {
            0..=5 => Ok(()),
            _ => Err(self.wrong("a protocol that does not exist")),
        }
    }

    fn duplicate(&mut self) -> Step {
        let top = self.peek()?;
        self.stack.push(top);
        Ok(())
    }

    fn integer(&mut self, code: u8) -> Step {
        let value = match code {
            b'J' => i64::from(i32::from_le_bytes(self.array()?)),
            b'K' => i64::from(self.byte()?),
            b'M' => i64::from(u16::from_le_bytes(self.array()?)),
            b'I' | b'L' => {
                let span = self.line()?;
                let text = std::str::from_utf8(self.arena.span(span)).unwrap_or_default();
                let text = text.trim().trim_end_matches('L');
                // A larger integer is nobody's size or offset.
                text.parse().unwrap_or(i64::MAX)
            }
            _ => {
                let count = if code == 0x8a {
                    usize::from(self.byte()?)
                } else {
                    usize::try_from(u32::from_le_bytes(self.array()?)).unwrap_or(usize::MAX)
                };
                little_endian(self.take(count)?)
            }
        };
        self.push(Node::Int(value))
    }

    fn float(&mut self, code: u8) -> Step {
        let value = if code == b'G' {
            f64::from_be_bytes(self.array()?)
        } else {
            let span = self.line()?;
            std::str::from_utf8(self.arena.span(span))
                .ok()
                .and_then(|text| text.trim().parse().ok())
                .unwrap_or(f64::NAN)
        };
        self.push(Node::Float(value))
    }

    fn text(&mut self, code: u8) -> Step {
        let wide = |bytes: [u8; 8]| usize::try_from(u64::from_le_bytes(bytes)).unwrap_or(usize::MAX);
        let len = match code {
            b'S' | b'V' => {
                let mut span = self.line()?;
                if code == b'S' && span.len >= 2 {
                    span = Span { start: span.start + 1, len: span.len - 2 };
                }
                return self.push(Node::Text(span));
            }
            b'U' | b'C' | 0x8c => usize::from(self.byte()?),
            b'T' | b'X' | b'B' => usize::try_from(u32::from_le_bytes(self.array()?)).unwrap_or(usize::MAX),
            _ => wide(self.array()?),
        };
        let start = self.at;
        self.take(len)?;
        let span = self.span(start, len);
        self.push(Node::Text(span))
    }

    fn memo_index(&mut self, code: u8) -> Step<u32> {
        match code {
            b'h' | b'q' => self.byte().map(u32::from),
            b'j' | b'r' => self.array().map(u32::from_le_bytes),
            _ => {
                let span = self.line()?;
                let index = std::str::from_utf8(self.arena.span(span)).ok().and_then(|text| text.trim().parse().ok());
                index.ok_or_else(|| self.wrong("a place in the memo that is no number"))
            }
        }
    }

    fn recall(&mut self, code: u8) -> Step {
        let index = self.memo_index(code)?;
        let id = self.memo.get(&index).copied().ok_or_else(|| self.wrong("a value that was never remembered"))?;
        self.stack.push(id);
        Ok(())
    }

    fn remember(&mut self, code: u8) -> Step {
        let index = if code == 0x94 { self.memo.len() as u32 } else { self.memo_index(code)? };
        if self.memo.len() >= self.limits.memo {
            return Err(TorchError::Limit { what: "remembered values", limit: self.limits.memo as u64 });
        }
        let top = self.peek()?;
        self.memo.insert(index, top);
        Ok(())
    }

    fn collect(&mut self, code: u8) -> Step {
        let items = self.group()?;
        let node = match code {
            b't' => Node::Tuple(items.into()),
            b'd' => Node::Dict(self.pairs(&items)?),
            _ => Node::List(items),
        };
        self.push(node)
    }

    fn pairs(&self, items: &[Id]) -> Step<Vec<(Id, Id)>> {
        let (pairs, rest) = items.as_chunks::<2>();
        if rest.is_empty() {
            Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect())
        } else {
            Err(self.wrong("a key without a value"))
        }
    }

    fn tuple(&mut self, count: usize) -> Step {
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(self.pop()?);
        }
        items.reverse();
        self.push(Node::Tuple(items.into()))
    }

    fn append(&mut self, code: u8) -> Step {
        let items = if code == b'a' { vec![self.pop()?] } else { self.group()? };
        let target = self.peek()?;
        // What is no list is an object of a class that is not known here; its contents are not wanted.
        if let Some(Node::List(list)) = self.arena.nodes.get_mut(target.0 as usize) {
            list.extend(items);
        }
        Ok(())
    }

    fn set_items(&mut self, code: u8) -> Step {
        let items = if code == b's' {
            let value = self.pop()?;
            vec![self.pop()?, value]
        } else {
            self.group()?
        };
        let pairs = self.pairs(&items)?;
        let target = self.peek()?;
        if let Some(Node::Dict(dict)) = self.arena.nodes.get_mut(target.0 as usize) {
            dict.extend(pairs);
        }
        Ok(())
    }

    fn global(&mut self, code: u8) -> Step {
        let (module, name) = if code == b'c' {
            (self.line()?, self.line()?)
        } else {
            let name = self.pop()?;
            let module = self.pop()?;
            match (self.arena.node(module), self.arena.node(name)) {
                (Node::Text(module), Node::Text(name)) => (*module, *name),
                _ => return Err(self.wrong("a name that is no text")),
            }
        };
        self.push(Node::Global { module, name })
    }

    fn persistent(&mut self, code: u8) -> Step {
        let id = if code == b'P' {
            let span = self.line()?;
            self.add(Node::Text(span))?
        } else {
            self.pop()?
        };
        self.push(Node::Persistent(id))
    }

    /// A call: never made. Those that make a tensor or a mapping are known by name.
    fn call(&mut self, code: u8) -> Step {
        let (class, arguments) = match code {
            b'R' | 0x81 => {
                let arguments = self.pop()?;
                (Some(self.pop()?), Some(arguments))
            }
            0x92 => {
                self.pop()?;
                let arguments = self.pop()?;
                (Some(self.pop()?), Some(arguments))
            }
            b'o' => (self.group()?.first().copied(), None),
            _ => {
                let (module, name) = (self.line()?, self.line()?);
                self.group()?;
                (Some(self.add(Node::Global { module, name })?), None)
            }
        };
        let known = class.map(|class| self.known(class, arguments)).transpose()?.flatten();
        self.push(known.unwrap_or(Node::Object(class)))
    }

    fn known(&self, class: Id, arguments: Option<Id>) -> Step<Option<Node>> {
        let items = arguments.and_then(|arguments| self.arena.items(arguments)).unwrap_or_default();
        let Some(class) = self.arena.global(class) else { return Ok(None) };
        Ok(match class {
            ("torch._utils", "_rebuild_tensor_v2" | "_rebuild_tensor") => {
                let tensor = self.arena.described_tensor(items);
                let tensor = tensor.ok_or_else(|| self.wrong("a tensor whose description makes no sense"))?;
                Some(Node::Tensor(Box::new(tensor)))
            }
            ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => {
                let tensor = items.first().and_then(|tensor| self.arena.tensor(*tensor));
                tensor.map(|tensor| Node::Tensor(Box::new(tensor.clone())))
            }
            ("collections", "OrderedDict" | "defaultdict") => {
                let pairs = items.first().and_then(|pairs| self.arena.items(*pairs)).unwrap_or_default();
                let pair = |id: &Id| match self.arena.items(*id)? {
                    [key, value] => Some((*key, *value)),
                    _ => None,
                };
                Some(Node::Dict(pairs.iter().filter_map(pair).collect()))
            }
            _ => None,
        })
    }

    /// An object's state, which is not wanted; for a mapping it is only the versions of the modules.
    fn build(&mut self) -> Step {
        self.pop()?;
        self.peek().map(|_object| ())
    }
}

/// A two's-complement integer of any length; one of more than 64 bits becomes the largest.
fn little_endian(bytes: &[u8]) -> i64 {
    if bytes.len() > 8 {
        return i64::MAX;
    }
    let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut wide = [if negative { 0xff } else { 0 }; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    i64::from_le_bytes(wide)
}

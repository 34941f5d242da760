//! Gets the elements of an `.eaf` file out of its text. Entities that a file defines for itself are not expanded, and
//! nothing that it points to is opened.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::NAME;
use crate::exchange::format::InputFile;
use crate::exchange::report::ExchangeError;
use crate::exchange::text::decode;

/// How deep elements may be nested; ELAN needs six levels.
const MAX_DEPTH: usize = 64;

/// What a file holds of interest, in its order.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// The unit of the times, such as `milliseconds`.
    pub(super) units: String,
    /// The medium that very old files name.
    pub(super) media_file: String,
    pub(super) media: Vec<Media>,
    /// Properties by name.
    pub(super) properties: BTreeMap<String, String>,
    /// Time slots in order, with their times where they have one.
    pub(super) slots: Vec<(String, Option<i64>)>,
    pub(super) tiers: Vec<Tier>,
    /// Whether an entity was met that is not one of XML's own.
    pub(super) has_foreign_entity: bool,
}

#[derive(Debug, Default)]
pub(super) struct Media {
    pub(super) url: String,
    pub(super) relative: String,
    pub(super) mime: String,
    /// When the medium begins on the file's own clock, in the file's units.
    pub(super) origin: i64,
}

#[derive(Debug, Default)]
pub(super) struct Tier {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) annotator: String,
    pub(super) annotations: Vec<Annotation>,
}

#[derive(Debug, Default)]
pub(super) struct Annotation {
    pub(super) id: String,
    pub(super) value: String,
    pub(super) at: Place,
}

#[derive(Debug)]
pub(super) enum Place {
    /// Between two time slots.
    Slots(String, String),
    /// With another annotation.
    Parent(String),
}

impl Default for Place {
    fn default() -> Self {
        Self::Parent(String::new())
    }
}

/// Which text is being read.
enum Collects {
    Nothing,
    Value,
    Property(String),
}

pub(super) fn parse(file: &InputFile) -> Result<Document, ExchangeError> {
    let text = decode(file)?;
    let mut reader = Reader::from_str(&text);
    let mut document = Document::default();
    let mut collects = Collects::Nothing;
    let mut collected = String::new();
    let mut depth = 0usize;
    let mut is_eaf = false;
    loop {
        let at = reader.buffer_position();
        let broken = |reason: String| ExchangeError::Broken {
            name: file.name.clone(),
            format: NAME,
            reason: format!("byte {at}: {reason}"),
        };
        match reader.read_event().map_err(|error| broken(error.to_string()))? {
            Event::Start(element) => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(broken("elements are nested too deeply".to_owned()));
                }
                is_eaf |= element.local_name().as_ref() == b"ANNOTATION_DOCUMENT";
                collects = open(&element, &mut document);
                collected.clear();
            }
            Event::Empty(element) => {
                open(&element, &mut document);
            }
            Event::End(_element) => {
                depth = depth.saturating_sub(1);
                close(
                    std::mem::replace(&mut collects, Collects::Nothing),
                    std::mem::take(&mut collected),
                    &mut document,
                );
            }
            Event::Text(part) => {
                collected.push_str(&part.xml10_content().map_err(|error| broken(error.to_string()))?);
            }
            Event::CData(part) => {
                collected.push_str(&part.xml10_content().map_err(|error| broken(error.to_string()))?);
            }
            Event::GeneralRef(part) => {
                let name = part.decode().map_err(|error| broken(error.to_string()))?;
                match part.resolve_char_ref().map_err(|error| broken(error.to_string()))? {
                    Some(character) => collected.push(character),
                    None => match resolve_predefined_entity(&name) {
                        Some(text) => collected.push_str(text),
                        None => document.has_foreign_entity = true,
                    },
                }
            }
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
    }
    if is_eaf && depth == 0 {
        return Ok(document);
    }
    let reason = if is_eaf { "it ends in the middle" } else { "it has no ANNOTATION_DOCUMENT" };
    Err(ExchangeError::Broken { name: file.name.clone(), format: NAME, reason: reason.to_owned() })
}

/// An attribute's value; empty where it is missing. Entities of the file's own stay as they are written.
fn attribute(element: &BytesStart<'_>, name: &str) -> String {
    let found = element.try_get_attribute(name).ok().flatten();
    found.map_or_else(String::new, |attribute| {
        let plain = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        match attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0) {
            Ok(value) => value.into_owned(),
            Err(_entity) => plain(&attribute.value),
        }
    })
}

fn open(element: &BytesStart<'_>, document: &mut Document) -> Collects {
    let text = |name: &str| attribute(element, name);
    match element.local_name().as_ref() {
        b"HEADER" => {
            document.units = text("TIME_UNITS");
            document.media_file = text("MEDIA_FILE");
        }
        b"MEDIA_DESCRIPTOR" => document.media.push(Media {
            url: text("MEDIA_URL"),
            relative: text("RELATIVE_MEDIA_URL"),
            mime: text("MIME_TYPE"),
            origin: text("TIME_ORIGIN").trim().parse().unwrap_or(0),
        }),
        b"PROPERTY" => return Collects::Property(text("NAME")),
        b"TIME_SLOT" => document.slots.push((text("TIME_SLOT_ID"), text("TIME_VALUE").trim().parse().ok())),
        b"TIER" => document.tiers.push(Tier {
            id: text("TIER_ID"),
            kind: text("LINGUISTIC_TYPE_REF"),
            annotator: text("ANNOTATOR"),
            annotations: Vec::new(),
        }),
        b"ALIGNABLE_ANNOTATION" => {
            let at = Place::Slots(text("TIME_SLOT_REF1"), text("TIME_SLOT_REF2"));
            annotate(document, Annotation { id: text("ANNOTATION_ID"), value: String::new(), at });
        }
        b"REF_ANNOTATION" => {
            let at = Place::Parent(text("ANNOTATION_REF"));
            annotate(document, Annotation { id: text("ANNOTATION_ID"), value: String::new(), at });
        }
        b"ANNOTATION_VALUE" => return Collects::Value,
        _ => {}
    }
    Collects::Nothing
}

fn annotate(document: &mut Document, annotation: Annotation) {
    if let Some(tier) = document.tiers.last_mut() {
        tier.annotations.push(annotation);
    }
}

fn close(collects: Collects, text: String, document: &mut Document) {
    match collects {
        Collects::Nothing => {}
        Collects::Property(name) => _ = document.properties.insert(name, text),
        Collects::Value => {
            let last = document.tiers.last_mut().and_then(|tier| tier.annotations.last_mut());
            if let Some(annotation) = last {
                annotation.value = text;
            }
        }
    }
}

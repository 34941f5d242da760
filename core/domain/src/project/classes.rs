//! Changes to label sets and classes, and to the probabilities from which on these count. Renaming, merging and deleting touch no label, so each can be undone at any time
//! without losing what was drawn since.

use thiserror::Error;

use super::analyses::ViewRules;
use super::change::{Change, ChangeKind, Edit, Record, RecordId, Scope};
use super::ids::{ClassId, SetId};
use super::records::{ClassFate, ClassRecord, Rgb, SetRecord};
use super::state::Project;

/// Why a class or a label set cannot be as wished.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ClassError {
    /// A name without a letter.
    #[error("a class needs a name; type one")]
    NoName,
    /// Another class has the name.
    #[error("there is already a class “{name}” in this set; choose another name, or merge the two classes")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// Another class has the key.
    #[error("the key “{key}” already marks “{class}”; choose another key, or take it away there first")]
    KeyTaken {
        /// The key.
        key: char,
        /// The class that has it.
        class: String,
    },
    /// A class can only be merged into another one of its set that is in use.
    #[error("a class can only be merged into another class of the same set")]
    CannotMerge,
    /// The class or set is not in use.
    #[error("this class is no longer there; it was deleted or merged")]
    Gone,
}

/// A class that is about to be added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewClass {
    /// Its name.
    pub name: String,
    /// Its colour, if its place shall not give it one.
    pub color: Option<Rgb>,
    /// The key that marks it.
    pub key: Option<char>,
    /// What counts as it.
    pub description: String,
}

impl NewClass {
    /// A class of this name and nothing else.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

impl Project {
    /// Adds a label set.
    ///
    /// # Errors
    /// If the name is empty.
    pub fn add_set(&self, name: &str, description: &str) -> Result<Change, ClassError> {
        let name = checked_name(name)?;
        let set = SetRecord { id: SetId(self.next_number()), name, description: description.to_owned() };
        Ok(of_classes(ChangeKind::AddSet, vec![Edit::add(Record::Set(set))]))
    }

    /// Gives a label set another name or description; `None` if it has them already.
    ///
    /// # Errors
    /// If the name is empty or the set is not there.
    pub fn edit_set(&self, id: SetId, name: &str, description: &str) -> Result<Option<Change>, ClassError> {
        let before = self.set(id).ok_or(ClassError::Gone)?;
        let after = SetRecord { id, name: checked_name(name)?, description: description.to_owned() };
        let edit = Edit::replace(Record::Set(before.clone()), Record::Set(after.clone()));
        Ok((after != *before).then(|| of_classes(ChangeKind::EditSet, vec![edit])))
    }

    /// Adds classes to a set, after those that it has.
    ///
    /// # Errors
    /// If the set is not there, or a name or key is taken or a name empty.
    pub fn add_classes(&self, set: SetId, classes: Vec<NewClass>) -> Result<Change, ClassError> {
        self.set(set).ok_or(ClassError::Gone)?;
        let mut known: Vec<ClassRecord> = self.classes_of(set).into_iter().cloned().collect();
        let first_place = known.iter().map(|class| class.place + 1).max().unwrap_or(0);
        let mut edits = Vec::new();
        for ((number, place), class) in (self.next_number()..).zip(first_place..).zip(classes) {
            let NewClass { name, color, key, description } = class;
            let id = ClassId(number);
            let name = checked_name(&name)?;
            let record = ClassRecord { id, set, name, color, key, description, place, fate: ClassFate::Active };
            check_against(&record, &known)?;
            known.push(record.clone());
            edits.push(Edit::add(Record::Class(record)));
        }
        Ok(of_classes(ChangeKind::AddClass, edits))
    }

    /// Gives a class another name, colour, key, description or place; `None` if it has them already.
    ///
    /// # Errors
    /// If the class is not in use, its name empty, or name or key are those of another class.
    pub fn edit_class(&self, after: ClassRecord) -> Result<Option<Change>, ClassError> {
        let before = self.class(after.id).filter(|class| class.fate == ClassFate::Active).ok_or(ClassError::Gone)?;
        let name = checked_name(&after.name)?;
        let after = ClassRecord { name, set: before.set, fate: ClassFate::Active, ..after };
        let known: Vec<ClassRecord> = self.classes_of(before.set).into_iter().cloned().collect();
        check_against(&after, &known)?;
        let kind = if after.name == before.name { ChangeKind::EditClass } else { ChangeKind::RenameClass };
        let edit = Edit::replace(Record::Class(before.clone()), Record::Class(after.clone()));
        Ok((after != *before).then(|| of_classes(kind, vec![edit])))
    }

    /// Lets the labels of a class count as those of another one.
    ///
    /// # Errors
    /// If the two are one, of different sets, or one is not in use.
    pub fn merge_classes(&self, from: ClassId, into: ClassId) -> Result<Change, ClassError> {
        let in_use = |id| self.class(id).filter(|class| class.fate == ClassFate::Active).ok_or(ClassError::Gone);
        let (from, into) = (in_use(from)?, in_use(into)?);
        if from.id == into.id || from.set != into.set {
            return Err(ClassError::CannotMerge);
        }
        Ok(self.retire(from, ClassFate::MergedInto(into.id), ChangeKind::MergeClasses))
    }

    /// Takes a class out of use. Its labels stay in the project, unseen, and come back when this is undone.
    ///
    /// # Errors
    /// If it is not in use.
    pub fn delete_class(&self, id: ClassId) -> Result<Change, ClassError> {
        let class = self.class(id).filter(|class| class.fate == ClassFate::Active).ok_or(ClassError::Gone)?;
        Ok(self.retire(class, ClassFate::Deleted, ChangeKind::DeleteClass))
    }

    /// Lets what networks found count from other probabilities on; `None` if it does already.
    pub fn set_rules(&self, rules: ViewRules) -> Option<Change> {
        let before = self.record(RecordId::Rules);
        let edit = Edit { before, after: Some(Record::Rules(rules.clone())) };
        (rules != self.rules()).then(|| of_classes(ChangeKind::SetRules, vec![edit]))
    }

    fn retire(&self, class: &ClassRecord, fate: ClassFate, kind: ChangeKind) -> Change {
        // Its key becomes free; undoing gives it back, as everything about classes is undone in one order.
        let after = ClassRecord { fate, key: None, ..class.clone() };
        of_classes(kind, vec![Edit::replace(Record::Class(class.clone()), Record::Class(after))])
    }
}

fn of_classes(kind: ChangeKind, edits: Vec<Edit>) -> Change {
    Change { scope: Scope::Classes, kind, edits, leads: false }
}

fn checked_name(name: &str) -> Result<String, ClassError> {
    let name = name.trim();
    if name.is_empty() { Err(ClassError::NoName) } else { Ok(name.to_owned()) }
}

fn check_against(class: &ClassRecord, known: &[ClassRecord]) -> Result<(), ClassError> {
    let mut others = known.iter().filter(|other| other.id != class.id);
    if others.clone().any(|other| other.name == class.name) {
        return Err(ClassError::NameTaken { name: class.name.clone() });
    }
    let taken = class.key.and_then(|key| others.find(|other| other.key == Some(key)).map(|other| (key, other)));
    match taken {
        Some((key, other)) => Err(ClassError::KeyTaken { key, class: other.name.clone() }),
        None => Ok(()),
    }
}

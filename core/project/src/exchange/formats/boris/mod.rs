//! BORIS: its project files, and the tables that it exports, in all the shapes that they have had.
//!
//! A project stores no START and STOP: the first, third, … event of a state behaviour (of one subject with the same
//! modifiers) begins it, the others end it. `events.rs` pairs them, for projects and for tables of events alike.

mod aggregated;
mod events;
mod observation;
mod project;
mod table;

pub use self::aggregated::BorisAggregated;
pub use self::project::BorisProject;
pub use self::table::BorisEvents;

/// What BORIS writes where no subject was chosen.
const NO_SUBJECT: &str = "No focal subject";
/// The subject of our files under which labels stand that overlap others of their class.
const OVERLAP: &str = "overlapping ";

/// A note from what BORIS says beside the behaviour: subject, modifiers, comments.
fn note(subject: &str, modifiers: &str, comments: &[&str]) -> String {
    let mut parts = Vec::new();
    if !subject.is_empty() && subject != NO_SUBJECT && !subject.starts_with(OVERLAP) {
        parts.push(format!("subject: {subject}"));
    }
    let modifiers: Vec<&str> =
        modifiers.split('|').map(str::trim).filter(|part| !part.is_empty() && *part != "None").collect();
    if !modifiers.is_empty() {
        parts.push(format!("modifiers: {}", modifiers.join(", ")));
    }
    let mut said: Vec<&str> = Vec::new();
    for comment in comments.iter().map(|comment| comment.trim()).filter(|comment| !comment.is_empty()) {
        if !said.contains(&comment) {
            said.push(comment);
        }
    }
    parts.extend(said.into_iter().map(str::to_owned));
    parts.join("\n")
}

//! Long work: analysing whole videos, checking a device, listing what can compute.
//!
//! [`Engine`] is the only door. Behind it stands either a child process of the window (`kinetoscope engine`, see
//! [`serve`]), which may die without taking anything with it, or the same worker inside this process, for the command
//! line. Either way one thread owns every tensor. Tasks go in with [`Engine::submit`], [`Event`]s come out of the
//! bounded [`EventReceiver`].
//!
//! ```no_run
//! use ks_domain::AnalysisSettings;
//! use ks_engine::{AnalysisSpec, DeviceChoice, Engine, EngineConfig, Event, ModelSpec, Task};
//!
//! let (engine, events) = Engine::in_process(EngineConfig::default(), Box::new(|| {}))?;
//! let job = engine.submit(Task::Analyze(AnalysisSpec {
//!     video: "arm.mp4".into(),
//!     model: ModelSpec::new("csn.pth", DeviceChoice::Auto),
//!     settings: AnalysisSettings::default().validate().expect("the defaults are valid"),
//!     clips: 1,
//! }))?;
//! while let Some(event) = events.recv() {
//!     match event {
//!         Event::Window { index, scores, .. } => println!("{index}: {:?}", scores.top_k(1)),
//!         other if other.ends() == Some(job) => break,
//!         _ => {}
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What is not here: how a video is decoded (`ks-media`), what the network is (`ks-model`), and anything about windows.

mod book;
mod child;
mod convert;
mod deaths;
mod engine;
mod event;
mod hash;
mod kit;
mod memory;
mod meter;
mod outbox;
mod places;
mod real_kit;
mod sample_source;
mod serve;
mod supervisor;
mod task;
pub mod testing;
pub mod training;
pub mod updates;
mod video_source;
mod wire;
mod wire_path;
mod worker;
pub mod zoo;

pub use ks_model::verify::{Outcome, Status};
pub use ks_model::weights::write::Target;
pub use ks_model::weights::{Gaps, Strictness};
pub use ks_model::{DeviceChoice, DeviceInfo, DeviceKind, enumerate_devices};

pub use self::convert::{CheckpointAbout, ConvertSpec, Converted, checkpoint_about, convert, write_made_up};
pub use self::engine::{ChildCommand, Engine, EngineError};
pub use self::event::{Bottleneck, Event, Failure, ModelInfo, Stage, Subject, Timing};
pub use self::outbox::{EventReceiver, Wake};
pub use self::places::{Places, portable_folder};
pub use self::serve::{ServeError, serve};
pub use self::task::{
    AnalysisSpec, BenchSpec, EngineConfig, JobId, ModelSpec, SampleSource, Task, TestSpec, ViewSettings,
};

//! What the user does with the project and its labels, what is to be done about it, and what comes back.

use std::path::PathBuf;

use ks_domain::project::{
    AnalysisId, AnalysisRecord, ClassId, ClassRecord, Entry, MarkerId, NewClass, Project, SegmentId, SetId, Verdict,
    VideoFacts, VideoId, ViewRules, WorkState,
};
use ks_domain::{MediaTime, WindowScores};

use super::{ExchangeEffect, ExchangeEvent, Page, PageAction};
use crate::state::video::Failure;

/// Something that the user wants of the project and its queue.
#[derive(Clone, Debug, PartialEq)]
pub enum ProjectAction {
    /// Begin another, empty project.
    New,
    /// Open this project.
    Open(PathBuf),
    /// Go on in a file of this name.
    SaveAs(PathBuf),
    /// Ask where to save, because another project was asked for and this one cannot be kept where it is.
    SaveFirst,
    /// Let this project go, though changes of it are lost, for the one that was asked for.
    LoseChanges,
    /// Take videos out of the queue.
    RemoveVideos(Vec<VideoId>),
    /// Put a video before another one of the queue, or at its end.
    MoveVideo {
        /// Which video.
        video: VideoId,
        /// Before which one; `None` for the end.
        before: Option<VideoId>,
    },
    /// Select a video besides the watched one, or no longer.
    ToggleMarked(VideoId),
    /// Select the videos from the watched one to this one.
    MarkTo(VideoId),
    /// Select no video besides the watched one.
    ClearMarked,
    /// Analyse the selected videos.
    AnalyseMarked,
    /// Say how far the labelling of the watched video is.
    SetWork(WorkState),
    /// Write a note on the watched video.
    NoteVideo(String),
    /// Say how far the labelling of some videos is.
    SetWorkOf {
        /// Which videos.
        videos: Vec<VideoId>,
        /// How far.
        work: WorkState,
    },
    /// Write a note on a video.
    NoteOf {
        /// Which video.
        video: VideoId,
        /// The note.
        note: String,
    },
    /// Look again for a video whose file is not where it was.
    FindVideo(VideoId),
    /// Something on a page of the inspector.
    Pages(PageAction),
    /// Say where a video's file is now.
    Relink {
        /// Which video.
        video: VideoId,
        /// Its file.
        path: PathBuf,
    },
    /// Say who labels.
    SetPerson(String),
    /// Say how long after something happens the key is pressed, in milliseconds.
    SetReaction(u32),
    /// Change how predictions become segments.
    SetRules(ViewRules),
    /// Change it while the pointer still looks for the right place: it is kept with [`Self::KeepRules`].
    TryRules(ViewRules),
    /// Keep how predictions become segments, as it was tried out last.
    KeepRules,
    /// Give a class a threshold of its own, or none.
    SetClassThreshold {
        /// The name of the class.
        class: String,
        /// The threshold.
        threshold: Option<f32>,
    },
    /// Show a page of the inspector.
    ShowPage(Page),
    /// Have a row for every class of the set, or only for those that occur.
    ShowAllClasses(bool),
    /// Undo or redo until the history of the watched video ends with this entry; 0 for its beginning.
    TravelTo(u64),
}

/// Something that the user wants of the labels of the watched video, or of the classes.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelAction {
    /// Select a segment.
    Select {
        /// Which one.
        id: SegmentId,
        /// Whether those that are selected stay so.
        adds: bool,
    },
    /// Select these segments and no others.
    SelectMany(Vec<SegmentId>),
    /// Select nothing.
    ClearSelection,
    /// Draw a segment.
    Draw {
        /// Its class.
        class: ClassId,
        /// When it begins.
        start: MediaTime,
        /// When it ends.
        end: MediaTime,
    },
    /// Draw a segment of a class that is named, and made if it is not there yet.
    DrawNamed {
        /// The name of the class.
        class: String,
        /// When it begins.
        start: MediaTime,
        /// When it ends.
        end: MediaTime,
    },
    /// Give a segment other ends.
    Retime {
        /// Which one.
        id: SegmentId,
        /// When it begins.
        start: MediaTime,
        /// When it ends.
        end: MediaTime,
    },
    /// Move the selected segments together: what begins at one moment begins at another one afterwards.
    MoveSelected {
        /// When one of them begins.
        from: MediaTime,
        /// When it begins afterwards.
        to: MediaTime,
    },
    /// Say of a label that a network drew and nobody has confirmed whether it is right.
    Confirm {
        /// Which one.
        id: SegmentId,
        /// Whether the class occurs there.
        verdict: Verdict,
    },
    /// Give the selected segments another class.
    Relabel(ClassId),
    /// Write a note on a segment.
    Note {
        /// Which one.
        id: SegmentId,
        /// The note.
        text: String,
    },
    /// Draw with this class.
    ChooseClass(ClassId),
    /// Use this label set.
    ChooseSet(SetId),
    /// Begin or end marking a class at the playhead.
    Paint(ClassId),
    /// Add classes to the set that is used; the set is made if there is none.
    AddClass(NewClass),
    /// Change a class.
    EditClass(ClassRecord),
    /// Let the labels of a class count as those of another one.
    MergeClasses {
        /// The class that goes.
        from: ClassId,
        /// The class that takes its labels.
        into: ClassId,
    },
    /// Take a class out of use.
    DeleteClass(ClassId),
    /// Add a label set.
    AddSet(String),
    /// Rename or describe a label set.
    EditSet {
        /// Which one.
        id: SetId,
        /// Its name.
        name: String,
        /// What it is for.
        description: String,
    },
    /// Say that a predicted segment is right: it becomes a label.
    Accept {
        /// The class of the network.
        class: usize,
        /// When the segment begins.
        start: MediaTime,
        /// When it ends.
        end: MediaTime,
    },
    /// Say that a predicted segment is wrong.
    Reject {
        /// The class of the network.
        class: usize,
        /// When the segment begins.
        start: MediaTime,
        /// When it ends.
        end: MediaTime,
    },
    /// Accept every predicted segment that is at least so probable and not labelled yet.
    AcceptAbove {
        /// The lowest probability, 0 to 1.
        score: f32,
        /// Only of this class of the network; `None` for all.
        class: Option<usize>,
    },
    /// Change a marker.
    EditMarker {
        /// Which one.
        id: MarkerId,
        /// When it is.
        time: MediaTime,
        /// What is there.
        text: String,
    },
    /// Take a marker away.
    DeleteMarker(MarkerId),
    /// Say that everything in a stretch is labelled, or no longer.
    SetFullyLabelled {
        /// When it begins.
        start: MediaTime,
        /// When it ends.
        end: MediaTime,
        /// Whether everything is.
        is: bool,
    },
}

/// What the window's shell shall do with the project's file.
#[derive(Clone, Debug, PartialEq)]
pub enum ProjectEffect {
    /// Keep a line of the journal. A project without a file gets one.
    KeepEntry(Box<Entry>),
    /// Keep what was found out about a video's file.
    KeepFacts(VideoId, VideoFacts),
    /// Keep that an analysis began.
    BeginAnalysis(Box<AnalysisRecord>),
    /// Keep windows of an analysis.
    KeepWindows {
        /// Which analysis.
        analysis: AnalysisId,
        /// The number of the first of them.
        first: u32,
        /// The windows.
        windows: Vec<WindowScores>,
    },
    /// Keep that an analysis is complete.
    FinishAnalysis(AnalysisId),
    /// Keep and close the file, and begin without one.
    Close,
    /// Close the file, even if not everything in it can be kept, and begin without one.
    Abandon,
    /// Close the file and open another one, once that is there; answer with [`ProjectEvent::Opened`] or [`ProjectEvent::Failed`].
    Open(PathBuf),
    /// Go on in a new file; answer with [`ProjectEvent::FileIs`] or [`ProjectEvent::Failed`].
    SaveAs(PathBuf),
    /// Ask which project to open; answer with [`ProjectAction::Open`].
    AskToOpen,
    /// Ask for a new file's name; answer with [`ProjectAction::SaveAs`].
    AskToSave,
    /// Something with labels of other programs.
    Exchange(ExchangeEffect),
    /// Look for a video by its content, because its file is not where it was; answer with [`ProjectAction::Relink`].
    Find {
        /// Which video.
        video: VideoId,
        /// What its content hashes to.
        hash: String,
        /// Where it was.
        path: PathBuf,
    },
}

/// What goes on with files of projects, while the window goes on, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileWork {
    /// A project is being opened.
    Opening {
        /// Its file.
        path: PathBuf,
        /// How many of its videos were read.
        done: usize,
        /// Of how many; 0 while that is not known.
        total: usize,
    },
    /// The project is being copied into this file.
    Saving(PathBuf),
    /// The window closes as soon as everything is on the disk.
    Closing,
}

/// Which project comes after one that cannot be kept where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextProject {
    /// An empty one.
    New,
    /// This one.
    Open(PathBuf),
}

/// What happened to the project's file.
#[derive(Clone, Debug)]
pub enum ProjectEvent {
    /// A project was opened.
    Opened {
        /// Its file.
        path: PathBuf,
        /// Whether for reading only, and why, in a sentence.
        read_only: Option<String>,
        /// Its records and journal.
        project: Box<Project>,
        /// How its predictions are looked at.
        rules: ViewRules,
        /// The copy of an older format that was made, if any.
        backup: Option<PathBuf>,
    },
    /// What a network found in a video before.
    Analysis(Box<AnalysisRecord>),
    /// The project is kept in this file now.
    FileIs {
        /// The file.
        path: PathBuf,
        /// Whether nobody has given it a name.
        is_untitled: bool,
    },
    /// How far keeping is.
    Kept {
        /// Changes that are not on the disk yet.
        unsaved: usize,
        /// Why it cannot be written, in a sentence.
        trouble: Option<String>,
    },
    /// The content of a video's file is known.
    Hashed {
        /// Which video.
        video: VideoId,
        /// Its hash.
        hash: String,
        /// Its size.
        bytes: u64,
    },
    /// Something about labels of other programs.
    Exchange(ExchangeEvent),
    /// What goes on with files, if anything does.
    Busy(Option<FileWork>),
    /// Something about the file did not work.
    Failed(Failure),
}

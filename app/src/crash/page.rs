//! The page itself: what happened, what is safe, and the report, to be saved and sent by whoever wants to.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use anyhow::Context as _;
use eframe::egui;
use ks_ui::crash_page::{self, CrashAction, CrashPage};

use crate::window::{Dialogs, Question, Wanted};

/// Shows the page and returns when it is closed.
///
/// # Errors
/// If the report cannot be read or no window can be opened.
pub(crate) fn show_page(report: &Path) -> anyhow::Result<()> {
    let text =
        std::fs::read_to_string(report).with_context(|| format!("the report {} cannot be read", report.display()))?;
    let viewport = egui::ViewportBuilder::default()
        .with_title("Kinetoscope")
        .with_app_id(crate::window::APP_ID)
        .with_inner_size([640.0, 480.0])
        .with_min_inner_size([360.0, 300.0]);
    let native =
        eframe::NativeOptions { viewport, renderer: eframe::Renderer::Wgpu, ..eframe::NativeOptions::default() };
    let page = CrashPage { report: text, kept_in: report.display().to_string(), saved: None };
    let create: eframe::AppCreator<'_> = Box::new(|creation| {
        ks_ui::theme::apply(&creation.egui_ctx);
        Ok(Box::new(Page { page, asked: None }))
    });
    eframe::run_native("Kinetoscope", native, create)
        .map_err(|error| anyhow::anyhow!("the page about the crash cannot be opened ({error})"))
}

struct Page {
    page: CrashPage,
    /// Where the answer comes in, while the user chooses a file.
    asked: Option<Receiver<Result<PathBuf, String>>>,
}

impl Page {
    /// Asks for a name and writes the report, on a thread of its own: the page goes on meanwhile.
    fn save(&mut self, ctx: &egui::Context) {
        let (answer, asked) = sync_channel(1);
        let (report, ctx) = (self.page.report.clone(), ctx.clone());
        let work = move || {
            let question = Question::new("Save report", Wanted::NewFile("kinetoscope-report.txt".to_owned()))
                .filter("Text", &["txt"]);
            if let Some(path) = Dialogs::of_the_platform().ask(&question).into_iter().next() {
                let written = ks_mmaction::results::write_whole(&path, report.as_bytes());
                // Nobody listens any more if the page was closed.
                _ = answer.send(written.map(|()| path).map_err(|error| error.to_string()));
            }
            ctx.request_repaint();
        };
        match std::thread::Builder::new().name("save report".to_owned()).spawn(work) {
            Ok(_thread) => self.asked = Some(asked),
            Err(error) => self.page.saved = Some(Err(error.to_string())),
        }
    }

    fn take_answer(&mut self) {
        let Some(asked) = &self.asked else { return };
        match asked.try_recv() {
            Ok(answer) => {
                self.page.saved = Some(answer.map(|path| path.display().to_string()));
                self.asked = None;
            }
            // The question was dismissed.
            Err(TryRecvError::Disconnected) => self.asked = None,
            Err(TryRecvError::Empty) => {}
        }
    }

    fn start_again(&mut self, ctx: &egui::Context) {
        let started = std::env::current_exe().and_then(|program| std::process::Command::new(program).spawn());
        match started {
            Ok(_child) => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Err(error) => self.page.saved = Some(Err(error.to_string())),
        }
    }
}

impl eframe::App for Page {
    fn logic(&mut self, _ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.take_answer();
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        match crash_page::show(ui, &self.page) {
            None => {}
            Some(CrashAction::Save) if self.asked.is_some() => {}
            Some(CrashAction::Save) => self.save(&ctx),
            Some(CrashAction::StartAgain) => self.start_again(&ctx),
            Some(CrashAction::Close) => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        }
    }
}

//! What the inspector's pages show: derived from rows, analyses and journal, kept until one of them changes, and made
//! only for the page that is open.

mod history;
mod results;
mod review;
mod totals;

pub use self::history::{HistoryLine, HistoryView};
pub use self::results::{ResultColumn, ResultFilter, ResultItem, ResultKey, Results};
pub use self::review::{Review, ReviewItem};
pub use self::totals::{TotalsClass, TotalsMeasure, TotalsScope, TotalsView};

use ks_domain::project::SetId;

use super::Page;
use super::actions::ProjectAction;
use crate::state::{Action, AppState, Effect};

/// What the pages show, and how.
#[derive(Clone, Debug, Default)]
pub struct Pages {
    /// All segments as a table.
    pub results: Results,
    /// Totals by class.
    pub totals: TotalsView,
    /// The moments most worth a look.
    pub review: Review,
    /// What was done.
    pub history: HistoryView,
}

/// Something that the user wants of a page.
#[derive(Clone, Debug, PartialEq)]
pub enum PageAction {
    /// Narrow the table down to what holds a text.
    SearchResults(String),
    /// Narrow the table down to a kind.
    FilterResults(ResultFilter),
    /// Sort the table by a column; by the same again, the other way round.
    SortResults(ResultColumn),
    /// Go to a segment of the table and select it.
    OpenResult(ResultKey),
    /// Go to another segment of the table, so many further down.
    StepResults(isize),
    /// From which probability on all that are shown are accepted.
    SetLeast(f32),
    /// Accept all predictions that the table shows and that are probable enough.
    AcceptShown,
    /// Go to a moment of the review.
    OpenMoment(usize),
    /// Look for moments that were not looked at yet.
    LookAgain,
    /// Count these videos.
    TotalsOf(TotalsScope),
    /// Count the classes of this label set.
    TotalsIn(SetId),
    /// Draw this number.
    TotalsBy(TotalsMeasure),
}

impl From<PageAction> for Action {
    fn from(action: PageAction) -> Self {
        Self::Project(ProjectAction::Pages(action))
    }
}

impl AppState {
    pub(in crate::state) fn apply_page_action(&mut self, action: PageAction) -> Vec<Effect> {
        let pages = &mut self.studio.pages;
        match action {
            PageAction::SearchResults(text) => pages.results.search = text,
            PageAction::FilterResults(filter) => pages.results.filter = filter,
            PageAction::SortResults(column) => pages.results.sort_by(column),
            PageAction::OpenResult(key) => return self.open_result(key),
            PageAction::StepResults(step) => {
                let next = pages.results.stepped(step);
                return next.map_or_else(Vec::new, |key| self.open_result(key));
            }
            PageAction::SetLeast(least) => pages.results.least = least.clamp(0.0, 1.0),
            PageAction::AcceptShown => return self.accept_shown(),
            PageAction::OpenMoment(place) => return self.open_moment(place),
            PageAction::LookAgain => self.find_moments(),
            PageAction::TotalsOf(scope) => pages.totals.scope = scope,
            PageAction::TotalsIn(set) => pages.totals.set = Some(set),
            PageAction::TotalsBy(measure) => pages.totals.measure = measure,
        }
        vec![]
    }

    /// Brings the open page up to date. Cheap if nothing changed.
    pub(in crate::state) fn refresh_pages(&mut self) {
        match self.studio.page {
            Page::Results => self.refresh_results(),
            Page::Totals => self.refresh_totals(),
            Page::Review => self.refresh_review(),
            Page::History => self.refresh_history(),
            Page::Scores | Page::Labels => {}
        }
    }
}

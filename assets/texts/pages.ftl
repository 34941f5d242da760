# The pages of the inspector: results, totals, review, history; the state of the work on a video

page-scores = Scores
    .tooltip = What the network holds probable at the playhead, and with what it is asked

none = none
seconds = { $secs } s
somebody = Somebody

work-name = Work
work-open = Open
work-needed = Needs work
work-done = Done
video-note = Note on the video

# Results
results-nothing = No segments yet
    .hint = Analyse the video or draw a label, and every segment stands here
results-none-match = No segment matches
results-search = Filter by class or person
    .name = Filter segments
results-kind = Kind of segments
results-all = All segments
results-labels = Labels
results-predictions = Predictions
results-disagreements = Disagreements
results-sort = Sort by
results-by = By { $column }
results-sort-by = Sort by { $column }
results-count = { $shown } of { $total }
results-accept = Accept { $count }
    .tooltip = Make labels of all predictions that are shown, that nobody has judged and that are probable enough
results-least = Lowest probability to accept
    .tooltip = Only predictions that are at least so probable are accepted together
results-accept-one = Accept
results-reject-one = Reject
results-row = { $class }, { $start } to { $end }, { $kind }
results-hover = { $start } – { $end }, { $who }
column-class = class
column-start = start
column-end = end
column-length = length
column-score = score
column-who = who
kind-label = label
kind-absent = does not occur here
kind-prediction = prediction, { $percent }
kind-prediction-judged = prediction, judged already
kind-disagrees = { $kind }, disagreement
who-nobody = –
who-network = Network
who-accepted = { $person }, accepted
who-rejected = { $person }, rejected

# Totals
totals-nothing = Nothing to count yet
    .hint = Totals appear with the first label or prediction
totals-videos = Counted videos
totals-video = This video
totals-selected = Selected videos
totals-all = All videos
totals-set = Label set
totals-measure = Number
totals-count = Count
totals-duration = Total time
totals-mean = Mean length
totals-share = Share of time
totals-rate = Per minute
totals-first = First after
totals-fully = Fully labelled time
totals-summary = { count-videos }, { $time }
totals-summary-fully = { count-videos }, { $time }, of it { $fully } fully labelled
totals-row = { $name }: labels { $labels }, predictions { $predictions }
totals-copy = Copy as table
    .tooltip = Copy all numbers as comma-separated text

# Review
review-nothing = Nothing is in doubt
    .hint = Here stand the moments of which the network is not sure
review-not-analysed = Nothing to review yet
    .hint = Once the video is analysed, the moments most worth a look stand here
review-nothing-left = Nothing is left to review in this video
review-progress = { $done } of { $total } looked at
review-done = Looked at
review-again = Look for more
    .tooltip = Find further moments that nobody has looked at
review-row = { $class } at { $start }, { $reason }, { $value }, { $state }
review-hover = { $reason }; worth a look: { $value }
review-open = not looked at
review-seen = looked at
review-accepted = accepted
review-rejected = rejected
reason-disagreement = labels and prediction disagree
reason-close-call = or { $other }?
reason-near-threshold = close to the threshold
reason-flicker = short and alone
reason-rare = rare class

# History
history-nothing = Nothing was done yet
    .hint = Every change stands here, and one can go back to each
history-selected = Selected segment
history-segment = { $class }, { $start } – { $end }
history-since = { $when }, { $count ->
    [0] unchanged since
    [one] changed once since
   *[other] changed { $count } times since
}
history-about = { $what }: { $about }
history-who-when = { $who }, { $when }
history-row = { $what }, { $detail }
history-row-undone = { $what }, { $detail }, taken back
history-beginning = Beginning
    .hint = Before any change of this video
history-travel = Go back or forward to here
history-of-classes = A change of the classes; a click goes back to it, or forward again
history-place = { $what } at { $time }
history-from-to = { $start } – { $end }
history-and-more = { $first } and { $count } more
drawn-by-person = Drawn by { $person }
drawn-by-network = Found by { $network } ({ $score })
drawn-accepted = Found by { $network } ({ $score }), accepted by { $person }
drawn-rejected = Found by { $network } ({ $score }), rejected by { $person }
ago-now = just now
ago-minutes = { $count } min ago
ago-hours = { $count } h ago
ago-days = { $count ->
    [one] 1 day ago
   *[other] { $count } days ago
}

change-add-videos = Add videos
change-remove-videos = Take videos out
change-reorder-videos = Reorder videos
change-relink-video = Find a moved file
change-add-set = Add label set
change-edit-set = Edit label set
change-add-class = Add class
change-rename-class = Rename class
change-edit-class = Edit class
change-merge-classes = Merge classes
change-delete-class = Delete class
change-draw-segment = Draw
change-move-segment = Move
change-trim-segment = Trim
change-nudge-segment = Nudge
change-split-segment = Split
change-merge-segments = Merge
change-delete-segments = Delete
change-relabel-segments = Change class
change-note-segment = Note on segment
change-accept-predictions = Accept
change-reject-predictions = Reject
change-add-marker = Add marker
change-edit-marker = Edit marker
change-delete-marker = Delete marker
change-mark-fully-labelled = Fully labelled
change-unmark-fully-labelled = No longer fully labelled
change-set-work-state = Work state
change-note-video = Note on video
change-import = Import
change-set-rules = Change what counts

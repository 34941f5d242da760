# The timeline

timeline-title = Timeline
timeline-found = { count-actions } of { $classes }
timeline-zoom-fit = Zoom to fit
timeline-zoom-in = Zoom in
timeline-zoom-out = Zoom out
timeline-threshold = Threshold
    .tooltip = The lowest probability that counts as an action
timeline-of = Timeline of { $video }
timeline-overview = Overview
    .tooltip = The whole video; drag to move what is shown
timeline-lane = { $name }: { count-actions }, at most { $peak }
timeline-lane-labels = { $name }: { count-labels }
timeline-lane-both = { $name }: { $labels }, { count-actions } found
timeline-bar = { $name }, { $start } to { $end }, labelled
timeline-bar-absent = { $name }, { $start } to { $end }, does not occur
timeline-bar-unconfirmed = { $name }, { $start } to { $end }, not confirmed
timeline-bar-predicted = { $name }, { $start } to { $end }, predicted, at most { $peak }
timeline-painting = { $name } is being marked since { $start }
timeline-drag = { $start } – { $end }, { $frames }
timeline-mark-in = The next segment begins at { $time }
timeline-fully-labelled = Fully labelled, { $start } to { $end }
timeline-marker = Marker at { $time }
timeline-marker-with = Marker at { $time }: { $text }

timeline-all-classes = All classes
    .tooltip = A row for every class of the label set, also for those that do not occur
timeline-rules = Smoothing and minimum length
    .tooltip = How probabilities become segments
timeline-smoothing = Smoothing
    .tooltip = Windows on each side that a probability is averaged with
timeline-min-length = Shortest segment
    .tooltip = What is shorter is left out
timeline-thresholds-reset = { $count ->
    [one] Reset the threshold of 1 class
   *[other] Reset the thresholds of { $count } classes
}
timeline-threshold-of = Threshold of { $name }
timeline-threshold-reset = Use the common threshold

timeline-split-here = Split here
timeline-note = Note…
timeline-accept = Accept
timeline-reject = Reject
timeline-accept-above = Accept all of this class from { $percent } on
timeline-marker-add = Add marker here
timeline-marker-edit = Change text…
timeline-marker-delete = Delete marker
timeline-marker-text = Text of the marker
timeline-marker-hint = What is there?

timeline-hover-threshold = Counts from { $percent } on; drag to change it, double click for the common one
timeline-hover-span = { $start } – { $end }
timeline-hover-frames = frames { $first } to { $last }
timeline-hover-frame = { $time }, frame { $frame }
timeline-hover-class = { $name } { $score }
timeline-hover-segment = { $start } – { $end }, at most { $peak }

timeline-none-reaches = No action reaches { percent }
    .so-far = So far; lower the threshold to see what is less certain
    .hint = Lower the threshold to see what is less certain
timeline-nothing = Nothing to show
timeline-no-actions = No actions yet
    .hint = Analyse the video, or add classes to label it yourself
timeline-queued = Waits for the video before it
timeline-analysing = Analysing…
    .hint = The first actions appear here as soon as they are found
timeline-cancelled = Cancelled before the first result

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
timeline-hover-frame = { $time }, frame { $frame }
timeline-hover-class = { $name } { $score }
timeline-hover-segment = { $start } – { $end }, at most { $peak }

timeline-none-reaches = No action reaches { percent }
    .so-far = So far; lower the threshold to see what is less certain
    .hint = Lower the threshold to see what is less certain
timeline-nothing = Nothing to show
timeline-no-actions = No actions yet
    .hint = Analyse the video to see here what happens when
timeline-queued = Waits for the video before it
timeline-analysing = Analysing…
    .hint = The first actions appear here as soon as they are found
timeline-cancelled = Cancelled before the first result
